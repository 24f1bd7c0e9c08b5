// The counters' rows: cursors, what a batch adds, and what an answer is made of. Written as the projector, read as the reader.

import type pg from 'pg';
import { COUNTER_VALUE_CHARS_MAX, COUNTER_VALUES_MAX } from '../limits.ts';

/** Every event; the outcomes are columns. */
export const EVERY_EVENT = 0;
const DAY = 0;
const MONTH = 1;
const HOURS_OF_DAY = 24;
export const OUTCOME_COUNT = 3;

/** Counts of one day that are to be added. */
export interface DayCounts {
  readonly facet: number;
  readonly value: string;
  /** Days since 1970. */
  readonly day: number;
  /** By (hour of the day * 3 + outcome). */
  readonly hours: ReadonlyMap<number, number>;
}

export interface Cursor {
  readonly build: number;
  /** Events with a smaller sequence number are counted. */
  readonly projected: number;
}

/** Logs with events that the active counters do not hold, by the time of their last event (milliseconds since 1970). */
export async function findUncounted(db: pg.ClientBase, sinceT: number, limit: number): Promise<{ tenantId: number; waiting: number }[]> {
  const answer = await db.query<{ tenant_id: number; waiting: string }>(
    `select l.tenant_id, l.size - coalesce(c.projected, 0) as waiting
     from indelible.log l left join indelible.counter_cursor c on c.tenant_id = l.tenant_id and c.active
     where l.tenant_id <> 0 and l.last_t >= $1 and l.size > coalesce(c.projected, 0)
     order by waiting, l.tenant_id limit $2`,
    [sinceT, limit],
  );
  return answer.rows.map((row) => ({ tenantId: row.tenant_id, waiting: Number(row.waiting) }));
}

/** The logs that there are: all of them, or those of one tenant. */
export async function listLogs(db: pg.ClientBase, tenant?: string): Promise<{ tenantId: number; tenant: string; size: number }[]> {
  const answer = await db.query<{ tenant_id: number; tenant: string; size: string }>(
    'select tenant_id, tenant, size from indelible.log where tenant_id <> 0 and ($1::text is null or tenant = $1) order by tenant_id',
    [tenant ?? null],
  );
  return answer.rows.map((row) => ({ tenantId: row.tenant_id, tenant: row.tenant, size: Number(row.size) }));
}

/** The build that is read and kept, locked until the transaction ends; made where there is none. */
export async function lockActive(tx: pg.ClientBase, tenantId: number): Promise<Cursor> {
  const insert = 'insert into indelible.counter_cursor (tenant_id, build, active) values ($1, 1, true) on conflict do nothing';
  // Who waited here for a rebuild finds the old row gone, and the new one only when it looks again.
  for (let tries = 0; tries < 3; tries++) {
    await tx.query(insert, [tenantId]);
    const cursor = await readCursor(tx, tenantId, 'active for update');
    if (cursor !== undefined) return cursor;
  }
  throw new Error(`log ${tenantId} has counters that are being made and none that are active`);
}

/** The build that is being made beside the active one, locked until the transaction ends; begun where there is none. */
export async function lockNext(tx: pg.ClientBase, tenantId: number): Promise<Cursor> {
  const known = await readCursor(tx, tenantId, 'not active for update');
  if (known !== undefined) return known;
  await tx.query(
    `insert into indelible.counter_cursor (tenant_id, build, active)
     select $1, coalesce(max(build), 0) + 1, false from indelible.counter_cursor where tenant_id = $1`,
    [tenantId],
  );
  return lockNext(tx, tenantId);
}

async function readCursor(tx: pg.ClientBase, tenantId: number, which: string): Promise<Cursor | undefined> {
  const answer = await tx.query<{ build: number; projected: string }>(
    `select build, projected from indelible.counter_cursor where tenant_id = $1 and ${which}`,
    [tenantId],
  );
  const row = answer.rows[0];
  return row === undefined ? undefined : { build: row.build, projected: Number(row.projected) };
}

