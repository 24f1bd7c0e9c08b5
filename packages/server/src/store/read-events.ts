// Reading events by the reader's transaction: slices of a time of recording in the order of occurrence, one event, and
// where in time a range of sequence numbers was recorded.

import type pg from 'pg';
import { type Binder, makeBinder } from './binder.ts';
import type { SliceNames } from './fields.ts';
import { timestampText } from './timestamp.ts';

/** What a presenter needs of a row: its place and the disclosures. The filter columns stay in the database. */
export interface EventRow {
  readonly id: string;
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly recordedMs: number;
  /** Milliseconds since 1970. */
  readonly occurredMs: number;
  readonly disclosures: string;
}

/** A place in the order of pages. */
export interface Position {
  readonly occurredMs: number;
  readonly seq: number;
}

export type Order = 'asc' | 'desc';

/** A time of recording, in milliseconds since 1970; `toMs` is excluded. */
export interface RecordedRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** One statement's share of a page. */
export interface Slice {
  readonly recorded: RecordedRange;
  readonly order: Order;
  readonly limit: number;
  /** Only events that come after this place in the order. */
  readonly after?: Position | undefined;
  /** Only events that come before this place in the order. */
  readonly before?: Position | undefined;
}

export const COLUMNS =
  '(extract(epoch from e.recorded_at) * 1000)::bigint as recorded_ms, (extract(epoch from e.occurred_at) * 1000)::bigint as occurred_ms, e.id, e.seq, e.disclosures';

/** COLUMNS as the driver gives them. */
export interface Row {
  id: string;
  seq: string;
  recorded_ms: string;
  occurred_ms: string;
  disclosures: string;
}

export function toEventRow(row: Row): EventRow {
  return {
    id: row.id,
    seq: Number(row.seq),
    recordedMs: Number(row.recorded_ms),
    occurredMs: Number(row.occurred_ms),
    disclosures: row.disclosures,
  };
}

/** What a condition is written with. */
export interface ConditionContext extends Binder {
  readonly names: SliceNames;
}

/** Writes a condition on the alias `e` of the table event. */
export type Condition = (context: ConditionContext) => string;

export function openContext(tenantId: number, slice: Slice): ConditionContext {
  const binder = makeBinder();
  const { bind } = binder;
  const names = {
    tenantId: bind(tenantId),
    recordedFrom: bind(timestampText(slice.recorded.fromMs)),
    recordedTo: bind(timestampText(slice.recorded.toMs)),
  };
  return { ...binder, names };
}

/** The conditions of a slice on a table that has tenant_id, recorded_at, occurred_at and seq. */
export function sliceConditions(alias: string, slice: Slice, { bind, names }: ConditionContext): string {
  const [later, earlier] = slice.order === 'asc' ? ['>', '<'] : ['<', '>'];
  const beside = (position: Position, sign: string): string =>
    `(${alias}.occurred_at, ${alias}.seq) ${sign} (${bind(timestampText(position.occurredMs))}, ${bind(position.seq)})`;
  return [
    `${alias}.tenant_id = ${names.tenantId}`,
    `${alias}.recorded_at >= ${names.recordedFrom}`,
    `${alias}.recorded_at < ${names.recordedTo}`,
    ...(slice.after === undefined ? [] : [beside(slice.after, later)]),
    ...(slice.before === undefined ? [] : [beside(slice.before, earlier)]),
  ].join(' and ');
}

/** Events of a slice that meet a condition on the alias `e`, in order. */
export function sliceStatement(tenantId: number, slice: Slice, condition: Condition): { text: string; values: unknown[] } {
  const context = openContext(tenantId, slice);
  const text =
    `select ${COLUMNS} from indelible.event e where ${sliceConditions('e', slice, context)} and (${condition(context)}) ` +
    `order by e.occurred_at ${slice.order}, e.seq ${slice.order} limit ${context.bind(slice.limit)}`;
  return { text, values: context.values };
}

export async function readSlice(tx: pg.ClientBase, tenantId: number, slice: Slice, condition: Condition): Promise<EventRow[]> {
  const answer = await tx.query<Row>(sliceStatement(tenantId, slice, condition));
  return answer.rows.map(toEventRow);
}

/** Events of a slice that name a resource as related, in order: a walk of the index of event_related. */
export async function readRelatedSlice(
  tx: pg.ClientBase,
  tenantId: number,
  slice: Slice,
  resource: { type: string; id: string },
): Promise<EventRow[]> {
  const context = openContext(tenantId, slice);
  const { bind, names, values } = context;
  // An event may name one resource in several relations.
  const related =
    `select distinct r.occurred_at, r.seq, r.recorded_at from indelible.event_related r where ${sliceConditions('r', slice, context)} ` +
    `and r.type = ${bind(resource.type)} and r.id = ${bind(resource.id)} ` +
    `order by r.occurred_at ${slice.order}, r.seq ${slice.order} limit ${bind(slice.limit)}`;
  const answer = await tx.query<Row>({
    text:
      `select ${COLUMNS} from (${related}) r join indelible.event e on e.tenant_id = ${names.tenantId} and e.seq = r.seq and e.recorded_at = r.recorded_at ` +
      `order by e.occurred_at ${slice.order}, e.seq ${slice.order}`,
    values,
  });
  return answer.rows.map(toEventRow);
}

/** The event with an id, or undefined when this tenant has none. */
export async function readOne(tx: pg.ClientBase, tenantId: number, id: string): Promise<EventRow | undefined> {
  const answer = await tx.query<Row>(
    `select ${COLUMNS} from indelible.event_key k
     join indelible.event e on e.tenant_id = k.tenant_id and e.seq = k.seq and e.recorded_at = k.recorded_at
     where k.tenant_id = $1 and k.id = $2`,
    [tenantId, id],
  );
  const row = answer.rows[0];
  return row === undefined ? undefined : toEventRow(row);
}

/** A range of sequence numbers; both ends are included. */
export interface SeqRange {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/**
 * When the events of a range of sequence numbers were recorded: which partitions can hold them. The time of recording never
 * falls along a log, so its ends are those of the range. Undefined when the log has no such event.
 */
export async function recordedBounds(tx: pg.ClientBase, tenantId: number, range: SeqRange): Promise<RecordedRange | undefined> {
  const answer = await tx.query<{ first_ms: string | null; last_ms: string | null }>(
    `select (extract(epoch from (select recorded_at from indelible.event_key where tenant_id = $1 and seq >= $2 order by seq limit 1)) * 1000)::bigint as first_ms,
            (extract(epoch from (select recorded_at from indelible.event_key where tenant_id = $1 and seq <= $3 order by seq desc limit 1)) * 1000)::bigint as last_ms`,
    [tenantId, range.from ?? 0, range.to ?? Number.MAX_SAFE_INTEGER],
  );
  const row = answer.rows[0];
  if (row === undefined || row.first_ms === null || row.last_ms === null) return undefined;
  const bounds = { fromMs: Number(row.first_ms), toMs: Number(row.last_ms) + 1 };
  return bounds.fromMs < bounds.toMs ? bounds : undefined;
}
