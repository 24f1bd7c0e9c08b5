import { expect, test } from 'vitest';
import { safeTarget } from './come-in.ts';

test('one comes back to a page of this server, and nowhere else', () => {
  expect(safeTarget('/explore?q=actor:maria')).toBe('/explore?q=actor:maria');
  for (const hostile of [undefined, '', '//evil.test', '/\\evil.test', 'https://evil.test', 'javascript:alert(1)', '/sign-in?next=/'])
    expect(safeTarget(hostile)).toBe('/');
});
