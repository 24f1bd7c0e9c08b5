// Writes a trail to ask questions of, in the database itself: each month's partition is filled before it gets its indexes.
// Of the events that are recorded in a month a tenth occurred up to five years earlier.

import { createLog, type LogRow, OPERATOR_TENANT } from '@indelible/server/dist/store/log-row.js';
import { monthStart } from '@indelible/server/dist/store/partitions.js';
import { inTransaction, type Store } from '@indelible/server/dist/store/pool.js';
import { SearchIndexer } from '@indelible/server/dist/search/index.js';
import type pg from 'pg';
import { BUSY_EVENTS, BUSY_ID, BUSY_KINDS, COMMON_EVENTS, FIRST, makeTemplates, TICKET, TIME } from './query-templates.ts';

export const MONTHS = 84;
const TENANTS = 500;
export const LARGE_TENANT = 'org_0';
/** Whose log the holes of every source are looked for in, besides the operator's. */
const DEFAULT_TENANT = 'default';
export const BUSY_RESOURCES = 20;
const LARGE_SHARE = 0.6;
/** A small tenant writes in one month of so many, so that its events come by the dozen and not one by one. */
const SMALL_EVERY = 12;
/** Months in which capture had a hole. */
const GAP_EVERY_MONTHS = 4;
const WORKERS = 2;
const DAY_MS = 86_400_000;
const IMPORTED_SHARE = 0.1;
const IMPORTED_MS_MAX = 5 * 365 * DAY_MS;

/** What one log gets in one month: events of templates first, first + step, ... or, without a step, of any common template. */
interface Share {
  readonly tenantId: number;
  readonly base: number;
  readonly common: number;
  /** Whether the large tenant's resources with long histories are among them, or the operator's events. */
  readonly busy: boolean;
  readonly operator: boolean;
}

interface Month {
  readonly index: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly shares: readonly Share[];
}

/** How many different tickets the large tenant's events name: three events a ticket. */
export function ticketsOf(events: number): number {
  return Math.max(1, Math.floor((events * LARGE_SHARE) / 3));
}

/** @param store a migrated trail without events */
export async function buildTrail(store: Store, events: number, nowMs: number, say: (text: string) => void): Promise<void> {
  let started = performance.now();
  const lap = (what: string): void => {
    say(`${what}: ${((performance.now() - started) / 1_000).toFixed(1)} s`);
    started = performance.now();
  };
  await putTemplates(store.owner);
  const months = await plan(store, events, nowMs);
  lap('templates and logs');
  const queue = [...months];
  await Promise.all(
    Array.from({ length: WORKERS }, async () => {
      for (let month = queue.shift(); month !== undefined; month = queue.shift()) await writeMonth(store.owner, month, events);
    }),
  );
  await store.owner.query('drop table public.bench_template');
  lap('events and their indexes');
  // What autovacuum does within minutes on a server that lives.
  await store.owner.query('vacuum analyze');
  lap('vacuum');
  await indexTrail(store);
  lap('index of text search');
}

/** Makes the index of text search, or what is missing of it. */
export async function indexTrail(store: Store): Promise<void> {
  const indexer = new SearchIndexer({ projector: store.projector });
  let blocks = 0;
  for (let step = await indexer.step(); step > 0; step = await indexer.step()) blocks += step;
  if (blocks > 0)
    for (const table of ['search_block', 'search_open', 'search_slices']) await store.owner.query(`vacuum analyze indelible.${table}`);
}

async function putTemplates(owner: pg.Pool): Promise<void> {
  await owner.query(`create unlogged table public.bench_template as
    select 0 as n, category, operation, outcome, severity, actor_type, attribution, source_kind, action, actor_id, actor_name, actor_email,
      resource_type, resource_id, ip, leaf_hash, salts, disclosures, null::jsonb as related from indelible.event where false`);
  const all = [...makeTemplates()];
  for (let at = 0; at < all.length; at += 1_000) {
    await owner.query(
      `insert into public.bench_template select t.n, t.category, t.operation, t.outcome, t.severity, t.actor_type, t.attribution, t.source_kind, t.action,
         t.actor_id, t.actor_name, t.actor_email, t.resource_type, t.resource_id, t.ip, decode(t.leaf_hash, 'hex'), decode(t.salts, 'hex'), t.disclosures, t.related
       from jsonb_to_recordset($1) t (n int, category smallint, operation smallint, outcome smallint, severity smallint, actor_type smallint,
         attribution smallint, source_kind smallint, action text, actor_id text, actor_name text, actor_email text, resource_type text,
         resource_id text, ip inet, leaf_hash text, salts text, disclosures text, related jsonb)`,
      [JSON.stringify(all.slice(at, at + 1_000))],
    );
  }
  await owner.query('create index on public.bench_template (n)');
  await owner.query('analyze public.bench_template');
}

