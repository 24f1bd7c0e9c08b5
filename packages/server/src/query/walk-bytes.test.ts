// Pages that end at their bytes join up to the whole answer, whatever the partitions and the order.

import { CLOCK_SKEW_MS_MAX } from '@indelible/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type EventRow, filledBy, type Order, type Position, type Slice } from '../store/read-events.ts';
import { walk } from './walk.ts';

const MONTH_MS = 30 * 86_400_000;
const END_MS = Date.UTC(2026, 10, 20);

const logs = fc
  .array(
    fc.record({
      recordedMs: fc.integer({ min: END_MS - 14 * MONTH_MS, max: END_MS }),
      age: fc.oneof(fc.integer({ min: -CLOCK_SKEW_MS_MAX, max: 0 }), fc.integer({ min: 0, max: 20 * MONTH_MS }), fc.constant(0)),
      size: fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constant(200)),
    }),
    { maxLength: 60 },
  )
  .map((drafts) =>
    drafts
      .toSorted((a, b) => a.recordedMs - b.recordedMs)
      .map(({ recordedMs, age, size }, seq): EventRow => {
        return { id: `id-${seq}`, seq, recordedMs, occurredMs: recordedMs - age, disclosures: 'ü'.repeat(size / 2) };
      }),
  );

function inOrder(order: Order): (a: Position, b: Position) => number {
  return (a, b) => (order === 'asc' ? 1 : -1) * (a.occurredMs - b.occurredMs || a.seq - b.seq);
}

/** What the database does with a slice, on an array. */
function readFrom(events: readonly EventRow[], slice: Slice): EventRow[] {
  const compare = inOrder(slice.order);
  const found = events
    .filter((event) => event.recordedMs >= slice.recorded.fromMs && event.recordedMs < slice.recorded.toMs)
    .filter((event) => slice.after === undefined || compare(event, slice.after) > 0)
    .filter((event) => slice.before === undefined || compare(event, slice.before) < 0)
    .toSorted(compare);
  return found.slice(0, filledBy(found, slice));
}

test('each page holds what fits and the first that does not, and the pages joined are the whole answer', async () => {
  let cut = 0;
  await fc.assert(
    fc.asyncProperty(
      logs,
      fc.constantFrom<Order>('asc', 'desc'),
      fc.integer({ min: 2, max: 12 }),
      fc.integer({ min: 0, max: 300 }),
      async (events, order, limit, bytes) => {
        const recorded = { fromMs: END_MS - 14 * MONTH_MS, toMs: END_MS + 1 };
        const right = events.toSorted(inOrder(order));
        const joined: EventRow[] = [];
        let after: Position | undefined;
        for (;;) {
          const read = async (slice: Slice): Promise<EventRow[]> => {
            expect(slice).toMatchObject({ limit, bytes });
            return readFrom(events, slice);
          };
          const { rows, settledTo } = await walk({ recorded, order, limit, bytes, after, deadline: Number.POSITIVE_INFINITY, read });
          const rest = right.slice(joined.length);
          expect(rows).toEqual(rest.slice(0, filledBy(rest, { limit, bytes })));
          expect(settledTo).toBeUndefined();
          joined.push(...rows);
          if (filledBy(rows, { limit, bytes }) === undefined) break;
          if (rows.length < limit) cut++;
          after = rows.at(-1);
        }
        expect(joined).toEqual(right);
      },
    ),
    { numRuns: 300 },
  );
  expect(cut).toBeGreaterThan(300);
});
