import { CLOCK_SKEW_MS_MAX } from '@indelible/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CandidateBlock } from '../store/search-candidates.ts';
import { blocksInOrder, firstPlace } from './block-order.ts';

/** Blocks of a log: recorded one after the other, occurred a little after that at the most. */
const logs = fc
  .array(
    fc.record({
      gap: fc.nat(1_000_000),
      length: fc.nat(100_000),
      late: fc.integer({ min: -50_000_000, max: CLOCK_SKEW_MS_MAX }),
      age: fc.nat(90_000_000),
    }),
    {
      maxLength: 300,
    },
  )
  .map((parts) => {
    let nowMs = 1_000_000_000;
    return parts.map(({ gap, length, late, age }, block): CandidateBlock => {
      const recordedFromMs = (nowMs += gap);
      const recordedToMs = (nowMs += length);
      return { block, recordedFromMs, recordedToMs, occurredFromMs: recordedToMs + late - age, occurredToMs: recordedToMs + late };
    });
  });

test('blocks come in the order of their first places, each once, whatever is known of them beforehand', async () => {
  await fc.assert(
    fc.asyncProperty(logs, fc.constantFrom('asc' as const, 'desc' as const), fc.nat(10), async (blocks, order, known) => {
      const first = blocks.slice(blocks.length - known);
      const others = blocks.slice(0, blocks.length - known);
      const read = (numbers: readonly number[]) => Promise.resolve(others.filter(({ block }) => numbers.includes(block)));
      const queue = blocksInOrder(
        first,
        read,
        others.map(({ block }) => block),
        { order },
      );
      const came: CandidateBlock[] = [];
      for (;;) {
        const next = await queue.peek();
        expect(await queue.take()).toBe(next);
        if (next === undefined) break;
        came.push(next);
      }
      expect(came.map(({ block }) => block).sort((a, b) => a - b)).toEqual(blocks.map(({ block }) => block));
      const places = came.map((block) => firstPlace(block, { order }));
      expect(places).toEqual(places.toSorted((a, b) => a - b));
    }),
  );
});

test('newest first, the times of old blocks are not read before they are needed', async () => {
  const blocks = Array.from({ length: 10_000 }, (_, block): CandidateBlock => {
    const atMs = block * 3_600_000;
    return { block, recordedFromMs: atMs, recordedToMs: atMs + 1_000, occurredFromMs: 0, occurredToMs: atMs + 1_000 };
  });
  const asked: number[] = [];
  const read = (numbers: readonly number[]) => {
    asked.push(...numbers);
    return Promise.resolve(numbers.flatMap((block) => blocks[block] ?? []));
  };
  const queue = blocksInOrder(
    [],
    read,
    blocks.map(({ block }) => block),
    { order: 'desc' },
  );
  for (let block = 9_999; block > 9_950; block--) expect((await queue.take())?.block).toBe(block);
  expect(asked.length).toBeLessThan(100);
});
