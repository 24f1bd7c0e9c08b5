import { CLOCK_SKEW_MS_MAX } from '@indelible/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EventRow, Slice } from '../store/read-events.ts';
import { steps, walk } from './walk.ts';

const MONTH_MS = 30 * 86_400_000;
const END_MS = Date.UTC(2026, 10, 20);

function eventAt(recordedMs: number, occurredMs: number, seq: number): EventRow {
  return { id: `id-${seq}`, seq, recordedMs, occurredMs, disclosures: '' };
}

/** What the database does with a slice, on an array. */
function readFrom(events: readonly EventRow[], slice: Slice): EventRow[] {
  const sign = slice.order === 'asc' ? 1 : -1;
  const compare = (a: { occurredMs: number; seq: number }, b: { occurredMs: number; seq: number }): number =>
    sign * (a.occurredMs - b.occurredMs || a.seq - b.seq);
  return events
    .filter((event) => event.recordedMs >= slice.recorded.fromMs && event.recordedMs < slice.recorded.toMs)
    .filter((event) => slice.after === undefined || compare(event, slice.after) > 0)
    .filter((event) => slice.before === undefined || compare(event, slice.before) < 0)
    .toSorted(compare)
    .slice(0, slice.limit);
}

const logs = fc
  .array(
    fc.record({
      recordedMs: fc.integer({ min: END_MS - 14 * MONTH_MS, max: END_MS }),
      age: fc.oneof(fc.integer({ min: -CLOCK_SKEW_MS_MAX, max: 0 }), fc.integer({ min: 0, max: 20 * MONTH_MS }), fc.constant(0)),
    }),
    { maxLength: 60 },
  )
  .map((drafts) =>
    drafts.toSorted((a, b) => a.recordedMs - b.recordedMs).map(({ recordedMs, age }, seq) => eventAt(recordedMs, recordedMs - age, seq)),
  );

test('a walk finds exactly what one look at everything finds, in both orders, with imported history', async () => {
  await fc.assert(
    fc.asyncProperty(
      logs,
      fc.constantFrom('asc' as const, 'desc' as const),
      fc.integer({ min: 1, max: 12 }),
      fc.option(fc.nat(), { nil: undefined }),
      async (events, order, limit, place) => {
        const recorded = { fromMs: END_MS - 14 * MONTH_MS, toMs: END_MS + 1 };
        const after = place === undefined ? undefined : events[place % Math.max(1, events.length)];
        const found = await walk({
          recorded,
          order,
          limit,
          after,
          deadline: Number.POSITIVE_INFINITY,
          read: async (slice) => readFrom(events, slice),
        });
        expect(found).toEqual(readFrom(events, { recorded, order, limit, after }));
      },
    ),
    { numRuns: 500 },
  );
});

test('newest first it stops once nothing older can belong to the page, and not a moment earlier', async () => {
  const november = Date.UTC(2026, 10, 1);
  const asked: Slice[] = [];
  const find = async (occurredMs: number): Promise<number> => {
    asked.length = 0;
    const event = eventAt(november + 3_600_000, occurredMs, 1);
    const read = async (slice: Slice): Promise<EventRow[]> => {
      asked.push(slice);
      return readFrom([event], slice);
    };
    await walk({
      recorded: { fromMs: Date.UTC(2026, 0, 1), toMs: END_MS },
      order: 'desc',
      limit: 1,
      after: undefined,
      deadline: Number.POSITIVE_INFINITY,
      read,
    });
    return asked.length;
  };
  expect(await find(november + CLOCK_SKEW_MS_MAX)).toBe(1);
  expect(await find(november + CLOCK_SKEW_MS_MAX - 1)).toBeGreaterThan(1);
});

test('steps cover the whole range without gap or overlap, whole months, ever more at once', () => {
  const range = { fromMs: Date.UTC(2019, 10, 17, 3), toMs: END_MS };
  const all = [...steps(range)];
  expect(all[0]).toEqual({ fromMs: Date.UTC(2026, 10, 1), toMs: END_MS });
  expect(all.at(-1)?.fromMs).toBe(range.fromMs);
  for (let index = 1; index < all.length; index++) expect(all[index]?.toMs).toBe(all[index - 1]?.fromMs);
  expect(all.length).toBeLessThan(10);
});

test('a walk gives up when its time has passed', async () => {
  const ask = {
    recorded: { fromMs: 0, toMs: END_MS },
    order: 'desc' as const,
    limit: 1,
    after: undefined,
    deadline: performance.now() - 1,
    read: async () => [],
  };
  await expect(walk(ask)).rejects.toMatchObject({ code: 'query_timeout' });
});
