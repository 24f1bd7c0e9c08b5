// Truncations of tables of which the capture could not say whose rows they held: they stand in the log of the default tenant.
// A TRUNCATE removes the rows of every tenant, so each learns of it: that it was, when, and in which source. Who did it and
// what else the event holds stays with the tenant in whose log it is.

import type pg from 'pg';
import { type HistoryEvent, SOURCE_KINDS } from '@indelible/core';
import { QUERY_MS_MAX, STATE_TRUNCATIONS_MAX } from '../limits.ts';
import { asTenant } from '../store/as-tenant.ts';
import type { Tenants } from '../store/tenants.ts';
import { foreignEvent, newest } from './gaps-read.ts';

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
export async function readUnplaced(reader: pg.Pool, tenants: Tenants, type: string): Promise<readonly UnplacedTruncation[]> {
  const log = await tenants.byName(UNPLACED_TENANT);
  if (log === undefined) return [];
  const read = async (tx: pg.ClientBase): Promise<readonly UnplacedTruncation[]> => {
    const rows = await newest(
      tx,
      log.tenantId,
      ({ bind }) => `e.action = ${bind(`${type}.truncated`)} and e.resource_id is null and e.source_kind = ${bind(POSTGRES)}`,
      Number.POSITIVE_INFINITY,
      STATE_TRUNCATIONS_MAX,
    );
    return rows.flatMap((row) => {
      const { source, tags } = foreignEvent(UNPLACED_TENANT, row) as { source?: { name?: string }; tags?: readonly string[] };
      return tags?.includes(UNPLACED_TAG) === true && source?.name !== undefined
        ? [{ id: row.id, source: source.name, atMs: row.occurredMs }]
        : [];
    });
  };
  return asTenant(reader, log.tenantId, QUERY_MS_MAX, read, 'ordered');
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
