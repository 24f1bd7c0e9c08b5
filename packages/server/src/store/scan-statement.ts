// The statement that walks one index in the order of pages and looks at its entries one by one. The walk stands in a
// subquery of its own with a LIMIT, which no condition passes: what leads is decided here, and not by the planner, which under
// row-level security may not use most conditions anyway. A statement looks at so many entries and no more; where it stopped
// is a part of its answer.

import type pg from 'pg';
import { queryKept } from './kept-statement.ts';
import {
  COLUMNS,
  type Condition,
  type ConditionContext,
  type EventRow,
  openContext,
  type Position,
  type Row,
  type SeqRange,
  type Slice,
  sliceConditions,
  toEventRow,
  withinBytes,
} from './read-events.ts';
import { timestampText } from './timestamp.ts';

/** A single index, walked in the order of (occurred_at, seq) below equal leading columns. */
export type SimpleLead =
  /** event_time: every event. */
  | { readonly kind: 'time' }
  /** An index of the table event by other columns first; the condition sets these equal to values. */
  | { readonly kind: 'columns'; readonly name: string; readonly condition: Condition }
  /** event_related_resource. */
  | { readonly kind: 'related'; readonly type: string; readonly id: string };

export type Lead =
  | SimpleLead
  /** Events of any of them, each once. */
  | { readonly kind: 'union'; readonly name: string; readonly leads: readonly SimpleLead[] }
  /** So few, by sequence number, that they are taken all and sorted. */
  | { readonly kind: 'few'; readonly name: string; readonly condition: Condition }
  /** The same by these very sequence numbers. */
  | { readonly kind: 'places'; readonly name: string; readonly seqs: readonly number[] };

/** What every index can be asked for besides: milliseconds since 1970, `occurredToMs` excluded, and places in the log. */
export interface ScanBounds {
  readonly occurredFromMs: number;
  readonly occurredToMs: number;
  readonly seq: SeqRange;
}

export interface Scan {
  readonly lead: Lead;
  readonly bounds: ScanBounds;
  /** What an entry must meet besides; undefined when the lead and the bounds say everything. */
  readonly rest: Condition | undefined;
  /** How many entries one statement looks at. */
  readonly entries: number;
}

/** What a look at a slice has found. */
export interface Found {
  /** In order, at most as many as the slice says. */
  readonly rows: readonly EventRow[];
  /** The place up to which the slice is searched; absent when it is searched to its end, or to the last of a full answer. */
  readonly searchedTo?: Position | undefined;
}

export function leadName(lead: Lead): string {
  return lead.kind === 'time' || lead.kind === 'related' ? lead.kind : lead.name;
}

/**
 * The whole text is the same for the same kind of lead, order and rest, whatever the slice and the bounds: so that the plan of
 * a walk of many partitions, which takes longer to make than to run, can be kept (see readScan).
 *
 * @example scanStatement(5, slice, { lead: { kind: 'time' }, bounds, rest: undefined, entries: 1_000 })
 */
export function scanStatement(tenantId: number, slice: Slice, scan: Scan): { text: string; values: unknown[] } {
  const context = openContext(tenantId, slice);
  const { bind, values } = context;
  const order = orderBy('e', slice);
  if (scan.lead.kind === 'few' || scan.lead.kind === 'places') {
    const [few, others] =
      scan.lead.kind === 'few'
        ? [`select e.* from indelible.event e where ${inSlice(slice, scan, scan.lead.condition, context)}`, 'true']
        : [byPlaces(scan.lead.seqs, context), inSlice(slice, scan, () => 'true', context)];
    const rest = `${others} and ${scan.rest?.(context) ?? 'true'}`;
    const kept = withinBytes(`select e.* from few e where ${rest} ${order} limit ${bind(slice.limit)}`, slice, context);
    const text = `with few as materialized (${few}) select ${COLUMNS}, true as kept, false as last from (${kept}) e ${order}`;
    return { text, values };
  }
  if (scan.rest === undefined) {
    const walk = walkOf(scan.lead, slice, scan, slice.limit, context);
    return { text: `select ${COLUMNS}, true as kept, false as last from (${withinBytes(walk, slice, context)}) e ${order}`, values };
  }
  const entries = bind(scan.entries);
  const walk = walkOf(scan.lead, slice, scan, scan.entries, context);
  const rest = scan.rest(context);
  // The last entry comes back in any case: it says up to where the index was walked.
  const looked =
    `select e.*, (${rest}) is true as kept, e.place = ${entries} as last ` +
    `from (select e.*, row_number() over (${order}) as place from (${walk}) e) e where (${rest}) or e.place = ${entries} ${order} limit ${bind(slice.limit)}`;
  return { text: `select ${COLUMNS}, e.kept, e.last from (${withinBytes(looked, slice, context)}) e ${order}`, values };
}

/** How many entries of each lead lie in a slice, counted up to `most`. */
export function countStatement(tenantId: number, slice: Slice, scans: readonly Scan[], most: number): { text: string; values: unknown[] } {
  const context = openContext(tenantId, slice);
  const counts = scans.map((scan) => {
    if (scan.lead.kind === 'few' || scan.lead.kind === 'places') throw new TypeError('few events are not counted');
    return `(select count(*) from (${walkOf(scan.lead, slice, scan, most, context)}) e)`;
  });
  return { text: `select array[${counts.join(', ')}]::int[] as counts`, values: context.values };
}

interface ScanRow extends Row {
  kept: boolean;
  last: boolean;
}