async function plan(store: Store, events: number, nowMs: number): Promise<Month[]> {
  const start = (month: number): number => monthStart(new Date(nowMs), month - MONTHS + 1).getTime();
  await makePartition(store.owner, start(0), start(1), true);
  const logs = await makeLogs(store, start(0));
  const sizes = logs.map(({ size }) => size);
  const small = Math.max(1, Math.round((events * (1 - LARGE_SHARE) * SMALL_EVERY) / (TENANTS - 1) / MONTHS));
  const large = Math.max(0, Math.round(events * LARGE_SHARE) - BUSY_RESOURCES * BUSY_EVENTS) / MONTHS;
  const months: Month[] = [];
  for (let index = 0; index < MONTHS; index++) {
    const [fromMs, toMs] = [start(index) + 1, Math.min(start(index + 1), nowMs)];
    const shares = logs.flatMap(({ tenant, tenantId }, place): Share[] => {
      const operator = tenant === OPERATOR_TENANT;
      const busy = place === 0;
      const common = busy
        ? Math.round(large * (index + 1)) - Math.round(large * index)
        : !operator && (place + index) % SMALL_EVERY === 0
          ? small
          : 0;
      if (common === 0 && !operator && !busy) return [];
      const base = sizes[place] ?? 0;
      sizes[place] = base + common + (busy ? BUSY_RESOURCES * busyIn(index).count : 0) + (operator ? operatorIn(index, fromMs, toMs) : 0);
      return [{ tenantId, base, common, busy, operator }];
    });
    months.push({ index, fromMs, toMs, shares });
  }
  return months;
}

/** Which events of a long history fall into a month. */
function busyIn(month: number): { readonly first: number; readonly count: number } {
  const first = Math.ceil((BUSY_EVENTS * month) / MONTHS);
  return { first, count: Math.ceil((BUSY_EVENTS * (month + 1)) / MONTHS) - first };
}

function operatorIn(month: number, fromMs: number, toMs: number): number {
  return Math.ceil((toMs - fromMs) / DAY_MS) + (month % GAP_EVERY_MONTHS === 1 ? 2 : 0);
}

/** Logs as old as the first month: the event that tells of a log's making is its first. */
async function makeLogs(store: Store, startMs: number): Promise<LogRow[]> {
  const clock = Date.now;
  Date.now = () => startMs;
  try {
    return await inTransaction(store.appender, async (tx) => {
      const made: LogRow[] = [];
      const names = [...Array.from({ length: TENANTS - 1 }, (_, index) => `org_${index}`), DEFAULT_TENANT, OPERATOR_TENANT];
      for (const name of names) made.push(await createLog(tx, name));
      return made;
    });
  } finally {
    Date.now = clock;
  }
}

const TABLES = ['event', 'event_related'] as const;

function partitionOf(table: (typeof TABLES)[number], fromMs: number): string {
  return `indelible.${table}_${new Date(fromMs).toISOString().slice(0, 7).replace('-', '_')}`;
}

async function makePartition(client: pg.Pool | pg.ClientBase, fromMs: number, toMs: number, attach: boolean): Promise<void> {
  for (const table of TABLES) {
    const name = partitionOf(table, fromMs);
    await client.query(
      `create table if not exists ${name} (like indelible.${table} including defaults including constraints including storage)`,
    );
    const known = await client.query('select 1 from pg_inherits where inhrelid = to_regclass($1)', [name]);
    const bounds = [fromMs, toMs].map((ms) => `'${new Date(ms).toISOString()}'`);
    if (attach && known.rowCount === 0)
      await client.query(`alter table indelible.${table} attach partition ${name} for values from (${bounds[0]}) to (${bounds[1]})`);
  }
}

async function writeMonth(owner: pg.Pool, month: Month, events: number): Promise<void> {
  const start = monthStart(new Date(month.fromMs));
  const [fromMs, toMs] = [start.getTime(), monthStart(start, 1).getTime()];
  await makePartition(owner, fromMs, toMs, false);
  await inTransaction(owner, async (tx) => {
    await putPlaces(tx, month);
    await tx.query(eventsOf(partitionOf('event', fromMs), ticketsOf(events)));
    await tx.query(
      `insert into indelible.event_key (seq, recorded_at, id, tenant_id) select seq, ${AT('t')}, ${ID}, tenant_id from place p order by tenant_id, seq`,
    );
    await tx.query(`insert into ${partitionOf('event_related', fromMs)} (seq, recorded_at, occurred_at, tenant_id, type, id)
      select p.seq, ${AT('t')}, ${AT('o')}, p.tenant_id, r.type, r.id from place p join public.bench_template t on t.n = p.n
        cross join jsonb_to_recordset(t.related) r (type text, id text) order by p.tenant_id, p.seq`);
    await tx.query(`update indelible.log l set size = p.last + 1, last_t = greatest(last_t, p.t) from
      (select tenant_id, max(seq) as last, max(t) as t from place group by tenant_id) p where p.tenant_id = l.tenant_id and p.last >= l.size`);
  });
  await makePartition(owner, fromMs, toMs, true);
}

