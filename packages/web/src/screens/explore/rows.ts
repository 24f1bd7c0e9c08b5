// From events to the rows of the list: days, folds of identical neighbours, and groups of one request or transaction.

import { dayKey, type ZoneName } from '../../text/format.ts';
import type { Event } from '../../api/queries.ts';

export type Row = DayRow | EventRow | BundleRow;

export interface DayRow {
  readonly kind: 'day';
  readonly key: string;
  readonly at: string;
}

export interface EventRow {
  readonly kind: 'event';
  readonly key: string;
  readonly event: Event;
  /** It stands under a row that can be closed. */
  readonly inside: boolean;
}

/** Several events on one line: alike, or of one request or transaction. */
export interface BundleRow {
  readonly kind: 'bundle';
  readonly key: string;
  readonly by: 'alike' | 'request' | 'transaction';
  /** Newest first. */
  readonly events: readonly Event[];
  /** The one that stands for all: of a request the first that happened. */
  readonly event: Event;
  readonly isOpen: boolean;
}

/**
 * @param events newest first
 * @param open keys of the bundles that are open
 * @example rowsOf(page.events, 'UTC', new Set())
 */
export function rowsOf(events: readonly Event[], zone: ZoneName, open: ReadonlySet<string>): readonly Row[] {
  const rows: Row[] = [];
  let day: string | undefined;
  for (let at = 0; at < events.length;) {
    const event = events[at] as Event;
    const today = dayKey(event.occurredAt, zone);
    if (today !== day) rows.push({ kind: 'day', key: `day ${today} ${event.id}`, at: event.occurredAt });
    day = today;
    const { by, end } = bundleAt(events, at, zone);
    if (by === undefined) rows.push({ kind: 'event', key: event.id, event, inside: false });
    else rows.push(...bundled(events.slice(at, end), by, open));
    at = end;
  }
  return rows;
}

function bundled(events: readonly Event[], by: BundleRow['by'], open: ReadonlySet<string>): readonly Row[] {
  const last = events.at(-1) as Event;
  // By its oldest event: newer ones that come to it live do not close it.
  const key = `${by} ${last.id}`;
  const isOpen = open.has(key);
  const event = by === 'alike' ? (events[0] as Event) : last;
  const head: BundleRow = { kind: 'bundle', key, by, events, event, isOpen };
  return isOpen ? [head, ...events.map((one): EventRow => ({ kind: 'event', key: one.id, event: one, inside: true }))] : [head];
}

/** How far events from a place on belong together, and by what; by nothing where that is one event. */
function bundleAt(events: readonly Event[], at: number, zone: ZoneName): { readonly by?: BundleRow['by']; readonly end: number } {
  const first = events[at] as Event;
  const day = dayKey(first.occurredAt, zone);
  const alike = likeness(first);
  const request = first.context?.requestId;
  const { transaction, name } = first.source;
  const run = (isSame: (event: Event) => boolean): number => {
    let end = at + 1;
    while (end < events.length && isSame(events[end] as Event) && dayKey((events[end] as Event).occurredAt, zone) === day) end++;
    return end;
  };
  const candidates: { readonly by: BundleRow['by']; readonly end: number }[] = [
    { by: 'alike', end: run((event) => likeness(event) === alike) },
    { by: 'request', end: request === undefined ? at + 1 : run((event) => event.context?.requestId === request) },
    {
      by: 'transaction',
      end: transaction === undefined ? at + 1 : run((event) => event.source.transaction === transaction && event.source.name === name),
    },
  ];
  const longest = candidates.reduce((best, one) => (one.end > best.end ? one : best));
  return longest.end > at + 1 ? longest : { end: at + 1 };
}

/** What two events have in common that are told by the same words, but for values. */
function likeness({ action, outcome, actor, resource, change, context }: Event): string {
  return JSON.stringify([
    action,
    outcome,
    actor.type,
    actor.id ?? actor.name,
    actor.onBehalfOf?.id,
    resource?.type,
    resource?.id,
    change?.fields,
    context?.ip,
    context?.reason,
  ]);
}

/** Events of two lists, each once, newest first by time and place in the log. */
export function merged(fresh: readonly Event[], pages: readonly Event[]): readonly Event[] {
  if (fresh.length === 0) return pages;
  const known = new Set(pages.map(({ id }) => id));
  const newer = fresh.filter(({ id }) => !known.has(id));
  if (newer.length === 0) return pages;
  const all = [...newer.toSorted(byTime), ...pages];
  // What comes live is nearly always the newest: then they are in order already.
  const [oldest, newest] = [all[newer.length - 1] as Event, pages[0]];
  return newest === undefined || byTime(oldest, newest) <= 0 ? all : all.toSorted(byTime);
}

function byTime(one: Event, other: Event): number {
  return one.occurredAt === other.occurredAt ? other.seq - one.seq : one.occurredAt < other.occurredAt ? 1 : -1;
}
