import { CLOCK_SKEW_MS_MAX } from '@indelible/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EventRow, Order, Position, Slice } from '../store/read-events.ts';
import type { Found } from '../store/scan-statement.ts';
import { ranges, walk } from './walk.ts';

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
        expect(found).toEqual({ rows: readFrom(events, { recorded, order, limit, after }) });
      },
    ),
    { numRuns: 500 },
  );
});

/** Looks at so many entries of a slice, of which every third is asked for, and says how far it came. */
function lookFrom(events: readonly EventRow[], slice: Slice, entries: number): Found {
  const seen = readFrom(events, { ...slice, limit: entries });
  const rows = seen.filter(({ seq }) => seq % 3 === 0);
  const last = seen.at(-1);
  if (rows.length >= slice.limit || seen.length < entries || last === undefined) return { rows: rows.slice(0, slice.limit) };
  return { rows, searchedTo: { occurredMs: last.occurredMs, seq: last.seq } };
}

test('pages that were cut because the time was up join up to the whole answer, each a step further', async () => {
  let partial = 0;
  await fc.assert(
    fc.asyncProperty(
      logs,
      fc.constantFrom<Order>('asc', 'desc'),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 0, max: 3 }),
      async (events, order, limit, entries, looksMax) => {
        const recorded = { fromMs: END_MS - 14 * MONTH_MS, toMs: END_MS + 1 };
        const joined: EventRow[] = [];
        let after: Position | undefined;
        for (let pages = 0; ; pages++) {
          expect(pages).toBeLessThan(200);
          let looks = 0;
          const read = async (slice: Slice): Promise<Found> => {
            // A statement that is broken off counts as one that was never sent.
            if (looks++ > looksMax) throw Object.assign(new Error('canceled'), { code: '57014' });
            return lookFrom(events, slice, entries);
          };
          const deadline = looksMax === 0 ? performance.now() - 1 : Number.POSITIVE_INFINITY;
          const { rows, settledTo } = await walk({ recorded, order, limit, after, deadline, read });
          joined.push(...rows);
          if (settledTo !== undefined) partial++;
          after = settledTo ?? (rows.length === limit ? rows.at(-1) : undefined);
          if (after === undefined) break;
        }
        const wanted = events.filter(({ seq }) => seq % 3 === 0);
        expect(joined).toEqual(readFrom(wanted, { recorded, order, limit: 1_000 }));
      },
    ),
    { numRuns: 500 },
  );
  expect(partial).toBeGreaterThan(500);
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

test('ranges cover everything without gap or overlap, whole months, ever more at once', () => {
  const range = { fromMs: Date.UTC(2019, 10, 17, 3), toMs: END_MS };
  const all = [...ranges(range, 'desc', undefined)];
  expect(all[0]).toEqual({ fromMs: Date.UTC(2026, 10, 1), toMs: END_MS });
  expect(all.at(-1)?.fromMs).toBe(range.fromMs);
  for (let index = 1; index < all.length; index++) expect(all[index]?.toMs).toBe(all[index - 1]?.fromMs);
  expect(all.length).toBeLessThan(10);
  expect([...ranges(range, 'asc', undefined)]).toEqual([range]);
  // A page that begins in the past begins with all that was recorded since.
  const [first] = ranges(range, 'desc', { occurredMs: Date.UTC(2024, 4, 1) + CLOCK_SKEW_MS_MAX, seq: 0 });
  expect(first).toEqual({ fromMs: Date.UTC(2024, 3, 1), toMs: END_MS });
});

test.each(['asc', 'desc'] as const)('%s, a walk that finds nothing out in its time says so', async (order) => {
  const ask = {
    recorded: { fromMs: 0, toMs: END_MS },
    order,
    limit: 1,
    deadline: performance.now() - 1,
    read: async () => Promise.reject(Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' })),
  };
  await expect(walk({ ...ask, after: undefined })).rejects.toMatchObject({ code: '57014' });
  await expect(walk({ ...ask, after: { occurredMs: END_MS / 2, seq: 3 } })).rejects.toMatchObject({ code: '57014' });
});
