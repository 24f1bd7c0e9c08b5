import { CLOCK_SKEW_MS_MAX } from '@indelible/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CandidateBlock } from '../store/search-candidates.ts';
import { type BlockPart, blocksInOrder, firstPlace } from './block-order.ts';

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

/** Parts of so many blocks, the newest first. */
function inParts(blocks: readonly CandidateBlock[], size: number): { next: () => Promise<BlockPart | undefined>; read: CandidateBlock[] } {
  const unread = blocks.toReversed();
  const read: CandidateBlock[] = [];
  const next = (): Promise<BlockPart | undefined> => {
    if (unread.length === 0) return Promise.resolve(undefined);
    const part = unread.splice(0, size);
    read.push(...part);
    return Promise.resolve({ blocks: part, unreadToMs: Math.min(...part.map(({ recordedFromMs }) => recordedFromMs)) });
  };
  return { next, read };
}

test('blocks come in the order of their first places, each once, whatever is known of them beforehand', async () => {
  const property = fc.asyncProperty(
    logs,
    fc.constantFrom('asc' as const, 'desc' as const),
    fc.nat(10),
    fc.integer({ min: 1, max: 90 }),
    async (blocks, order, known, size) => {
      const split = Math.max(0, blocks.length - known);
      const queue = blocksInOrder(blocks.slice(split), inParts(blocks.slice(0, split), size).next, { order });
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
    },
  );
  await fc.assert(property);
});

test('newest first, old blocks are not read before they are needed', async () => {
  const blocks = Array.from({ length: 10_000 }, (_, block): CandidateBlock => {
    const atMs = block * 3_600_000;
    return { block, recordedFromMs: atMs, recordedToMs: atMs + 1_000, occurredFromMs: 0, occurredToMs: atMs + 1_000 };
  });
  const { next, read } = inParts(blocks, 64);
  const queue = blocksInOrder([], next, { order: 'desc' });
  for (let block = 9_999; block > 9_950; block--) expect((await queue.take())?.block).toBe(block);
  expect(read.length).toBeLessThan(100);
});
