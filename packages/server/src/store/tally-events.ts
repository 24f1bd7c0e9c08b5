// What the projector counts: the events of stretches of many logs in one statement, put together where all that is counted of
// them is the same.

import type pg from 'pg';
import { COUNTED, FACETS } from './facet-columns.ts';

/** A stretch of a log; `toSeq` is excluded. */
export interface Stretch {
  readonly tenantId: number;
  readonly fromSeq: number;
  readonly toSeq: number;
}

/** Events of which all that is counted is the same. */
export interface Alike {
  /** Hours since 1970. */
  readonly hour: number;
  /** A place in OUTCOMES. */
  readonly outcome: number;
  /** In the order of COUNTED: the place in a closed vocabulary, or the value; null where they have none. */
  readonly values: readonly (number | string | null)[];
  readonly count: number;
}

interface RawRow {
  place: number;
  hour: number;
  outcome: number;
  count: number;
  [value: string]: number | string | null;
}

/**
 * In the order of `stretches`; those of each in the order of their first events. As a role that may read events.
 *
 * @example await tallyEvents(tx, [{ tenantId: 5, fromSeq: 0, toSeq: 1_000 }]);
 */
export async function tallyEvents(tx: pg.ClientBase, stretches: readonly Stretch[]): Promise<Alike[][]> {
  const values = COUNTED.map((name, place) => `${FACETS[name].sql} as v${place}`);
  const names = COUNTED.map((_, place) => `e.v${place}`);
  const answer = await tx.query<RawRow>(
    // The time of recording never falls along a log, so its ends say which partitions hold a stretch.
    `select s.place::int as place, e.hour, e.outcome, ${names.join(', ')}, count(*)::int as count
     from unnest($1::int[], $2::bigint[], $3::bigint[]) with ordinality s (tenant_id, from_seq, to_seq, place)
     cross join lateral (select recorded_at from indelible.event_key k
       where k.tenant_id = s.tenant_id and k.seq >= s.from_seq and k.seq < s.to_seq order by k.seq limit 1) low
     cross join lateral (select recorded_at from indelible.event_key k
       where k.tenant_id = s.tenant_id and k.seq >= s.from_seq and k.seq < s.to_seq order by k.seq desc limit 1) high
     cross join lateral (select e.seq, floor(date_part('epoch', e.occurred_at) / 3600)::int as hour, e.outcome, ${values.join(', ')}
       from indelible.event e where e.tenant_id = s.tenant_id and e.seq >= s.from_seq and e.seq < s.to_seq
         and e.recorded_at >= low.recorded_at and e.recorded_at <= high.recorded_at) e
     group by s.place, e.hour, e.outcome, ${names.join(', ')} order by s.place, min(e.seq)`,
    [stretches.map(({ tenantId }) => tenantId), stretches.map(({ fromSeq }) => fromSeq), stretches.map(({ toSeq }) => toSeq)],
  );
  const tallied = stretches.map((): Alike[] => []);
  for (const row of answer.rows) {
    const { place, hour, outcome, count } = row;
    tallied[place - 1]?.push({ hour, outcome, count, values: COUNTED.map((_, value) => row[`v${value}`] ?? null) });
  }
  return tallied;
}
