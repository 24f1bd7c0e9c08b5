// What is worth a look: asks for what the rules need, and gives them the answers. Hours that stand out are found by counters,
// so that only these are read event by event.

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { answerOf, type Client, useApi } from '../../api/client.ts';
import type { components } from '../../api/schema.ts';
import { seesCoverage, useStanding } from '../../api/standing.ts';
import type { Event } from '../../api/queries.ts';
import { fromAddress, NAMELESS, SIGN_INS } from './queries.ts';
import { beginOf, type Range } from './range.ts';
import { type Bulk, bulks, spikes } from './signals/bulk.ts';
import { coverageSignals } from './signals/coverage.ts';
import { newPlaces } from './signals/new-places.ts';
import { type Nameless, ranked, type Signal } from './signals/rank.ts';

const SIGN_INS_MAX = 500;
const HOUR_EVENTS_MAX = 500;
const SIGNALS_MAX = 7;
const FOLLOWED_MAX = 100;
/** How many of the hours that stand out are looked into, for each operation. */
const HOURS_MAX = { delete: 2, update: 2, create: 1 } as const;

interface Asking {
  readonly api: Client;
  readonly signal: AbortSignal;
}

/** Who may not see coverage does not ask: a refusal would be an event. */
interface AskingAll extends Asking {
  readonly withCoverage: boolean;
}

export interface Page {
  readonly events: readonly Event[];
  /** True when the time was up before all was looked at. */
  readonly partial: boolean;
  readonly more: boolean;
}

export interface Signals {
  readonly signals: readonly Signal[];
  /** What came from the address of a strange sign-in, by the id of its event. */
  readonly followed: ReadonlyMap<string, Page>;
  readonly partial: boolean;
}

/** A page of events, newest first. */
export async function pageOf({ api, signal }: Asking, q: string, limit: number, order: 'asc' | 'desc' = 'desc'): Promise<Page> {
  const page = await answerOf(api.GET('/v1/events', { params: { query: { q, limit, order } }, signal }));
  if (!('events' in page)) throw new TypeError('the server explained the query in place of answering it');
  return { events: page.events, partial: page.partial === true, more: page.next !== undefined };
}

export function useSignals(range: Range) {
  const { api, tenant } = useApi();
  const withCoverage = seesCoverage(useStanding());
  return useQuery({
    queryKey: [tenant, 'overview', 'signals', range, withCoverage],
    queryFn: ({ signal }) => findSignals({ api, signal, withCoverage }, range, Date.now()),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    structuralSharing: false,
  });
}

async function findSignals(asking: AskingAll, range: Range, nowMs: number): Promise<Signals> {
  const beginMs = beginOf(range, nowMs);
  const [signIns, nameless, deletes, updates, creates, coverage] = await Promise.all([
    // A habit is longer than a day: the whole month is looked at, whatever the range.
    pageOf(asking, `${SIGN_INS} at:-30d`, SIGN_INS_MAX),
    findNameless(asking, range),
    findBulks(asking, range, 'delete'),
    findBulks(asking, range, 'update'),
    findBulks(asking, range, 'create'),
    readCoverage(asking),
  ]);
  const places = newPlaces(signIns.events).filter(({ event }) => Date.parse(event.occurredAt) >= beginMs);
  const found: Signal[] = [...places, ...nameless, ...[deletes, updates, creates].flatMap((one) => one.bulks)];
  const signals = ranked([...found, ...(coverage === undefined ? [] : coverageSignals(coverage, beginMs))], SIGNALS_MAX);
  return {
    signals,
    followed: await findFollowed(asking, signals),
    partial: [signIns, deletes, updates, creates].some(({ partial }) => partial),
  };
}

/** Of those that came at an unusual hour too: all of it comes at once, so that nothing moves. */
async function findFollowed(asking: Asking, signals: readonly Signal[]): Promise<ReadonlyMap<string, Page>> {
  const strange = signals.flatMap((one) => (one.kind === 'new-place' && one.unusualHour ? [one.event] : []));
  const pages = await Promise.all(
    strange.map(async ({ id, occurredAt, context }): Promise<readonly [string, Page][]> => {
      if (context?.ip === undefined) return [];
      return [[id, await pageOf(asking, fromAddress(context.ip, occurredAt), FOLLOWED_MAX, 'asc')]];
    }),
  );
  return new Map(pages.flat());
}

async function findNameless(asking: Asking, range: Range): Promise<Nameless[]> {
  const { api, signal } = asking;
  const query = { q: NAMELESS, from: range, bucket: 'day' } as const;
  const [page, { total, estimate }] = await Promise.all([
    pageOf(asking, `${NAMELESS} at:${range}`, 1),
    answerOf(api.GET('/v1/stats/histogram', { params: { query }, signal })),
  ]);
  const [event] = page.events;
  return event === undefined ? [] : [{ kind: 'nameless', count: Math.max(1, total), estimate, event }];
}

async function findBulks(asking: Asking, range: Range, operation: keyof typeof HOURS_MAX): Promise<{ bulks: Bulk[]; partial: boolean }> {
  const { api, signal } = asking;
  const query = { q: `operation:${operation}`, from: range, bucket: 'hour' } as const;
  const { buckets } = await answerOf(api.GET('/v1/stats/histogram', { params: { query }, signal }));
  const hours = spikes(buckets, HOURS_MAX[operation]);
  const pages = await Promise.all(
    hours.map(({ from, to }) => pageOf(asking, `operation:${operation} at:>=${from} at:<${to}`, HOUR_EVENTS_MAX)),
  );
  return { bulks: pages.flatMap(({ events }) => bulks(events)), partial: pages.some(({ partial }) => partial) };
}

/** Undefined for whom it is not shown. */
async function readCoverage({ api, signal, withCoverage }: AskingAll): Promise<components['schemas']['CoverageReport'] | undefined> {
  return withCoverage ? answerOf(api.GET('/v1/coverage', { signal })) : undefined;
}
