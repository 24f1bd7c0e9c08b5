// Truncations of tables of which the capture could not say whose rows they held: they stand in the log of the default tenant.
// A TRUNCATE removes the rows of every tenant, so each learns of it: that it was, when, and in which source. Who did it and
// what else the event holds stays with the tenant in whose log it is.

import type pg from 'pg';
import { type HistoryEvent, SOURCE_KINDS } from '@indelible/core';
import { QUERY_MS_MAX, STATE_TRUNCATIONS_MAX } from '../limits.ts';
import { asTenant } from '../store/as-tenant.ts';
import type { Condition, EventRow } from '../store/read-events.ts';
import type { Tenants } from '../store/tenants.ts';
import { foreignEvent, makeFollow } from './gaps-read.ts';

/** Where the capture puts what it cannot place, and the tag that it marks it with (capture/tenant-map.ts, capture/row-event.ts). */
const UNPLACED_TENANT = 'default';
const UNPLACED_TAG = 'tenant:unknown';
const POSTGRES = SOURCE_KINDS.indexOf('postgres');

export interface UnplacedTruncation {
  readonly id: string;
  readonly source: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

/** @param reader the reader's pool */
export function makeReadUnplaced(reader: pg.Pool, tenants: Tenants): (type: string) => Promise<readonly UnplacedTruncation[]> {
  const follow = makeFollow<readonly UnplacedTruncation[]>(STATE_TRUNCATIONS_MAX);
  return async (type) => {
    const log = await tenants.byName(UNPLACED_TENANT);
    if (log === undefined) return [];
    const condition: Condition = ({ bind }) =>
      `e.action = ${bind(`${type}.truncated`)} and e.resource_id is null and e.source_kind = ${bind(POSTGRES)}`;
    const read = (tx: pg.ClientBase): ReturnType<typeof follow> => follow(tx, log.tenantId, type, condition, unplacedOf);
    return (await asTenant(reader, log.tenantId, QUERY_MS_MAX, read, 'kept')).flat();
  };
}

function unplacedOf(row: EventRow): readonly UnplacedTruncation[] {
  const { source, tags } = foreignEvent(UNPLACED_TENANT, row) as { source?: { name?: string }; tags?: readonly string[] };
  return tags?.includes(UNPLACED_TAG) === true && source?.name !== undefined
    ? [{ id: row.id, source: source.name, atMs: row.occurredMs }]
    : [];
}

/** As an event of the history of a resource of the type; no place in the log that is asked. */
export function unplacedEvent(type: string, { id, source, atMs }: UnplacedTruncation): HistoryEvent {
  return {
    id,
    seq: -1,
    action: `${type}.truncated`,
    operation: 'delete',
    occurredAt: new Date(atMs).toISOString(),
    resource: { type },
    source: { kind: 'postgres', name: source },
  };
}
