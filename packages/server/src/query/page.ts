// The events that a query asks for, page by page.

import { checkZone, explain, Failure, parse, print, type Query } from '@indelible/core';
import { PAGE_EVENTS_MAX } from '../limits.ts';
import type { Reader } from '../store/as-tenant.ts';
import { type Clock, compile } from './compile.ts';
import { askedOf } from './part.ts';
import type { PresentedEvent, ReadScope } from './present.ts';
import { type Listing, type ListingPlan, type Page, type PageCost, type PageRequest, readPage } from './read-page.ts';
import { makeSearchedRead } from './read-searched.ts';
import { type Look, makeScan, type ScanOptions } from './scan.ts';
import { searchPlan } from './search-plan.ts';

export interface EventsRequest extends PageRequest {
  /** In the query language; every event by default. */
  readonly q?: string | undefined;
  /** Milliseconds since 1970: what "now" means to relative times on the first page; the clock by default. */
  readonly nowMs?: number | undefined;
  /** The zone of dates that name none; UTC by default. */
  readonly zone?: string | undefined;
}

/**
 * A page of a tenant's events in the exact order of (occurredAt, seq), newest first by default. Pages joined by their
 * cursors are the whole answer: nothing twice and nothing left out, whatever is recorded meanwhile. What is recorded meanwhile
 * is in the answer when its place lies on a page that is still to be read.
 *
 * @param log the tenant's log, or undefined when nothing was ever recorded for the tenant: the answer is empty then
 * @throws Failure `query_invalid`, `parameter_invalid`, `cursor_invalid`, `query_timeout`, `store_unavailable`
 * @example await listEvents(store.reader, log, { q: 'actor:maria at:-24h', limit: 100 });
 */
export async function listEvents(
  reader: Reader,
  log: ReadScope | undefined,
  request: EventsRequest = {},
  options: PageCost & ScanOptions = {},
): Promise<Page> {
  const query = askedOf(log, parse(request.q ?? ''));
  const zone = checkZone(request.zone ?? 'UTC');
  if (log === undefined) return nothing(request);
  const listing: Listing = {
    kind: 'events',
    question: JSON.stringify([print(query), zone]),
    plan: (nowMs) => planOf(log, query, { nowMs, zone }, options),
  };
  return readPage(reader, log, listing, request, request.nowMs ?? Date.now(), options);
}

/** Of a tenant that has no log there was no page before either. */
function nothing({ cursor }: PageRequest): Page {
  if (cursor === undefined) return { events: [] };
  throw new Failure('cursor_invalid', 'cursor: nothing has been recorded for this tenant yet', { pointer: 'cursor' });
}

/**
 * The newest events that a query asks for, over as many pages as they take.
 *
 * @throws Failure as listEvents does
 */
export async function firstEvents(reader: Reader, log: ReadScope | undefined, q: string, limit: number): Promise<PresentedEvent[]> {
  const events: PresentedEvent[] = [];
  let cursor: string | undefined;
  do {
    const page = await listEvents(reader, log, { q, limit: Math.min(PAGE_EVENTS_MAX, limit - events.length), cursor });
    events.push(...page.events);
    cursor = page.next;
  } while (cursor !== undefined && events.length < limit);
  return events;
}

/** How the events of a query are found. */
export function planOf(log: ReadScope, query: Query, clock: Clock, options: ScanOptions = {}): ListingPlan {
  const { seq, occurredFromMs } = compile(query, clock).bounds;
  const scan = makeScan(log, query, clock, options);
  const search = searchPlan(query, clock);
  if (search === undefined) return { seq, occurredFromMs, read: scan.read, plans: scan.plans };
  return { seq, occurredFromMs, ...makeSearchedRead(log.tenantId, search, scan) };
}

/** How a page of a query is found. */
export interface EventsExplanation {
  /** What the query asks, in words. */
  readonly explanation: string;
  /** The statements that filled the page, in order. */
  readonly plan: readonly Look[];
}

/**
 * Reads a page as listEvents does, and tells how in place of the events.
 *
 * @throws Failure as listEvents does
 * @example (await explainEvents(store.reader, log, { q: 'actor:maria' })).plan[0]?.lead // 'actor'
 */
export async function explainEvents(reader: Reader, log: ReadScope | undefined, request: EventsRequest = {}): Promise<EventsExplanation> {
  const plan: Look[] = [];
  await listEvents(reader, log, request, { onLook: (look) => plan.push(look) });
  return { explanation: explain(parse(request.q ?? ''), checkZone(request.zone ?? 'UTC')), plan };
}