export async function moveCursor(tx: pg.ClientBase, tenantId: number, build: number, projected: number): Promise<void> {
  await tx.query('update indelible.counter_cursor set projected = $3 where tenant_id = $1 and build = $2', [tenantId, build, projected]);
}

/** Puts a build in the place of the active one, whose rows go. */
export async function activate(tx: pg.ClientBase, tenantId: number, build: number): Promise<void> {
  for (const table of ['counter', 'counter_value', 'counter_cursor']) {
    await tx.query(`delete from indelible.${table} where tenant_id = $1 and build <> $2`, [tenantId, build]);
  }
  await tx.query('update indelible.counter_cursor set active = true where tenant_id = $1 and build = $2', [tenantId, build]);
}

export async function sizeOfLog(tx: pg.ClientBase, tenantId: number): Promise<number> {
  const answer = await tx.query<{ size: string }>('select size from indelible.log where tenant_id = $1', [tenantId]);
  return Number(answer.rows[0]?.size ?? 0);
}

/**
 * Which of some values of a facet have rows of their own. New ones get them while there is room; a value that is longer than
 * COUNTER_VALUE_CHARS_MAX never does.
 */
export async function admitValues(
  tx: pg.ClientBase,
  tenantId: number,
  build: number,
  facet: number,
  values: readonly string[],
): Promise<Set<string>> {
  const short = values.filter((value) => value.length <= COUNTER_VALUE_CHARS_MAX);
  const key = [tenantId, build, facet];
  const known = await tx.query<{ value: string }>(
    'select value from indelible.counter_value where tenant_id = $1 and build = $2 and facet = $3 and value = any($4::text[])',
    [...key, short],
  );
  const admitted = new Set(known.rows.map((row) => row.value));
  const fresh = short.filter((value) => !admitted.has(value));
  if (fresh.length === 0) return admitted;
  const made = await tx.query<{ value: string }>(
    `insert into indelible.counter_value (tenant_id, build, facet, value)
     select $1, $2, $3, v from unnest($4::text[]) with ordinality n (v, nr)
     where nr <= $5 - (select count(*) from indelible.counter_value where tenant_id = $1 and build = $2 and facet = $3)
     returning value`,
    [...key, fresh, COUNTER_VALUES_MAX],
  );
  for (const { value } of made.rows) admitted.add(value);
  return admitted;
}

/** Adds counts to a build, whose cursor the transaction has locked. */
export async function addCounts(tx: pg.ClientBase, tenantId: number, build: number, days: readonly DayCounts[]): Promise<void> {
  const own = [tenantId, build];
  const held = await tx.query<{ place: string; hours: number[] }>(
    // One look a row: joined otherwise, every row of the log would be read.
    `select k.nr - 1 as place, c.hours from unnest($3::smallint[], $4::int[], $5::text[]) with ordinality k (facet, day, value, nr)
     cross join lateral (select hours from indelible.counter c where c.tenant_id = $1 and c.build = $2 and c.unit = ${DAY}
       and c.facet = k.facet and c.day = k.day and c.value = k.value limit 1) c`,
    [...own, days.map(({ facet }) => facet), days.map(({ day }) => day), days.map(({ value }) => value)],
  );
  const hours = days.map((added) => new Map(added.hours));
  for (const row of held.rows) {
    const mine = hours[Number(row.place)] as Map<number, number>;
    for (let at = 0; at + 1 < row.hours.length; at += 2) {
      const [key = 0, count = 0] = row.hours.slice(at, at + 2);
      mine.set(key, (mine.get(key) ?? 0) + count);
    }
  }
  const months = new Map<string, { facet: number; value: string; day: number; counts: number[] }>();
  for (const { facet, value, day, hours: added } of days) {
    const month = monthOfDay(day);
    const key = `${facet} ${month} ${value}`;
    const sum = months.get(key) ?? { facet, value, day: month, counts: [0, 0, 0] };
    byOutcome(added).forEach((count, outcome) => (sum.counts[outcome] = (sum.counts[outcome] ?? 0) + count));
    months.set(key, sum);
  }
  await upsert(
    tx,
    own,
    DAY,
    days.map((added, index) => ({ ...added, counts: byOutcome(added.hours), hours: pairs(hours[index]) })),
  );
  await upsert(
    tx,
    own,
    MONTH,
    [...months.values()].map((sum) => ({ ...sum, hours: null })),
  );
}

