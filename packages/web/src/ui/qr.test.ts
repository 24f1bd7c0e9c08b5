// QR codes: one that another decoder has read, module by module, and what every one has.

import { expect, test } from 'vitest';
import { qrModules } from './qr.ts';

test('sizes follow the versions, and what is too long is refused', () => {
  const side = (length: number): number => qrModules('x'.repeat(length)).length;
  expect([1, 14, 15, 180, 181, 213, 666].map(side)).toEqual([21, 21, 25, 53, 57, 57, 97]);
  expect(() => side(667)).toThrow('too long');
});

test.each([10, 100, 400])('%s bytes: three finders, timing between them, and the module that is always dark', (length) => {
  const modules = qrModules('y'.repeat(length));
  const last = modules.length - 1;
  const ring = [0, 1, 2, 3, 4, 5, 6].map((place) => [place, 0] as const);
  for (const [x, y] of [
    [0, 0],
    [last - 6, 0],
    [0, last - 6],
  ] as const) {
    for (const [dx] of ring)
      expect([modules[y]?.[x + dx], modules[y + 6]?.[x + dx], modules[y + dx]?.[x], modules[y + dx]?.[x + 6]]).toEqual([
        true,
        true,
        true,
        true,
      ]);
    expect([modules[y + 1]?.[x + 1], modules[y + 3]?.[x + 3]]).toEqual([false, true]);
  }
  for (let place = 8; place < last - 7; place++)
    expect([modules[6]?.[place], modules[place]?.[6]]).toEqual([place % 2 === 0, place % 2 === 0]);
  expect(modules[last - 7]?.[8]).toBe(true);
});

test('a text as another decoder (jsQR) has read it', () => {
  const rows =
    '8tm8ov 4j6ngh 6giogt 6gno7x 6hg5st 4ium9t 8tz2pr 7ytc 5wdl3m 1u1b9n 5wxre7 6chaq 57vqa1 41nkn5 12zof3 3lx5ky 769x0r 2yj2kh 4ym087 2npvtd 5nzlde qbkv 8t8f2v 4is8pm 6h13p4 6gq24f 6gyxjl 4iezkq 8u621v';
  const modules = qrModules('otpauth://totp/A?secret=JBSWY3DPEHPK3PXP');
  expect(modules.map((row) => Number.parseInt(row.map((isDark) => (isDark ? 1 : 0)).join(''), 2).toString(36)).join(' ')).toBe(rows);
});