/** @param tx a transaction for ordered plans, or for kept ones, see asTenant */
export async function readScan(tx: pg.ClientBase, tenantId: number, slice: Slice, scan: Scan): Promise<Found> {
  const statement = scanStatement(tenantId, slice, scan);
  const answer = await (isKept(scan) ? queryKept<ScanRow>(tx, statement) : tx.query<ScanRow>(statement));
  const rows = answer.rows.filter(({ kept }) => kept).map(toEventRow);
  const last = answer.rows.find((row) => row.last);
  return { rows, searchedTo: last === undefined ? undefined : { occurredMs: Number(last.occurred_ms), seq: Number(last.seq) } };
}

/** Alternatives that are asked for over and over, by their names and numbers. */
const KEPT_UNIONS: Readonly<Record<string, number>> = { actor: 3, 'resource or related': 2 };

/** Whether the plan of a scan is kept by its connection: there are two dozen such texts at most, and each keeps a plan of every partition. */
export function isKept({ lead, rest }: Pick<Scan, 'lead' | 'rest'>): boolean {
  if (rest !== undefined || lead.kind === 'few') return false;
  return lead.kind !== 'union' || KEPT_UNIONS[lead.name] === lead.leads.length;
}

function orderBy(alias: string, { order }: Slice): string {
  return `order by ${alias}.occurred_at ${order}, ${alias}.seq ${order}`;
}

function inSlice(slice: Slice, { bounds }: Scan, condition: Condition, context: ConditionContext): string {
  return [sliceConditions('e', placed(slice), context), ...withinBounds('e', bounds, context), condition(context)].join(' and ');
}

/**
 * Looks up each event in its own partition: the key says which that is. Nothing else is asked for here, for a plan that is
 * made without knowing the numbers would rather walk an index that has these at its end.
 */
function byPlaces(seqs: readonly number[], { bind, names }: ConditionContext): string {
  const keys =
    `select k.seq, k.recorded_at from unnest(${bind(seqs)}::bigint[]) s (seq) join indelible.event_key k on k.tenant_id = ${names.tenantId} and k.seq = s.seq ` +
    `where k.recorded_at >= ${names.recordedFrom} and k.recorded_at < ${names.recordedTo}`;
  return (
    `select e.* from (${keys}) k join indelible.event e on e.tenant_id = ${names.tenantId} and e.seq = k.seq and e.recorded_at = k.recorded_at ` +
    `where e.recorded_at >= ${names.recordedFrom} and e.recorded_at < ${names.recordedTo}`
  );
}

function withinBounds(alias: string, { occurredFromMs, occurredToMs, seq }: ScanBounds, { bind }: ConditionContext): string[] {
  return [
    `${alias}.occurred_at >= ${bind(timestampText(occurredFromMs))}`,
    `${alias}.occurred_at < ${bind(timestampText(occurredToMs))}`,
    `${alias}.seq >= ${bind(seq.from ?? 0)}`,
    `${alias}.seq <= ${bind(seq.to ?? Number.MAX_SAFE_INTEGER)}`,
  ];
}

/** The slice itself, its places always written: at the ends of time where it names none. */
function placed(slice: Slice): Slice {
  const [first, last] = slice.order === 'asc' ? [-1, 1] : [1, -1];
  return { ...slice, after: slice.after ?? endOfTime(first), before: slice.before ?? endOfTime(last) };
}

function endOfTime(sign: number): Position {
  return { occurredMs: sign * Number.POSITIVE_INFINITY, seq: sign * Number.MAX_SAFE_INTEGER };
}

/** The first entries of a lead in a slice, as rows of event, in order. */
function walkOf(
  lead: Exclude<Lead, { kind: 'few' | 'places' }>,
  slice: Slice,
  scan: Scan,
  limit: number,
  context: ConditionContext,
): string {
  switch (lead.kind) {
    case 'time':
      return eventWalk(() => 'true', slice, scan, limit, context);
    case 'columns':
      return eventWalk(lead.condition, slice, scan, limit, context);
    case 'related':
      return relatedWalk(lead, slice, scan, limit, context);
    case 'union': {
      const parts = lead.leads.map((part) => `(${walkOf(part, slice, scan, limit, context)})`).join(' union all ');
      return `select distinct on (u.occurred_at, u.seq) u.* from (${parts}) u ${orderBy('u', slice)} limit ${context.bind(limit)}`;
    }
  }
}

function eventWalk(condition: Condition, slice: Slice, scan: Scan, limit: number, context: ConditionContext): string {
  return `select e.* from indelible.event e where ${inSlice(slice, scan, condition, context)} ${orderBy('e', slice)} limit ${context.bind(limit)}`;
}

function relatedWalk(lead: { type: string; id: string }, slice: Slice, scan: Scan, limit: number, context: ConditionContext): string {
  const { bind, names } = context;
  const conditions = [sliceConditions('r', placed(slice), context), ...withinBounds('r', scan.bounds, context)].join(' and ');
  // An event may name one resource in several relations.
  const related =
    `select distinct on (r.occurred_at, r.seq) r.occurred_at, r.seq, r.recorded_at from indelible.event_related r where ${conditions} ` +
    `and r.type = ${bind(lead.type)} and r.id = ${bind(lead.id)} ${orderBy('r', slice)} limit ${bind(limit)}`;
  // The range of recorded_at again: the planner derives none from the equality, and would open every partition. The time of
  // occurrence, which is the same in both, says that the one order is the other.
  return (
    `select e.* from (${related}) r join indelible.event e on e.tenant_id = ${names.tenantId} and e.seq = r.seq and e.recorded_at = r.recorded_at ` +
    `and e.occurred_at = r.occurred_at and e.recorded_at >= ${names.recordedFrom} and e.recorded_at < ${names.recordedTo} ${orderBy('r', slice)}`
  );
}
