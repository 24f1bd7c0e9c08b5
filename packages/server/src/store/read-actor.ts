// Reading what one actor did by the reader's transaction: walks of the index event_actor, newest first, with the few things
// of each event that a summary is made of.

import type pg from 'pg';
import { ACTOR_TYPES } from '@indelible/core';
import { queryWithin } from './kept-statement.ts';
import { type Condition, openContext, type Slice, sliceConditions } from './read-events.ts';

/** What a summary of an actor needs of an event. */
export interface ActorRow {
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly occurredMs: number;
  readonly actorType: (typeof ACTOR_TYPES)[number];
  readonly name: string | undefined;
  readonly email: string | undefined;
  readonly action: string;
  readonly resourceType: string | undefined;
  readonly resourceId: string | undefined;
  readonly resourceName: string | undefined;
  readonly ip: string | undefined;
  readonly session: string | undefined;
}

interface Row {
  seq: string;
  occurred_ms: string;
  actor_type: number;
  actor_name: string | null;
  actor_email: string | null;
  action: string;
  resource_type: string | null;
  resource_id: string | null;
  resource_name: string | null;
  ip: string | null;
  session: string | null;
}

// A section is parsed only where it can hold what is looked for.
const COLUMNS =
  'e.seq, (extract(epoch from e.occurred_at) * 1000)::bigint as occurred_ms, e.actor_type, e.actor_name, e.actor_email, e.action, ' +
  'e.resource_type, e.resource_id, host(e.ip) as ip, ' +
  `case when position('"sessionId":' in e.disclosures) > 0 then indelible.disclosed(e.disclosures, 'context') ->> 'sessionId' end as session, ` +
  `case when e.resource_id is not null then indelible.disclosed(e.disclosures, 'resource') ->> 'name' end as resource_name`;

/** Events of an actor, in order. */
export async function readActorSlice(tx: pg.ClientBase, tenantId: number, actorId: string, slice: Slice): Promise<ActorRow[]> {
  const context = openContext(tenantId, slice);
  const { bind } = context;
  const answer = await queryWithin<Row>(tx, slice.within, {
    text:
      `select ${COLUMNS} from indelible.event e where ${sliceConditions('e', slice, context)} and e.actor_id = ${bind(actorId)} ` +
      `order by e.occurred_at ${slice.order}, e.seq ${slice.order} limit ${bind(slice.limit)}`,
    values: context.values,
  });
  return answer.rows.map((row) => ({
    seq: Number(row.seq),
    occurredMs: Number(row.occurred_ms),
    actorType: ACTOR_TYPES[row.actor_type] ?? 'unknown',
    name: row.actor_name ?? undefined,
    email: row.actor_email ?? undefined,
    action: row.action,
    resourceType: row.resource_type ?? undefined,
    resourceId: row.resource_id ?? undefined,
    resourceName: row.resource_name ?? undefined,
    ip: row.ip ?? undefined,
    session: row.session ?? undefined,
  }));
}

const EVER: Slice = { recorded: { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY }, order: 'asc', limit: 1 };

/** When an actor was first and last seen, in milliseconds since 1970; undefined for one who did nothing. */
export async function readActorEnds(
  tx: pg.ClientBase,
  tenantId: number,
  actorId: string,
  within?: Condition,
): Promise<{ readonly firstMs: number; readonly lastMs: number } | undefined> {
  const context = openContext(tenantId, EVER);
  const actor = context.bind(actorId);
  const conditions = `e.tenant_id = ${context.names.tenantId} and e.actor_id = ${actor}${within === undefined ? '' : ` and (${within(context)})`}`;
  // A parameter that no condition names has no type that PostgreSQL could find out.
  const recorded = `e.recorded_at >= ${context.names.recordedFrom} and e.recorded_at < ${context.names.recordedTo}`;
  const end = (order: 'asc' | 'desc'): string =>
    `(select e.occurred_at from indelible.event e where ${conditions} and ${recorded} order by e.occurred_at ${order}, e.seq ${order} limit 1)`;
  const answer = await queryWithin<{ first_ms: string | null; last_ms: string | null }>(tx, within, {
    text: `select (extract(epoch from ${end('asc')}) * 1000)::bigint as first_ms, (extract(epoch from ${end('desc')}) * 1000)::bigint as last_ms`,
    values: context.values,
  });
  const row = answer.rows[0];
  return row === undefined || row.first_ms === null || row.last_ms === null
    ? undefined
    : { firstMs: Number(row.first_ms), lastMs: Number(row.last_ms) };
}

/** How many events of an actor a slice has; `slice.limit` when there are as many or more. */
export async function countActor(tx: pg.ClientBase, tenantId: number, actorId: string, slice: Slice): Promise<number> {
  const context = openContext(tenantId, slice);
  const { bind } = context;
  const events = `select from indelible.event e where ${sliceConditions('e', slice, context)} and e.actor_id = ${bind(actorId)} limit ${bind(slice.limit)}`;
  const answer = await queryWithin<{ count: number }>(tx, slice.within, {
    text: `select count(*)::int as count from (${events}) c`,
    values: context.values,
  });
  return answer.rows[0]?.count ?? 0;
}
