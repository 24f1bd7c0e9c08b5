import { expect, test } from 'vitest';
import { makeNewId, UUID, uuidFrom, uuidv7 } from './id.ts';

test("version 7 as in RFC 9562's example (appendix A.6)", () => {
  // rand_a 0xCC3, rand_b 0x18C4DC0C0C07398F
  const random = Uint8Array.of(0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f);
  expect(uuidv7(0x017f22e279b0, random)).toBe('017f22e2-79b0-7cc3-98c4-dc0c0c07398f');
  expect(() => uuidv7(0, new Uint8Array(9))).toThrow(RangeError);
});

test('new ids are all different, of the time of the clock, past the end of the pool too', () => {
  let now = 1_795_377_600_000;
  const newId = makeNewId(() => now++);
  const ids = Array.from({ length: 1_000 }, newId);
  expect(new Set(ids.map((id) => id.slice(14))).size).toBe(1_000);
  for (const [index, id] of ids.entries()) {
    expect(id).toMatch(UUID);
    expect(id[14]).toBe('7');
    expect(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)).toBe(1_795_377_600_000 + index);
  }
});

test('the same bytes give the same id of version 8, and are left as they are', () => {
  const bytes = Uint8Array.from({ length: 32 }, (_, index) => 255 - index);
  expect(uuidFrom(bytes)).toBe('fffefdfc-fbfa-89f8-b7f6-f5f4f3f2f1f0');
  expect(uuidFrom(bytes)).toBe(uuidFrom(bytes.slice(0, 16)));
  expect(bytes[6]).toBe(249);
  expect(uuidFrom(new Uint8Array(16))).toMatch(UUID);
  expect(() => uuidFrom(new Uint8Array(15))).toThrow(RangeError);
});
