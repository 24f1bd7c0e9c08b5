// Reading events by the reader's transaction: slices of a time of recording in the order of occurrence, one event, and
// where in time a range of sequence numbers was recorded.

import type pg from 'pg';
import { type Binder, makeBinder } from './binder.ts';
import { queryKept } from './kept-statement.ts';
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
  /** Bytes of disclosures: the first event that goes beyond them is the last. No limit by default. */
  readonly bytes?: number | undefined;
  /** Only events that come after this place in the order. */
  readonly after?: Position | undefined;
  /** Only events that come before this place in the order. */
  readonly before?: Position | undefined;
  /** Only events that meet this too. */
  readonly within?: Condition | undefined;
}

/** How many of the rows fill a slice, by their number or by their bytes; undefined when all of them leave room in it. */
export function filledBy(
  rows: readonly EventRow[],
  { limit, bytes = Number.POSITIVE_INFINITY }: Pick<Slice, 'limit' | 'bytes'>,
): number | undefined {
  let sum = 0;
  for (const [index, { disclosures }] of rows.entries()) {
    sum += Buffer.byteLength(disclosures);
    if (index + 1 >= limit || sum > bytes) return index + 1;
  }
  return undefined;
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

/** The conditions of a slice on a table that has tenant_id, recorded_at, occurred_at and seq; `within` is one on events, the alias `e`. */
export function sliceConditions(alias: string, slice: Slice, context: ConditionContext): string {
  const { bind, names } = context;
  const [later, earlier] = slice.order === 'asc' ? ['>', '<'] : ['<', '>'];
  const beside = (position: Position, sign: string): string =>
    `(${alias}.occurred_at, ${alias}.seq) ${sign} (${bind(timestampText(position.occurredMs))}, ${bind(position.seq)})`;
  return [
    `${alias}.tenant_id = ${names.tenantId}`,
    `${alias}.recorded_at >= ${names.recordedFrom}`,
    `${alias}.recorded_at < ${names.recordedTo}`,
    ...(slice.after === undefined ? [] : [beside(slice.after, later)]),
    ...(slice.before === undefined ? [] : [beside(slice.before, earlier)]),
    ...(slice.within === undefined || alias !== 'e' ? [] : [`(${slice.within(context)})`]),
  ].join(' and ');
}

/**
 * Of a select of events in the order of a slice, those that fit into its bytes, and the first that does not. The length of a
 * stored value is known without fetching it, so that nothing is read of the others.
 */
export function withinBytes(select: string, { order, bytes }: Slice, { bind }: Binder, keys = ['occurred_at', 'seq']): string {
  if (bytes === undefined) return select;
  const orderBy = keys.map((key) => `b.${key} ${order}`).join(', ');
  const ahead = `sum(octet_length(b.disclosures)) over (order by ${orderBy} rows unbounded preceding) - octet_length(b.disclosures) as ahead`;
  return `select b.* from (select b.*, ${ahead} from (${select}) b) b where b.ahead <= ${bind(bytes)}`;
}

/** Events of a slice that meet a condition on the alias `e`, in order. */
export function sliceStatement(tenantId: number, slice: Slice, condition: Condition): { text: string; values: unknown[] } {
  const context = openContext(tenantId, slice);
  const order = `order by e.occurred_at ${slice.order}, e.seq ${slice.order}`;
  const events =
    `select e.* from indelible.event e where ${sliceConditions('e', slice, context)} and (${condition(context)}) ` +
    `${order} limit ${context.bind(slice.limit)}`;
  return { text: `select ${COLUMNS} from (${withinBytes(events, slice, context)}) e ${order}`, values: context.values };
}

/**
 * Events of a slice that meet a condition whose text is one of few, in order.
 *
 * @param tx a transaction for kept plans, see asTenant
 */
export async function readKeptSlice(tx: pg.ClientBase, tenantId: number, slice: Slice, condition: Condition): Promise<EventRow[]> {
  const answer = await queryKept<Row>(tx, sliceStatement(tenantId, slice, condition));
  return answer.rows.map(toEventRow);
}

/** The newest events of a range of the log that meet a condition on the alias `e`, by their places: as many as fit into so many bytes, and one more. */
export async function readBackwards(
  tx: pg.ClientBase,
  tenantId: number,
  range: { readonly fromSeq: number; readonly toSeq: number; readonly recorded: RecordedRange },
  condition: Condition,
  bytes: number,
): Promise<EventRow[]> {
  const { fromSeq, toSeq, recorded } = range;
  const slice: Slice = { recorded, order: 'desc', limit: toSeq - fromSeq, bytes };
  const context = openContext(tenantId, slice);
  const { bind, values } = context;
  const events =
    `select e.* from indelible.event e where ${sliceConditions('e', slice, context)} ` +
    `and e.seq >= ${bind(fromSeq)} and e.seq < ${bind(toSeq)} and (${condition(context)})`;
  const text = `select ${COLUMNS} from (${withinBytes(events, slice, context, ['seq'])}) e order by e.seq desc`;
  const answer = await tx.query<Row>({ text, values });
  return answer.rows.map(toEventRow);
}

/**
 * The event with an id, or undefined when this tenant has none.
 *
 * @param within a condition on the alias `e` that it must meet: one that does not is not read, and the same statements are run
 * as for an id that nobody has
 */
export async function readOne(tx: pg.ClientBase, tenantId: number, id: string, within?: Condition): Promise<EventRow | undefined> {
  const places = await tx.query<{ seq: string; recorded_ms: string }>(
    'select seq, (extract(epoch from recorded_at) * 1000)::bigint as recorded_ms from indelible.event_key where tenant_id = $1 and id = $2',
    [tenantId, id],
  );
  const [found] = places.rows;
  if (found === undefined && within === undefined) return undefined;
  const { seq, recorded_ms: recordedMs } = found ?? { seq: '-1', recorded_ms: String(Date.now()) };
  const fromMs = Number(recordedMs);
  const slice: Slice = { recorded: { fromMs, toMs: fromMs + 1 }, order: 'asc', limit: 1, ...(within === undefined ? {} : { within }) };
  const context = openContext(tenantId, slice);
  // Joined to the key it would be looked for in every partition.
  const answer = await tx.query<Row>({
    text: `select ${COLUMNS} from indelible.event e where ${sliceConditions('e', slice, context)} and e.seq = ${context.bind(seq)}`,
    values: context.values,
  });
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
