import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placesIn, placesOf } from './search-places.ts';
import { hashWord } from './search-signature.ts';

/** As bucketSql reads it. */
function bucketOf({ bits, bytes }: ReturnType<typeof placesOf>, token: string): Buffer {
  const bucket = hashWord(token).first >>> (32 - bits);
  const [from, to] = [bytes.readUIntBE(bucket * 3, 3), bytes.readUIntBE((bucket + 1) * 3, 3)];
  return bytes.subarray((2 ** bits + 1) * 3 + from, (2 ** bits + 1) * 3 + to);
}

const places = fc.uniqueArray(fc.nat(255), { minLength: 1, maxLength: 256 }).map((list) => list.toSorted((a, b) => a - b));

test('what was put in comes out, and nothing else is in it', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ minLength: 1 }), places, { maxKeys: 300 }), fc.string(), (given, other) => {
      const tokens = new Map(Object.entries(given));
      const stored = placesOf(tokens);
      for (const [token, expected] of tokens) expect(placesIn(bucketOf(stored, token), hashWord(token))).toEqual(expected);
      if (!tokens.has(other)) expect(placesIn(bucketOf(stored, other), hashWord(other))).toEqual([]);
    }),
  );
});

test('any number of events, from one to all of them', () => {
  for (const count of [1, 2, 31, 32, 33, 255, 256]) {
    const list = Array.from({ length: count }, (_, index) => index);
    expect(placesIn(bucketOf(placesOf(new Map([['word', list]])), 'word'), hashWord('word'))).toEqual(list);
  }
});

test('most tokens of a large block take a handful of bytes', () => {
  const tokens = new Map(Array.from({ length: 20_000 }, (_, index) => [`word${index}`, [index % 256]] as const));
  const { bits, bytes } = placesOf(tokens);
  expect(bits).toBe(12);
  expect(bytes.length / tokens.size).toBeLessThan(7);
  expect(placesIn(bucketOf({ bits, bytes }, 'word777'), hashWord('word777'))).toEqual([777 % 256]);
});

test('two tokens that have one number are found by either', () => {
  // Found by trying: the first 32 bits of their SHA-256 are the same.
  const seen = new Map<number, string>();
  let pair: [string, string] | undefined;
  for (let index = 0; pair === undefined && index < 400_000; index++) {
    const { first } = hashWord(`t${index}`);
    const other = seen.get(first);
    if (other !== undefined) pair = [other, `t${index}`];
    seen.set(first, `t${index}`);
  }
  const [one = '', two = ''] = pair ?? [];
  expect(two).not.toBe('');
  const stored = placesOf(
    new Map([
      [one, [3, 9]],
      [two, [1, 9]],
      ['else', [5]],
    ]),
  );
  expect(placesIn(bucketOf(stored, one), hashWord(one))).toEqual([1, 3, 9]);
  expect(placesIn(bucketOf(stored, two), hashWord(two))).toEqual([1, 3, 9]);
});
