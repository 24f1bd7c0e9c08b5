// Observed rows and captured changes together give the tables as they are, whatever is written while the baseline runs.

import type { AuditEvent, Json } from '@indelible/core';
import type pg from 'pg';
import { afterEach, expect, test } from 'vitest';
import { captureBaseline, setupWithBaseline } from './baseline.ts';
import { type CaptureTest, openCaptureTest, readEvents, until } from '../capture.test.fixture.ts';
import { parseLsn } from '../replication/lsn.ts';

const SCHEMA = `
  create table accounts (id int primary key, tenant_id text, v int);
  create table pairs (a text, b int, v int, primary key (a, b));
  create table notes (tenant_id text, v int);
  create table parts (id int, k int, v int, primary key (id, k)) partition by list (k);
  create table parts_0 partition of parts for values in (0);
  create table parts_1 partition of parts for values in (1);
  insert into accounts select n, 't' || n % 3, 0 from generate_series(1, 3000) n;
  insert into pairs select 'p' || n % 7, n, 0 from generate_series(1, 3000) n;
  insert into notes select 't' || n % 3, n from generate_series(1, 300) n;
  insert into parts select n, n % 2, 0 from generate_series(1, 2000) n;
`;
const KEYS: Readonly<Record<string, readonly string[] | undefined>> = {
  account: ['id'],
  pair: ['a', 'b'],
  part: ['id', 'k'],
  note: undefined,
};
const TABLES: Readonly<Record<string, string>> = { account: 'accounts', pair: 'pairs', part: 'parts', note: 'notes' };

/** Mulberry32: the same numbers for the same seed. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function statement(random: (below: number) => number): string {
  const id = 1 + random(3_000);
  const v = random(1_000);
  const choices = [
    `insert into accounts values (${3_001 + random(3_000)}, 't${random(3)}', ${v}) on conflict do nothing`,
    `update accounts set v = ${v} where id = ${id}`,
    `update accounts set tenant_id = 't${random(3)}' where id between ${id} and ${id + 5}`,
    `update accounts set id = -id where id = ${id} and not exists (select from accounts where id = ${-id})`,
    `delete from accounts where id = ${id}`,
    `insert into pairs values ('p${random(7)}', ${3_001 + random(3_000)}, ${v}) on conflict (a, b) do update set v = ${v}`,
    `update pairs set v = ${v} where b between ${id} and ${id + 20}`,
    `delete from pairs where b = ${id}`,
    `insert into notes values ('t${random(3)}', ${v})`,
    `update notes set v = ${v} where ctid = (select ctid from notes order by v limit 1)`,
    `delete from notes where ctid = (select ctid from notes order by v desc limit 1)`,
    `update parts set k = 1 - k, v = ${v} where id = ${id}`,
    `insert into parts values (${2_001 + random(2_000)}, ${random(2)}, ${v}) on conflict do nothing`,
    `delete from parts where id = ${id}`,
  ];
  return choices[random(choices.length)] ?? '';
}

/** Writes in transactions, some of which are rolled back, until it is told to stop. */
async function write(source: pg.Pool, random: (below: number) => number, stop: AbortSignal): Promise<number> {
  let written = 0;
  while (!stop.aborted) {
    const client = await source.connect();
    try {
      await client.query('begin');
      for (let count = 1 + random(4); count > 0; count--) await client.query(statement(random));
      await client.query(random(5) === 0 ? 'rollback' : 'commit');
      written++;
    } catch {
      // Two writers that wait for each other: the database ends one of them.
      await client.query('rollback');
    } finally {
      client.release();
    }
  }
  return written;
}

interface Placed {
  readonly event: AuditEvent;
  readonly type: string;
  readonly verb: string;
  readonly lsn: bigint;
  /** -1 for what was observed: it stands before the transaction that begins at its place. */
  readonly ordinal: number;
}

function placed(events: readonly AuditEvent[]): Placed[] {
  // A row that changes its tenant is told to both under one id, to each its half.
  const unique = new Map<string, AuditEvent>();
  for (const event of events.filter(({ source }) => source.kind === 'postgres')) {
    const half = unique.get(event.id);
    unique.set(event.id, half?.change === undefined ? event : { ...event, change: { ...half.change, ...event.change } });
  }
  return [...unique.values()].map((event) => {
    const [lsn = '', ordinal = '-1'] = (event.source.position ?? '').split(':');
    const [type = '', verb = ''] = event.action.split('.');
    return { event, type, verb, lsn: parseLsn(lsn), ordinal: Number(ordinal) };
  });
}

function byPlace(a: Placed, b: Placed): number {
  return a.lsn === b.lsn ? a.ordinal - b.ordinal : a.lsn < b.lsn ? -1 : 1;
}

