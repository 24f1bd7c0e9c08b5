import { expect, test } from 'vitest';
import { openVault } from './encryption.ts';

const vault = openVault('a key for tests');

test('what was encrypted is read again, and never looks the same twice', () => {
  const [one, two] = [vault.encrypt('zd-4f1c 🔑'), vault.encrypt('zd-4f1c 🔑')];
  expect(one).toMatch(/^v1\.[\w-]+$/);
  expect(one).not.toBe(two);
  expect([vault.decrypt(one), vault.decrypt(two)]).toEqual(['zd-4f1c 🔑', 'zd-4f1c 🔑']);
});

test('another key, or another text, reads nothing', () => {
  const text = vault.encrypt('zd-4f1c');
  expect(() => openVault('another key').decrypt(text)).toThrow(/authenticate/);
  expect(() => vault.decrypt(`${text.slice(0, -4)}AAAA`)).toThrow(/authenticate/);
});
