// What the events of an actor add up to: where from, as whom, on what, when. Pure.

import { wallOf } from '@indelible/core';
import { ACTOR_LISTED_MAX } from '../limits.ts';
import type { ActorRow } from '../store/read-actor.ts';

/** One thing that was seen with the actor, how often, and when. */
export interface Seen {
  readonly count: number;
  /** RFC 3339, UTC. */
  readonly first: string;
  readonly last: string;
}

export interface ActorSummary {
  /** The latest of each. */
  readonly type?: string;
  readonly name?: string;
  readonly email?: string;
  /** Names and e-mails, addresses and sessions: the latest first. */
  readonly names: readonly (Seen & { readonly name: string })[];
  readonly emails: readonly (Seen & { readonly email: string })[];
  readonly addresses: readonly (Seen & { readonly ip: string })[];
  readonly sessions: readonly (Seen & { readonly id: string })[];
  /** What the actor did something to, and what was done: the most frequent first. */
  readonly resources: readonly (Seen & { readonly type: string; readonly id?: string; readonly name?: string })[];
  readonly actions: readonly (Seen & { readonly action: string })[];
  /** Days with events, by the clocks of a zone, oldest first. */
  readonly days: readonly { readonly day: string; readonly count: number }[];
  /** How many there are of what is listed above: a list holds ACTOR_LISTED_MAX at most. */
  readonly distinct: Readonly<Record<'names' | 'emails' | 'addresses' | 'sessions' | 'resources' | 'actions', number>>;
}

interface Tally {
  count: number;
  firstMs: number;
  lastMs: number;
}

interface Tallies<Value> {
  readonly entries: ReadonlyMap<string, Tally & { value: Value }>;
  /** @param value of the newest of a key: rows come newest first */
  readonly add: (key: string, value: Value, atMs: number) => void;
  readonly listed: (by: 'count' | 'last') => (Value & Seen)[];
}

/** Counts by a key, with the first and the last time. */
function makeTallies<Value>(): Tallies<Value> {
  const entries = new Map<string, Tally & { value: Value }>();
  return {
    entries,
    add: (key, value, atMs) => {
      const known = entries.get(key);
      if (known === undefined) {
        entries.set(key, { value, count: 1, firstMs: atMs, lastMs: atMs });
        return;
      }
      known.count++;
      known.firstMs = Math.min(known.firstMs, atMs);
      known.lastMs = Math.max(known.lastMs, atMs);
    },
    listed: (by) =>
      [...entries.values()]
        .sort((a, b) => (by === 'count' ? b.count - a.count : 0) || b.lastMs - a.lastMs)
        .slice(0, ACTOR_LISTED_MAX)
        .map(({ value, count, firstMs, lastMs }) => ({ ...value, count, first: iso(firstMs), last: iso(lastMs) })),
  };
}

/** @param rows newest first */
export function summarize(rows: Iterable<ActorRow>, zone: string): ActorSummary {
  const names = makeTallies<{ name: string }>();
  const emails = makeTallies<{ email: string }>();
  const addresses = makeTallies<{ ip: string }>();
  const sessions = makeTallies<{ id: string }>();
  const resources = makeTallies<{ type: string; id?: string; name?: string }>();
  const actions = makeTallies<{ action: string }>();
  const days = new Map<string, number>();
  const dayOf = makeDayOf(zone);
  let type: string | undefined;
  for (const row of rows) {
    const { occurredMs: atMs, name, email, ip, session, action, resourceType, resourceId, resourceName } = row;
    type ??= row.actorType;
    if (name !== undefined) names.add(name, { name }, atMs);
    if (email !== undefined) emails.add(email, { email }, atMs);
    if (ip !== undefined) addresses.add(ip, { ip }, atMs);
    if (session !== undefined) sessions.add(session, { id: session }, atMs);
    actions.add(action, { action }, atMs);
    if (resourceType !== undefined) {
      const named = {
        type: resourceType,
        ...(resourceId !== undefined && { id: resourceId }),
        ...(resourceName !== undefined && { name: resourceName }),
      };
      const key = JSON.stringify([resourceType, resourceId]);
      resources.add(key, named, atMs);
      const entry = resources.entries.get(key);
      // The newest event need not be one that tells the name.
      if (entry !== undefined && entry.value.name === undefined && resourceName !== undefined) entry.value = named;
    }
    const day = dayOf(atMs);
    days.set(day, (days.get(day) ?? 0) + 1);
  }
  const [name] = names.listed('last');
  const [email] = emails.listed('last');
  return {
    ...(type === undefined ? {} : { type }),
    ...(name === undefined ? {} : { name: name.name }),
    ...(email === undefined ? {} : { email: email.email }),
    names: names.listed('last'),
    emails: emails.listed('last'),
    addresses: addresses.listed('last'),
    sessions: sessions.listed('last'),
    resources: resources.listed('count'),
    actions: actions.listed('count'),
    days: [...days].map(([day, count]) => ({ day, count })).sort((a, b) => (a.day < b.day ? -1 : 1)),
    distinct: {
      names: names.entries.size,
      emails: emails.entries.size,
      addresses: addresses.entries.size,
      sessions: sessions.entries.size,
      resources: resources.entries.size,
      actions: actions.entries.size,
    },
  };
}

/** Every zone keeps its offset for a quarter of an hour at least, so that neighbours share an answer. */
const QUARTER_MS = 15 * 60_000;

function makeDayOf(zone: string): (ms: number) => string {
  let known: { readonly quarter: number; readonly day: string } | undefined;
  return (ms) => {
    const quarter = Math.floor(ms / QUARTER_MS);
    if (known?.quarter !== quarter) {
      const { year, month, day } = wallOf(ms, zone);
      const two = (value: number): string => String(value).padStart(2, '0');
      known = { quarter, day: `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}` };
    }
    return known.day;
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
