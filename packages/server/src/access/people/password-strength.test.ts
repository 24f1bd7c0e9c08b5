import { expect, test } from 'vitest';
import { demandStrong } from './password-strength.ts';

const KNOWN = ['maria.fernandez@acme.test', 'Maria Fernandez'];

test.each([
  ['too short', 'k4$kkqPz9f'],
  ['one character', 'aaaaaaaaaaaaaaaa'],
  ['one piece again and again', 'abcxyzabcxyzabcxyz'],
  ['a row of digits', '12345678901234567890'],
  ['a row of letters and digits', 'abcdefghijkl123456'],
  ['the word itself', 'Password123456!'],
  ['the name of the product', 'Indelible-2026!'],
  ['a keyboard', 'qwertyuiop12345!'],
  ['ones own name', 'MariaFernandez26'],
  ['ones own address', 'maria.fernandez@acme.test'],
  ['what a comic strip made known', 'correcthorsebatterystaple'],
  ['much too long', `${'kq7-'.repeat(40)}Zy31xw`],
])('%s is refused', (_, password) => {
  expect(() => demandStrong(password, KNOWN)).toThrow(expect.objectContaining({ code: 'parameter_invalid' }));
});

test.each([
  ['four words', 'gravel lantern osprey tuba'],
  ['random', 'tX9#vLq2!mZr'],
  ['another script', 'журавль летит над рекой'],
  ['with a name in it', 'maria keeps nine geese'],
])('%s is taken', (_, password) => {
  expect(() => demandStrong(password, KNOWN)).not.toThrow();
});