/** A row as text, whatever the order of its columns. */
function text(row: Record<string, Json>): string {
  return JSON.stringify(
    Object.keys(row)
      .sort()
      .map((name) => [name, row[name]]),
  );
}

/** The rows that the events leave, each as the JSON of its columns in the order of their names; sorted. */
function stateOf(type: string, events: readonly Placed[]): string[] {
  const key = KEYS[type];
  const nameOf = (row: Record<string, Json>): string => JSON.stringify(key?.map((column) => row[column]));
  if (key !== undefined) {
    const rows = new Map<string, string>();
    for (const { event } of events) {
      if (event.change?.before !== undefined) rows.delete(nameOf(event.change.before));
      if (event.change?.after !== undefined) rows.set(nameOf(event.change.after), text(event.change.after));
    }
    return [...rows.values()].sort();
  }
  // Without a key the rows of a snapshot are all that there was.
  const rows: string[] = [];
  let observing: bigint | undefined;
  for (const { event, verb, lsn } of events) {
    if (verb === 'observed' && observing !== lsn) {
      rows.length = 0;
      observing = lsn;
    }
    const { before, after } = event.change ?? {};
    if (before !== undefined) rows.splice(rows.indexOf(text(before)), rows.includes(text(before)) ? 1 : 0);
    if (after !== undefined) rows.push(text(after));
  }
  return rows.sort();
}

let app: CaptureTest;

afterEach(async () => {
  await app.close();
});

async function tablesNow(): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const [type, table] of Object.entries(TABLES)) {
    const answer = await app.source.query<Record<string, Json>>(`select * from ${table}`);
    found[type] = answer.rows.map((row) => text(row)).sort();
  }
  return found;
}

async function statesBy(order: (a: Placed, b: Placed) => number): Promise<Record<string, string[]>> {
  const all = placed(await readEvents(app.store.owner)).sort(order);
  return Object.fromEntries(
    Object.keys(TABLES).map((type) => [
      type,
      stateOf(
        type,
        all.filter((event) => event.type === type),
      ),
    ]),
  );
}

/** Waits until everything that was written is in the log. */
async function caughtUp(): Promise<void> {
  await app.source.query(`insert into notes values ('end', -1)`);
  await until(async () => (await app.events('end')).some(({ action }) => action === 'note.created'), 60);
}

async function compare(): Promise<void> {
  await caughtUp();
  const now = await tablesNow();
  const byPosition = await statesBy(byPlace);
  expect(byPosition).toEqual(now);
  // So does the order of time, for rows that have a key: what was observed is dated before all that its snapshot does not
  // show. A change that it does show may be dated later, and is then made a second time, to the same end.
  const time = ({ event }: Placed): number => Date.parse(event.occurredAt);
  expect(await statesBy((a, b) => time(a) - time(b) || byPlace(a, b))).toMatchObject({ ...now, note: expect.any(Array) });
}

test.each([1])('a baseline at the snapshot of the slot, with writers all the while (seed %i)', async (seed) => {
  app = await openCaptureTest(SCHEMA);
  const stop = new AbortController();
  const writers = [1, 2].map((nr) => write(app.source, randomFrom(seed * 1_000 + nr), stop.signal));
  const setup = { sourceUrl: app.sourceUrl, name: app.name, appender: app.store.appender, ddl: false };
  const result = await setupWithBaseline(setup, {}, () => void app.start());
  stop.abort();
  expect((await Promise.all(writers)).every((written) => written > 20)).toBe(true);
  expect(result.tables.map(({ state }) => state)).toEqual(['observed', 'observed', 'observed', 'observed']);
  await compare();
});

test.each([3, 4])('a baseline of a source that is captured already, broken off and resumed (seed %i)', async (seed) => {
  app = await openCaptureTest(SCHEMA);
  await app.setup();
  app.start();
  const stop = new AbortController();
  const random = randomFrom(seed);
  const writers = [1, 2].map((nr) => write(app.source, randomFrom(seed * 1_000 + nr), stop.signal));
  const options = { sourceUrl: app.sourceUrl, name: app.name, appender: app.store.appender };
  let done = false;
  for (let attempt = 0; attempt < 20 && !done; attempt++) {
    const pages = 1 + random(3);
    let seen = 0;
    const breakOff = (): void => {
      if (attempt < 4 && ++seen >= pages) throw new Error('killed');
    };
    const result = await captureBaseline({ ...options, progress: breakOff }).catch(() => undefined);
    done = result?.tables.every(({ state }) => state === 'observed' || state === 'before') === true;
  }
  stop.abort();
  await Promise.all(writers);
  expect(done).toBe(true);
  await compare();
});