interface Row {
  readonly facet: number;
  readonly value: string;
  readonly day: number;
  /** What is added, by outcome. */
  readonly counts: readonly number[];
  /** What is put in place, as the text of an array. */
  readonly hours: string | null;
}

async function upsert(tx: pg.ClientBase, own: readonly number[], unit: number, rows: readonly Row[]): Promise<void> {
  const outcome = (place: number): number[] => rows.map(({ counts }) => counts[place] ?? 0);
  await tx.query(
    `insert into indelible.counter (tenant_id, build, unit, facet, day, value, success, failure, denied, hours)
     select $1, $2, ${unit}, r.facet, r.day, r.value, r.success, r.failure, r.denied, r.hours::int[]
     from unnest($3::smallint[], $4::int[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::text[]) r (facet, day, value, success, failure, denied, hours)
     on conflict (tenant_id, build, unit, facet, day, value) do update set success = counter.success + excluded.success,
       failure = counter.failure + excluded.failure, denied = counter.denied + excluded.denied, hours = excluded.hours`,
    [
      ...own,
      rows.map(({ facet }) => facet),
      rows.map(({ day }) => day),
      rows.map(({ value }) => value),
      outcome(0),
      outcome(1),
      outcome(2),
      rows.map(({ hours }) => hours),
    ],
  );
}

function byOutcome(hours: ReadonlyMap<number, number>): number[] {
  const counts = [0, 0, 0];
  for (const [key, count] of hours) counts[key % OUTCOME_COUNT] = (counts[key % OUTCOME_COUNT] ?? 0) + count;
  return counts;
}

function pairs(hours: ReadonlyMap<number, number> | undefined): string {
  return `{${[...(hours ?? [])].toSorted(([a], [b]) => a - b).join(',')}}`;
}

const DAY_MS = 86_400_000;

/** The first day of a day's month; both in days since 1970. */
export function monthOfDay(day: number, offset = 0): number {
  const date = new Date(day * DAY_MS);
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + offset);
  return Math.floor(date.getTime() / DAY_MS);
}

/** The cursor of the active build, and the size of the log; undefined when nothing was counted yet. */
export async function readActive(tx: pg.ClientBase, tenantId: number): Promise<(Cursor & { readonly size: number }) | undefined> {
  const answer = await tx.query<{ build: number; projected: string; size: string }>(
    `select c.build, c.projected, l.size from indelible.counter_cursor c join indelible.log l on l.tenant_id = c.tenant_id
     where c.tenant_id = $1 and c.active`,
    [tenantId],
  );
  const row = answer.rows[0];
  return row === undefined ? undefined : { build: row.build, projected: Number(row.projected), size: Number(row.size) };
}

/** The values of a facet that have rows of their own, and whether there are events with others. */
export async function readValues(
  tx: pg.ClientBase,
  tenantId: number,
  build: number,
  facet: number,
): Promise<{ values: string[]; others: boolean }> {
  const answer = await tx.query<{ facet: number; value: string }>(
    'select facet, value from indelible.counter_value where tenant_id = $1 and build = $2 and facet in ($3::smallint, -$3::smallint)',
    [tenantId, build, facet],
  );
  return {
    values: answer.rows.filter((row) => row.facet === facet).map((row) => row.value),
    others: answer.rows.some((row) => row.facet !== facet),
  };
}

