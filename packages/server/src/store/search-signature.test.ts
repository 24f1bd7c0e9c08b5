import { searchWords } from '@indelible/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  BLOCK_WORDS_MAX,
  hashWord,
  mayHoldWord,
  membersWithAll,
  signatureOf,
  sliceBytes,
  sliceGroup,
  unsliceGroup,
  WORD_BITS,
} from './search-signature.ts';

// Stored signatures are asked by these numbers: if this test fails, the code is wrong and not the test.
test('the format is what it was', () => {
  // The first eight bytes of each SHA-256, by sha256sum; 70449c38 gets its lowest bit. The filter was made by another program.
  expect(hashWord('ticket')).toEqual({ first: 0x14069429, second: 0x150abcbf });
  expect(hashWord('über')).toEqual({ first: 0xb51c8541, second: 0x70449c39 });
  const { bits, bytes } = signatureOf(new Set(['ticket', '48', 'über', '東京']));
  expect(bits).toBe(256);
  expect(bytes.toString('hex')).toBe('00100120204a008042000040420000140000800088000c000000000210150008');
});

test('the sizes grow with the words, in steps of a quarter at most, and end', () => {
  const sizes = [0, 21, 22, 100, 590, 5_500, BLOCK_WORDS_MAX, BLOCK_WORDS_MAX + 1].map(
    (count) => signatureOf(new Set(Array.from({ length: count }, (_, index) => `w${index}`))).bits,
  );
  expect(sizes).toEqual([256, 256, 320, 1_280, 7_168, 81_920, 524_288, 0]);
});

test('a signature holds its words, and one in 300 others at most', () => {
  const words = new Set(Array.from({ length: 5_461 }, (_, index) => `word${index}`));
  const signature = signatureOf(words);
  // The fullest filter of its size.
  expect(signature.bits).toBe(65_536);
  for (const word of words) expect(mayHoldWord(signature, hashWord(word))).toBe(true);
  let seeming = 0;
  for (let index = 0; index < 30_000; index++) if (mayHoldWord(signature, hashWord(`other${index}`))) seeming++;
  expect(seeming).toBeLessThan(30_000 / 250);
  expect(seeming).toBeGreaterThan(0);
});

test('sliced signatures answer like the signatures, and are put together again', async () => {
  const block = fc.array(fc.string({ unit: 'grapheme', maxLength: 12 }), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(fc.array(block, { minLength: 1, maxLength: 20 }), fc.nat(255), async (texts, shift) => {
      const words = texts.map((list) => new Set(list.flatMap(searchWords)));
      // A block that may hold any word is among them.
      const signatures = new Map(
        words.map((set, index) => [(index * 11 + shift) % 256, index === 3 ? { bits: 0, bytes: Buffer.alloc(0) } : signatureOf(set)]),
      );
      const sliced = await sliceGroup(signatures);
      expect([...unsliceGroup(sliced)].sort(([a], [b]) => a - b)).toEqual([...signatures].sort(([a], [b]) => a - b));
      for (const word of ['absent', ...[...(words[0] ?? [])].slice(0, 3)]) {
        const hash = hashWord(word);
        const holding = sliced.flatMap(({ bits, members, slices }) => {
          const width = sliceBytes(members);
          const places = Array.from({ length: bits === 0 ? 0 : WORD_BITS }, (_, index) => (hash.first + index * hash.second) % bits);
          return membersWithAll(members, Buffer.concat(places.map((place) => slices.subarray(place * width, (place + 1) * width))));
        });
        const right = [...signatures].filter(([, signature]) => mayHoldWord(signature, hash)).map(([place]) => place);
        expect(holding.sort((a, b) => a - b)).toEqual(right.sort((a, b) => a - b));
      }
    }),
    { numRuns: 100 },
  );
});
