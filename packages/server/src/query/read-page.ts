// One page of a listing: checks the request, opens the cursor, walks the partitions in one snapshot, writes the next cursor.

import { CLOCK_SKEW_MS_MAX, Failure } from '@indelible/core';
import type pg from 'pg';
import { PAGE_BYTES_MAX, PAGE_EVENTS_DEFAULT, PAGE_EVENTS_MAX, QUERY_MS_MAX } from '../limits.ts';
import { asTenant, type Plans, type Reader } from '../store/as-tenant.ts';
import {
  type EventRow,
  filledBy,
  type Order,
  type Position,
  type RecordedRange,
  recordedBounds,
  type SeqRange,
  type Slice,
} from '../store/read-events.ts';
import type { Found } from '../store/scan-statement.ts';
import { fingerprint, readCursor, writeCursor } from './cursor.ts';
import { inTurns } from './in-turns.ts';
import { present, type PresentedEvent, type ReadScope } from './present.ts';
import { type Walked, walk } from './walk.ts';

export interface PageRequest {
  /** How many events at most, 1 to PAGE_EVENTS_MAX; PAGE_EVENTS_DEFAULT by default. A page of large events has fewer. */
  readonly limit?: number | undefined;
  /** The `next` of the page before. */
  readonly cursor?: string | undefined;
  /** By (occurredAt, seq); `desc`, newest first, by default. */
  readonly order?: Order | undefined;
}

export interface Page {
  readonly events: readonly PresentedEvent[];
  /** The cursor of the page that follows; absent on the last. */
  readonly next?: string;
  /** True when the time was up before the page was full: the answer goes on with `next`. */
  readonly partial?: true;
  /** Of a partial page: the time of occurrence, RFC 3339, up to which the answer is complete. */
  readonly searchedBackTo?: string;
}

/** How much a page may take. */
export interface PageCost {
  /** Bytes of disclosures; one event is on the page in any case. */
  readonly bytes?: number | undefined;
  /** Milliseconds after which the page begins no further statement. */
  readonly walkMs?: number | undefined;
  /** Milliseconds that one statement may take; and how much longer a page may look for its first step forward. */
  readonly statementMs?: number | undefined;
}

/** When reading stops, on the clock of performance.now(). */
export interface Until {
  /** From then on as soon as it has come further than where it began. */
  readonly soon: number;
  /** From then on in any case. */
  readonly end: number;
}

/** What is listed: its name for the cursor, and how to read it. */
export interface Listing {
  readonly kind: string;
  /** Canonical text: two listings of one kind ask the same exactly when their texts are equal. */
  readonly question: string;
  /** Called once a page, with the instant that relative times refer to. */
  readonly plan: (nowMs: number) => ListingPlan;
  /** The place behind which the first page begins; the very beginning by default. */
  readonly after?: Position | undefined;
}

export interface ListingPlan {
  /** Sequence numbers outside of which no event is meant. */
  readonly seq: SeqRange;
  /** Milliseconds since 1970: no event is meant that occurred earlier. */
  readonly occurredFromMs: number;
  /** The first events of a slice. It may stop before the slice's end and say where; an array alone means that it did not. */
  readonly read: (tx: pg.ClientBase, slice: Slice, until: Until) => Promise<Found | readonly EventRow[]>;
  /** What `read` needs of its transaction, see asTenant; `ordered` by default. */
  readonly plans?: Plans | undefined;
  /** Whether `read` is quick however long the time of a slice is; it is not by default. */
  readonly isWhole?: ((tx: pg.ClientBase) => Promise<boolean>) | undefined;
}

/**
 * @param nowMs milliseconds since 1970: what "now" means on a first page; later pages take it from their cursor
 * @param cost of time at most QUERY_MS_MAX by default: the walk begins its last statement when half of that is over
 * @throws Failure `parameter_invalid`, `cursor_invalid`, `query_timeout`, `store_unavailable`
 */
export async function readPage(
  reader: Reader,
  scope: ReadScope,
  listing: Listing,
  request: PageRequest,
  nowMs: number,
  cost: PageCost = {},
): Promise<Page> {
  const { limit = PAGE_EVENTS_DEFAULT, order = 'desc' } = request;
  if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_EVENTS_MAX) {
    throw new Failure('parameter_invalid', `limit: expected an integer from 1 to ${PAGE_EVENTS_MAX}`, { pointer: 'limit' });
  }
  if (order !== 'asc' && order !== 'desc') throw new Failure('parameter_invalid', 'order: expected asc or desc', { pointer: 'order' });
  const print = fingerprint(listing.kind, scope.tenantId, order, listing.question);
  const state = request.cursor === undefined ? undefined : readCursor(print, request.cursor);
  const frozenMs = state?.nowMs ?? nowMs;
  const after = state?.position ?? listing.after;
  const plan = listing.plan(frozenMs);
  const { walkMs = QUERY_MS_MAX / 2, statementMs = QUERY_MS_MAX / 2, bytes = PAGE_BYTES_MAX } = cost;
  const deadline = performance.now() + walkMs;
  const until: Until = { soon: deadline, end: deadline + statementMs };
  // One more than asked for tells whether another page follows; and the first one that goes beyond the bytes is read too.
  const room = { limit: limit + 1, bytes };
  const { rows, settledTo } = await asTenant<Walked>(
    reader,
    scope.tenantId,
    statementMs,
    async (tx) => {
      const recorded = await recordedRange(tx, scope.tenantId, plan, order === 'asc' ? after?.occurredMs : undefined);
      if (recorded === undefined) return { rows: [] };
      const { plans } = plan;
      const isWhole = await plan.isWhole?.(tx);
      return walk({
        recorded,
        order,
        ...room,
        after,
        plans,
        isWhole,
        deadline,
        read: (slice) => plan.read(tx, slice, until),
      });
    },
    plan.plans ?? 'ordered',
  );
  const isFull = filledBy(rows, room) !== undefined;
  const shown = isFull ? rows.slice(0, Math.max(1, rows.length - 1)) : rows;
  const events: PresentedEvent[] = [];
  await inTurns(shown, (row) => void events.push(present(scope, row)));
  const next = (position: Position): string =>
    writeCursor(print, { nowMs: frozenMs, position: { occurredMs: position.occurredMs, seq: position.seq } });
  const last = shown.at(-1);
  if (isFull && last !== undefined) return { events, next: next(last) };
  if (settledTo === undefined) return { events };
  return { events, next: next(settledTo), partial: true, searchedBackTo: new Date(settledTo.occurredMs).toISOString() };
}

/** What occurred at T or later was recorded at T - CLOCK_SKEW_MS_MAX or later. */
async function recordedRange(
  tx: pg.ClientBase,
  tenantId: number,
  plan: ListingPlan,
  afterMs = Number.NEGATIVE_INFINITY,
): Promise<RecordedRange | undefined> {
  const bounds = await recordedBounds(tx, tenantId, plan.seq);
  if (bounds === undefined) return undefined;
  const fromMs = Math.max(bounds.fromMs, Math.max(plan.occurredFromMs, afterMs) - CLOCK_SKEW_MS_MAX);
  return fromMs < bounds.toMs ? { fromMs, toMs: bounds.toMs } : undefined;
}
