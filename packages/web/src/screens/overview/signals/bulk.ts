// Many resources changed at a stroke: the hours to look into, and the changes of one request or transaction in them. Pure.

import { quotedValue } from '@indelible/core/query';
import type { components } from '../../../api/schema.ts';
import type { Event } from '../../../api/queries.ts';

type Bucket = components['schemas']['Histogram']['buckets'][number];

export interface Bulk {
  readonly kind: 'bulk';
  /** How many events the request or transaction has, of those that were looked at. */
  readonly count: number;
  readonly operation: Event['operation'];
  /** The first of them: it stands for all. */
  readonly event: Event;
  /** Finds all of them. */
  readonly q: string;
  /** Of the resources, where all are of one. */
  readonly type?: string;
}

/** So many changes in one request are worth a look. */
export const BULK_MIN = 10;
/** How many times the middle of the hours that have any makes an hour stand out. */
const SPIKE_TIMES = 3;

/**
 * The hours that stand out: with BULK_MIN events at least, and several times as many as the usual hour with any.
 *
 * @returns the fullest first, `max` at most
 */
export function spikes(buckets: readonly Bucket[], max: number): Bucket[] {
  const totals = buckets.map(({ total }) => total).filter((total) => total > 0);
  const middle = totals.sort((a, b) => a - b)[Math.floor(totals.length / 2)] ?? 0;
  return buckets
    .filter(({ total }) => total >= BULK_MIN && total >= middle * SPIKE_TIMES)
    .sort((a, b) => b.total - a.total)
    .slice(0, max);
}

/**
 * @param events of any requests, in any order; what failed or was denied changed nothing
 * @returns the largest first
 */
export function bulks(events: readonly Event[]): Bulk[] {
  const groups = new Map<string, Event[]>();
  for (const event of events) {
    const q = togetherOf(event);
    if (q === undefined || event.outcome !== 'success') continue;
    const key = `${event.action}\n${q}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [event]);
    else group.push(event);
  }
  return [...groups.values()]
    .filter((group) => group.length >= BULK_MIN)
    .map(bulkOf)
    .sort((a, b) => b.count - a.count);
}

/** What finds the events of the same request. A transaction has no field to ask for: its place in time stands for it. */
function togetherOf({ context, source, actor }: Event): string | undefined {
  if (context?.requestId !== undefined) return `request:${quotedValue(context.requestId)}`;
  if (source.transaction === undefined) return undefined;
  return `transaction ${source.name ?? ''} ${source.transaction} ${actor.id ?? ''}`;
}

function bulkOf(group: readonly Event[]): Bulk {
  const times = group.map(({ occurredAt }) => occurredAt).sort();
  const [first, last] = [times[0] ?? '', times.at(-1) ?? ''];
  const event = group.reduce((oldest, one) => (one.occurredAt < oldest.occurredAt ? one : oldest));
  const types = new Set(group.map(({ resource }) => resource?.type));
  const [type] = types;
  const request = event.context?.requestId;
  const where = request === undefined ? `at:>=${first} at:<=${last}` : `request:${quotedValue(request)}`;
  return {
    kind: 'bulk',
    count: group.length,
    operation: event.operation,
    event,
    q: `action:${quotedValue(event.action)} ${where}`,
    ...(types.size === 1 && type !== undefined ? { type } : {}),
  };
}
