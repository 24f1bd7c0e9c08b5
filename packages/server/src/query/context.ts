// What happened around an event: what the same actor did before and after it, what else was done to the same resource, and
// what else belongs to the same request.

import { Failure, type FieldName, type Match, print, type Query, type Term, type TimePoint } from '@indelible/core';
import { CONTEXT_EVENTS, CONTEXT_REQUEST_MS, QUERY_MS_MAX } from '../limits.ts';
import type { Reader } from '../store/as-tenant.ts';
import type { Order } from '../store/read-events.ts';
import { readEvent } from './one.ts';
import { planOf } from './page.ts';
import { askedOf } from './part.ts';
import type { PresentedEvent, ReadScope } from './present.ts';
import { type Listing, type Page, type PageCost, readPage } from './read-page.ts';

/** Events that have one thing in common with an event, before and after it by (occurredAt, seq). */
export interface Neighbours {
  /** The query for all of them, the event itself among them. */
  readonly q: string;
  /** Both newest first, so that after, the event and before are one list. CONTEXT_EVENTS at most, the nearest ones. */
  readonly after: readonly PresentedEvent[];
  readonly before: readonly PresentedEvent[];
  /** Whether there are further ones. */
  readonly more: { readonly after: boolean; readonly before: boolean };
  /** True when the time was up before all that was asked for was found. */
  readonly partial?: true;
}

export interface EventContext {
  readonly event: PresentedEvent;
  /** By the same actor; absent where the event names none. */
  readonly actor?: Neighbours;
  /** About the same resource. */
  readonly resource?: Neighbours;
  /** Of the same request, within CONTEXT_REQUEST_MS before and after. */
  readonly request?: Neighbours;
}

/**
 * @throws Failure `not_found` as getEvent does, `query_timeout`, `store_unavailable`
 * @example (await eventContext(store.reader, log, id)).actor?.before[0] // what the actor did last before
 */
export async function eventContext(reader: Reader, scope: ReadScope, id: string): Promise<EventContext> {
  const { event, place } = await readEvent(reader, scope, id);
  const deadline = performance.now() + QUERY_MS_MAX / 2;
  const around = async (query: Query | undefined): Promise<Neighbours | undefined> => {
    if (query === undefined) return undefined;
    const side = (order: Order): Promise<Side> => sideOf(reader, scope, listingOf(scope, query, place), order, deadline);
    const [after, before] = [await side('asc'), await side('desc')];
    return {
      q: print(query),
      after: after.events.toReversed(),
      before: before.events,
      more: { after: after.more, before: before.more },
      ...(after.partial || before.partial ? { partial: true as const } : {}),
    };
  };
  const [actor, resource, request] = [await around(byActor(event)), await around(aboutResource(event)), await around(ofRequest(event))];
  return { event, ...(actor && { actor }), ...(resource && { resource }), ...(request && { request }) };
}

function byActor({ actor }: Partial<PresentedEvent>): Query | undefined {
  if (actor?.id !== undefined) return all(term('actor.id', equals(actor.id)));
  const known = actor?.name ?? actor?.email;
  return known === undefined ? undefined : all(term('actor', equals(known)));
}

function aboutResource({ resource }: Partial<PresentedEvent>): Query | undefined {
  if (resource?.id === undefined) return undefined;
  return all(term('resource', { kind: 'resource', type: equals(resource.type), id: equals(resource.id) }));
}

/** No index leads to requests: only the time near by is looked through. */
function ofRequest({ context, occurredAt }: Partial<PresentedEvent>): Query | undefined {
  if (context?.requestId === undefined || occurredAt === undefined) return undefined;
  const atMs = Date.parse(occurredAt);
  const bound = (ms: number): { value: TimePoint; inclusive: true } => ({ value: { kind: 'instant', ms }, inclusive: true });
  const near: Match = { kind: 'time', from: bound(atMs - CONTEXT_REQUEST_MS), to: bound(atMs + CONTEXT_REQUEST_MS) };
  return all(term('request', equals(context.requestId)), term('at', near));
}

function all(...terms: readonly Term[]): Query {
  return { terms };
}

function term(field: FieldName, match: Match): Term {
  return { kind: 'field', field, negated: false, match };
}

function equals(value: string): { readonly kind: 'equals'; readonly value: string } {
  return { kind: 'equals', value };
}

function listingOf(scope: ReadScope, query: Query, after: Listing['after']): Listing {
  const asked = askedOf(scope, query);
  return { kind: 'context', question: print(asked), plan: (nowMs) => planOf(scope, asked, { nowMs, zone: 'UTC' }), after };
}

interface Side {
  readonly events: Page['events'];
  readonly more: boolean;
  readonly partial: boolean;
}

/** Milliseconds that are left to each look, however long the others took. */
const LOOK_MS_MIN = 100;

async function sideOf(reader: Reader, scope: ReadScope, listing: Listing, order: Order, deadline: number): Promise<Side> {
  const leftMs = Math.max(LOOK_MS_MIN, Math.round(deadline - performance.now()));
  const cost: PageCost = { walkMs: leftMs, statementMs: leftMs };
  try {
    const { events, next, partial = false } = await readPage(reader, scope, listing, { order, limit: CONTEXT_EVENTS }, Date.now(), cost);
    return { events, more: next !== undefined, partial };
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'query_timeout') throw error;
    return { events: [], more: true, partial: true };
  }
}
