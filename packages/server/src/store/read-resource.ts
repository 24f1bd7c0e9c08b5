// Reading what one resource went through by the reader's transaction, which is one for kept plans where the whole tenant is
// seen: its events with the columns that outlive an erased section, the truncations of its type, and how many of its events
// there are of each sort.

import type pg from 'pg';
import { OPERATIONS, OUTCOMES, SOURCE_KINDS } from '@indelible/core';
import { queryKept, queryWithin } from './kept-statement.ts';
import { type Condition, COLUMNS, type EventRow, openContext, type Row, type Slice, sliceConditions, withinBytes } from './read-events.ts';

export interface ResourceName {
  readonly type: string;
  readonly id: string;
}

/** What the columns say, for sections that were cleared. */
export interface ResourceRow extends EventRow {
  readonly action: string;
  readonly operation: (typeof OPERATIONS)[number];
  readonly outcome: (typeof OUTCOMES)[number];
  readonly sourceKind: (typeof SOURCE_KINDS)[number];
}

interface ColumnRow extends Row {
  action: string;
  operation: number;
  outcome: number;
  source_kind: number;
}

/** The words of numbers that this version does not know are the last ones: nothing is made of them. */
function word<Word>(words: readonly Word[], index: number): Word {
  return words[index] ?? (words.at(-1) as Word);
}

function toResourceRow(row: ColumnRow): ResourceRow {
  return {
    id: row.id,
    seq: Number(row.seq),
    recordedMs: Number(row.recorded_ms),
    occurredMs: Number(row.occurred_ms),
    disclosures: row.disclosures,
    action: row.action,
    operation: word(OPERATIONS, row.operation),
    outcome: word(OUTCOMES, row.outcome),
    sourceKind: word(SOURCE_KINDS, row.source_kind),
  };
}

async function readRows(tx: pg.ClientBase, tenantId: number, slice: Slice, condition: Condition): Promise<ResourceRow[]> {
  const context = openContext(tenantId, slice);
  const order = `order by e.occurred_at ${slice.order}, e.seq ${slice.order}`;
  const events =
    `select e.* from indelible.event e where ${sliceConditions('e', slice, context)} and ${condition(context)} ` +
    `${order} limit ${context.bind(slice.limit)}`;
  const text = `select ${COLUMNS}, e.action, e.operation, e.outcome, e.source_kind from (${withinBytes(events, slice, context)}) e ${order}`;
  const answer = await queryWithin<ColumnRow>(tx, slice.within, { text, values: context.values });
  return answer.rows.map(toResourceRow);
}

/** Events about a resource, in order: a walk of the index event_resource. */
export function readResource(tx: pg.ClientBase, tenantId: number, { type, id }: ResourceName, slice: Slice): Promise<ResourceRow[]> {
  return readRows(tx, tenantId, slice, ({ bind }) => `e.resource_type = ${bind(type)} and e.resource_id = ${bind(id)}`);
}

/** Truncations of a type, which name no id: a walk of the index event_action. */
export function readTruncations(tx: pg.ClientBase, tenantId: number, type: string, slice: Slice): Promise<ResourceRow[]> {
  return readRows(
    tx,
    tenantId,
    slice,
    ({ bind }) => `e.action = ${bind(`${type}.truncated`)} and e.resource_type = ${bind(type)} and e.resource_id is null`,
  );
}

/** Events by their places in the log, in no order; `recordedMs` of each leads to its partition. */
export async function readPlaces(
  tx: pg.ClientBase,
  tenantId: number,
  places: readonly { readonly seq: number; readonly recordedMs: number }[],
): Promise<ResourceRow[]> {
  const times = places.map(({ recordedMs }) => recordedMs);
  const recorded = { fromMs: Math.min(...times), toMs: Math.max(...times) + 1 };
  const slice: Slice = { recorded, order: 'desc', limit: places.length };
  return readRows(tx, tenantId, slice, ({ bind }) => `e.seq = any(${bind(places.map(({ seq }) => seq))}::bigint[])`);
}

/** Events of one sort: all that decides whether they tell something of their resource, values apart. */
export interface Sort {
  readonly action: string;
  readonly operation: (typeof OPERATIONS)[number];
  readonly outcome: (typeof OUTCOMES)[number];
  readonly sourceKind: (typeof SOURCE_KINDS)[number];
  readonly hasChange: boolean;
  readonly count: number;
}

/** How many events of each sort a slice has; of no more events than the slice's limit. */
export async function countSorts(tx: pg.ClientBase, tenantId: number, { type, id }: ResourceName, slice: Slice): Promise<Sort[]> {
  const context = openContext(tenantId, slice);
  const { bind } = context;
  const events =
    `select e.action, e.operation, e.outcome, e.source_kind, strpos(e'\\n' || e.disclosures, e'\\nchange ') > 0 as has_change from indelible.event e ` +
    `where ${sliceConditions('e', slice, context)} and e.resource_type = ${bind(type)} and e.resource_id = ${bind(id)} limit ${bind(slice.limit)}`;
  const answer = await queryWithin<{
    action: string;
    operation: number;
    outcome: number;
    source_kind: number;
    has_change: boolean;
    count: number;
  }>(tx, slice.within, {
    text: `select action, operation, outcome, source_kind, has_change, count(*)::int as count from (${events}) s group by 1, 2, 3, 4, 5`,
    values: context.values,
  });
  return answer.rows.map((row) => ({
    action: row.action,
    operation: word(OPERATIONS, row.operation),
    outcome: word(OUTCOMES, row.outcome),
    sourceKind: word(SOURCE_KINDS, row.source_kind),
    hasChange: row.has_change,
    count: row.count,
  }));
}

/** Whether any event is about a resource of a type, and whether any names the resource as related. */
export async function isNamed(
  tx: pg.ClientBase,
  tenantId: number,
  { type, id }: ResourceName,
): Promise<{ readonly type: boolean; readonly related: boolean }> {
  const answer = await queryKept<{ type: boolean; related: boolean }>(tx, {
    text: `select exists (select from indelible.event where tenant_id = $1 and resource_type = $2) as type,
            exists (select from indelible.event_related where tenant_id = $1 and type = $2 and id = $3) as related`,
    values: [tenantId, type, id],
  });
  return answer.rows[0] ?? { type: false, related: false };
}