/** A timestamp of a row of place, from its milliseconds since 1970. */
const AT = (column: 't' | 'o'): string => `(timestamptz 'epoch' + p.${column} * interval '1 ms')`;
/** Version 7, as the time has it, and the log and the place in it. */
const ID = `(lpad(to_hex(p.t), 12, '0') || '7' || lpad(to_hex(p.tenant_id), 3, '0') || '8' || lpad(to_hex(p.seq), 15, '0'))::uuid`;
/** From 0 to 1, always the same for the same place. */
const RANDOM = (seed: number, what: string): string =>
  `((hashint8extended(${what}, ${seed}) >> 12) & 4503599627370495)::float8 / 4503599627370496`;

/** Where and when each event of a month stands, and by which template: the temporary table `place`. */
async function putPlaces(tx: pg.ClientBase, { index, fromMs, toMs, shares }: Month): Promise<void> {
  const { first, count } = busyIn(index);
  const place = `s."tenantId" * 100000000::bigint + ${index} * 1000000 + i`;
  const at = (share: string): string => `$2::bigint + (($3::bigint - $2::bigint) * ${share})::bigint`;
  const age = `${RANDOM(2, place)} * case when ${RANDOM(1, place)} < ${IMPORTED_SHARE} then ${IMPORTED_MS_MAX} else 2000 end`;
  const gaps =
    index % GAP_EVERY_MONTHS === 1
      ? [
          [FIRST.gap, 1_000],
          [FIRST.resumed, 600_000],
        ]
      : [];
  const days = Math.ceil((toMs - fromMs) / DAY_MS);
  const operator = [...Array.from({ length: days }, (_, day) => [FIRST.daily, day * DAY_MS]), ...gaps];
  await tx.query(
    `create temp table place on commit drop as
     with s as (select * from jsonb_to_recordset($1) as s ("tenantId" int, base bigint, common int, busy boolean, operator boolean)),
     common as (
       select s.*, ${at('(i + 0.5) / s.common')} as t, (${age})::bigint as age, ${FIRST.common} + floor(${RANDOM(3, place)} * ${COMMON_EVENTS})::int as n, null::int as k
       from s, lateral generate_series(0, s.common - 1) i),
     busy as (
       select s.*, ${at(`(i - ${first} + 0.2 + k * 0.03) / ${count}`)}, 0, ${FIRST.busy} + (k % ${BUSY_KINDS.length}) * ${BUSY_EVENTS} + i, k
       from s, generate_series(0, ${BUSY_RESOURCES - 1}) k, generate_series(${first}, ${first + count - 1}) i where s.busy),
     operator as (
       select s.*, $2::bigint + o.after, 0, o.n, null::int from s, unnest($4::int[], $5::bigint[]) o (n, after) where s.operator)
     select "tenantId" as tenant_id, base + row_number() over (partition by "tenantId" order by t, n, k) - 1 as seq, t, t - age as o, n, k as busy
     from (select * from common union all select * from busy union all select * from operator) e`,
    [JSON.stringify(shares), fromMs, toMs, operator.map(([n]) => n), operator.map(([, after]) => after)],
  );
}

/** The events of the places, as rows of a partition. */
function eventsOf(partition: string, tickets: number): string {
  const occurred = `to_char(${AT('o')} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
  const ticket = `lpad(((p.seq * 40503) % ${tickets})::text, ${TICKET.length}, '0')`;
  const own = `replace(replace(t.disclosures, '${TIME}', ${occurred}), '${TICKET}', ${ticket})`;
  const named = (text: string): string =>
    `case when p.busy is null then ${text} else replace(${text}, '${BUSY_ID}', '${BUSY_ID.slice(0, -2)}' || lpad(p.busy::text, 2, '0')) end`;
  return `insert into ${partition} (seq, recorded_at, occurred_at, id, tenant_id, category, operation, outcome, severity, actor_type, attribution, source_kind,
      action, actor_id, actor_name, actor_email, resource_type, resource_id, ip, leaf_hash, salts, disclosures)
    select p.seq, ${AT('t')}, ${AT('o')}, ${ID}, p.tenant_id, t.category, t.operation, t.outcome, t.severity, t.actor_type, t.attribution, t.source_kind,
      t.action, t.actor_id, t.actor_name, t.actor_email, t.resource_type, ${named('t.resource_id')}, t.ip, t.leaf_hash, t.salts, ${named(own)}
    from place p join public.bench_template t on t.n = p.n order by p.tenant_id, p.seq`;
}
