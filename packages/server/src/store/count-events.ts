// Counts events themselves, by slot of time, outcome and values of facets: what the projector writes down, and what is asked
// of the events that no counter holds.

import type pg from 'pg';
import { makeBinder } from './binder.ts';
import { FACETS, type FacetName } from './facet-columns.ts';
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

/** As a role that may read events; `slots` outside of the list are 0 and the list's length. */
export async function countEvents(tx: pg.ClientBase, tenantId: number, question: CountQuestion): Promise<Counted[]> {
  const { stretch, facets, total, condition } = question;
  const { bind, values } = makeBinder();
  const names = {
    tenantId: bind(tenantId),
    recordedFrom: bind(timestampText(stretch.recorded.fromMs)),
    recordedTo: bind(timestampText(stretch.recorded.toMs)),
  };
  const expressions = [...facets.map((name) => FACETS[name].sql), ...(total ? [`''`] : [])];
  const text = `select ${slotExpression(question.slots, bind)} as slot, e.outcome, v.place::int as place, v.value, count(*)::int as count
     from indelible.event e cross join lateral unnest(array[${expressions.join(', ')}]) with ordinality v (value, place)
     where e.tenant_id = ${names.tenantId} and e.seq >= ${bind(stretch.fromSeq)} and e.seq < ${bind(stretch.toSeq)}
       and e.recorded_at >= ${names.recordedFrom} and e.recorded_at < ${names.recordedTo}
       and (${condition?.({ bind, values, names }) ?? 'true'}) and v.value is not null
     group by 1, 2, 3, 4`;
  const answer = await tx.query<{ slot: number; outcome: number; place: number; value: string; count: number }>(text, values);
  return answer.rows.map(({ slot, outcome, place, value, count }) => ({ slot, outcome, facet: facets[place - 1], value, count }));
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