/** Marks that a facet has values without rows of their own. */
export async function markOthers(tx: pg.ClientBase, tenantId: number, build: number, facet: number): Promise<void> {
  await tx.query(`insert into indelible.counter_value (tenant_id, build, facet, value) values ($1, $2, $3, '') on conflict do nothing`, [
    tenantId,
    build,
    -facet,
  ]);
}

export interface CountRow {
  readonly facet: number;
  readonly value: string;
  readonly day: number;
  /** By outcome. */
  readonly counts: readonly number[];
  /** Of a day that is cut: pairs of (hour * 3 + outcome) and a count. */
  readonly hours: readonly number[] | undefined;
}

export interface CountsWanted {
  readonly facets: readonly number[];
  /** Only these values; all by default. */
  readonly values?: readonly string[];
  /** Days since 1970, the end excluded; undefined for all there are. */
  readonly fromDay?: number | undefined;
  readonly toDay?: number | undefined;
  /** Days whose hours are wanted. */
  readonly cutDays?: readonly number[];
}

/** Rows of single days. */
export async function readDays(tx: pg.ClientBase, tenantId: number, build: number, wanted: CountsWanted): Promise<CountRow[]> {
  const answer = await tx.query<RawRow>(
    `select facet, value, day, success, failure, denied, case when day = any($7::int[]) then hours end as hours from indelible.counter
     where tenant_id = $1 and build = $2 and unit = ${DAY} and facet = any($3::smallint[]) and day >= $4 and day < $5
       and ($6::text[] is null or value = any($6::text[]))`,
    parameters(tenantId, build, wanted, wanted.cutDays ?? []),
  );
  return answer.rows.map(toCountRow);
}

/** Sums over whole days, a row a value; where `months` is set, over whole months, whose first days count. */
export async function readSums(
  tx: pg.ClientBase,
  tenantId: number,
  build: number,
  months: boolean,
  wanted: CountsWanted,
): Promise<CountRow[]> {
  const answer = await tx.query<RawRow>(
    `select facet, value, max(day) as day, sum(success) as success, sum(failure) as failure, sum(denied) as denied, null::int[] as hours
     from indelible.counter where tenant_id = $1 and build = $2 and unit = ${months ? MONTH : DAY} and facet = any($3::smallint[])
       and day >= $4 and day < $5 and ($6::text[] is null or value = any($6::text[])) group by facet, value`,
    parameters(tenantId, build, wanted),
  );
  return answer.rows.map(toCountRow);
}

/** The first day that has events, in days since 1970. */
export async function firstDay(tx: pg.ClientBase, tenantId: number, build: number): Promise<number | undefined> {
  const answer = await tx.query<{ day: number | null }>(
    `select min(day) as day from indelible.counter where tenant_id = $1 and build = $2 and unit = ${DAY} and facet = ${EVERY_EVENT}`,
    [tenantId, build],
  );
  return answer.rows[0]?.day ?? undefined;
}

interface RawRow {
  facet: number;
  value: string;
  day: number;
  success: string;
  failure: string;
  denied: string;
  hours: number[] | null;
}

const DAY_MIN = -2_147_483_648;
const DAY_MAX = 2_147_483_647;

function parameters(tenantId: number, build: number, wanted: CountsWanted, ...more: unknown[]): unknown[] {
  return [tenantId, build, wanted.facets, wanted.fromDay ?? DAY_MIN, wanted.toDay ?? DAY_MAX, wanted.values ?? null, ...more];
}

function toCountRow(row: RawRow): CountRow {
  return {
    facet: row.facet,
    value: row.value,
    day: row.day,
    counts: [Number(row.success), Number(row.failure), Number(row.denied)],
    hours: row.hours ?? undefined,
  };
}

/** Takes a key of `hours` apart. */
export function hourAndOutcome(day: number, key: number): { hour: number; outcome: number } {
  return { hour: day * HOURS_OF_DAY + Math.floor(key / OUTCOME_COUNT), outcome: key % OUTCOME_COUNT };
}
