// Counts events themselves, by slot of time, outcome and values of facets: what the projector writes down, and what is asked
// of the events that no counter holds.

import type pg from 'pg';
import { STATS_TAIL_EVENTS_MAX } from '../limits.ts';
import { makeBinder } from './binder.ts';
import { FACETS, type FacetName, isCounted, textSql, wordsOf } from './facet-columns.ts';
import type { Condition, RecordedRange } from './read-events.ts';
import { timestampText } from './timestamp.ts';

/** A stretch of the log; `toSeq` is excluded, and so is the end of `recorded`. */
export interface Stretch {
  readonly fromSeq: number;
  readonly toSeq: number;
  /** When its events were recorded: it says which partitions are read. */
  readonly recorded: RecordedRange;
}

export interface Counted {
  readonly slot: number;
  /** A place in OUTCOMES. */
  readonly outcome: number;
  /** The place of the facet in the list that was asked for; undefined for every event. */
  readonly facet: FacetName | undefined;
  readonly value: string;
  readonly count: number;
}

export interface CountQuestion {
  readonly stretch: Stretch;
  /** `hour`: hours since 1970. A list of instants (milliseconds since 1970, ascending): n for those from the n-th, counted from 1, up to the next. */
  readonly slots: 'hour' | 'none' | readonly number[];
  readonly facets: readonly FacetName[];
  /** Whether all events are counted, beside those with a value. */
  readonly total: boolean;
  readonly condition?: Condition | undefined;
}

const HOUR = 'floor(extract(epoch from e.occurred_at) / 3600)::int';

/** As a role that may read events; `slots` outside of the list are 0 and the list's length. What is alike may come in several parts. */
export async function countEvents(tx: pg.ClientBase, tenantId: number, question: CountQuestion): Promise<Counted[]> {
  const { stretch, facets } = question;
  // Events that are alike in a few fields of few values are far fewer than events; with others they could be as many.
  const few = stretch.toSeq - stretch.fromSeq <= STATS_TAIL_EVENTS_MAX && facets.every(isCounted);
  return few ? countAlike(tx, tenantId, question) : countValues(tx, tenantId, question);
}

async function countValues(tx: pg.ClientBase, tenantId: number, question: CountQuestion): Promise<Counted[]> {
  const { facets, total } = question;
  const { where, slot, values } = conditions(tenantId, question);
  const expressions = [...facets.map(textSql), ...(total ? [`''`] : [])];
  const text = `select ${slot} as slot, e.outcome, v.place::int as place, v.value, count(*)::int as count
     from indelible.event e cross join lateral unnest(array[${expressions.join(', ')}]) with ordinality v (value, place)
     where ${where} and v.value is not null group by 1, 2, 3, 4`;
  const answer = await tx.query<{ slot: number; outcome: number; place: number; value: string; count: number }>(text, values);
  return answer.rows.map(({ place, ...row }) => ({ ...row, facet: facets[place - 1] }));
}

async function countAlike(tx: pg.ClientBase, tenantId: number, question: CountQuestion): Promise<Counted[]> {
  const { facets, total } = question;
  const { where, slot, values } = conditions(tenantId, question);
  const fields = facets.map((name, place) => `${FACETS[name].sql} as v${place}`);
  const places = Array.from({ length: facets.length + 2 }, (_, place) => place + 1);
  const answer = await tx.query<{ slot: number; outcome: number; count: number; [value: string]: number | string | null }>(
    `select ${[`${slot} as slot`, 'e.outcome', ...fields].join(', ')}, count(*)::int as count
     from indelible.event e where ${where} group by ${places.join(', ')}`,
    values,
  );
  return answer.rows.flatMap((row) => {
    const { slot: at, outcome, count } = row;
    const counted = facets.flatMap((facet, place): Counted[] => {
      const found = row[`v${place}`] ?? null;
      const value = typeof found === 'number' ? (wordsOf(facet)?.[found] ?? null) : found;
      return value === null ? [] : [{ slot: at, outcome, facet, value, count }];
    });
    return total ? [...counted, { slot: at, outcome, facet: undefined, value: '', count }] : counted;
  });
}

function conditions(tenantId: number, { stretch, slots, condition }: CountQuestion): { where: string; slot: string; values: unknown[] } {
  const { bind, values } = makeBinder();
  const names = {
    tenantId: bind(tenantId),
    recordedFrom: bind(timestampText(stretch.recorded.fromMs)),
    recordedTo: bind(timestampText(stretch.recorded.toMs)),
  };
  const where = `e.tenant_id = ${names.tenantId} and e.seq >= ${bind(stretch.fromSeq)} and e.seq < ${bind(stretch.toSeq)}
    and e.recorded_at >= ${names.recordedFrom} and e.recorded_at < ${names.recordedTo}
    and (${condition?.({ bind, values, names }) ?? 'true'})`;
  return { where, slot: slotExpression(slots, bind), values };
}

function slotExpression(slots: CountQuestion['slots'], bind: (value: unknown) => string): string {
  if (slots === 'hour') return HOUR;
  if (slots === 'none') return '0';
  return `width_bucket(e.occurred_at, ${bind(slots.map(timestampText))}::timestamptz[])`;
}

/** A condition on when an event occurred; milliseconds since 1970, `toMs` excluded. */
export function occurredWithin(fromMs: number, toMs: number): Condition {
  return ({ bind }) => `e.occurred_at >= ${bind(timestampText(fromMs))} and e.occurred_at < ${bind(timestampText(toMs))}`;
}
