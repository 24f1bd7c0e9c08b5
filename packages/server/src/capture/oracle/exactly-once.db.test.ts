import { setTimeout as pause } from 'node:timers/promises';
import type { AuditEvent } from '@indelible/core';
import type pg from 'pg';
import { afterEach, expect, test } from 'vitest';
import { type CaptureTest, openCaptureTest, readEvents, until } from '../capture.test.fixture.ts';
import { outOfOrder } from './oracle-compare.test.fixture.ts';
import { onEachServer } from '../servers.test.fixture.ts';

const SCHEMA = `
  create table organizations (id text primary key);
  create table things (id int primary key, organization_id text references organizations, value int);
  insert into organizations values ('a'), ('b'), ('c');
`;
const WRITER_IDS = 10_000_000;

onEachServer(({ url }) => {
  let app: CaptureTest | undefined;

  afterEach(async () => {
    await app?.close();
    app = undefined;
  });

  /** Ends connections at the server, in the middle of whatever they do: the trail's transactions, the stream, or both. */
  async function cut(test: CaptureTest, what: 'trail' | 'stream' | 'both'): Promise<void> {
    const trail = `(application_name = 'indelible appender' and datname = 'indelible_capture_${test.name}')`;
    const stream = `(application_name = 'indelible-capture' and datname = 'app_${test.name}')`;
    await test.admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where ${what === 'both' ? `${trail} or ${stream}` : what === 'trail' ? trail : stream}`,
    );
  }

  /** Captured events; 1 is the place of `postgres` among the kinds of sources. */
  async function countRows(owner: pg.Pool): Promise<number> {
    return Number((await owner.query<{ n: string }>('select count(*) as n from indelible.event where source_kind = 1')).rows[0]?.n);
  }

  const told = (events: readonly AuditEvent[]): string[] =>
    events
      .filter((event) => event.source.kind === 'postgres')
      .map(
        (event) =>
          `${event.action} ${event.resource?.id} ${JSON.stringify(event.change?.before?.['value'])} ${JSON.stringify(event.change?.after?.['value'])}`,
      )
      .sort();

  /** What each writer did in each tenant, in the order of the tenant's log. */
  function timeline(events: readonly AuditEvent[]): Record<string, string[]> {
    const found: Record<string, string[]> = {};
    for (const { tenant, action, resource } of events)
      (found[`${tenant} ${Math.floor(Number(resource?.id) / WRITER_IDS)}`] ??= []).push(`${action} ${resource?.id}`);
    return found;
  }

  test('every change is in the log exactly once, whatever is cut while it is written', async () => {
    app = await openCaptureTest(SCHEMA, url);
    await app.setup();
    const captures = [app.start(), app.start()];
    const done: string[] = [];
    const written = new Map<string, string[]>();
    const writing = new AbortController();
    const write = async (writer: number): Promise<void> => {
      for (let round = 0; !writing.signal.aborted; round++) {
        const first = writer * WRITER_IDS + round * 100;
        const rows = 1 + ((round * 7) % 60);
        const tenant = ['a', 'b', 'c'][round % 3];
        const own = written.get(`${tenant} ${writer}`) ?? [];
        written.set(`${tenant} ${writer}`, own);
        const sql = `begin; insert into things select g, '${tenant}', 0 from generate_series(${first}, ${first + rows - 1}) g; update things set value = ${round + 1} where id = ${first}; ${round % 2 === 0 ? `delete from things where id = ${first};` : ''} commit`;
        await app?.source.query(sql);
        await pause(5);
        for (let id = first; id < first + rows; id++) {
          done.push(`thing.created ${id} undefined 0`);
          own.push(`thing.created ${id}`);
        }
        own.push(`thing.updated ${first}`, ...(round % 2 === 0 ? [`thing.deleted ${first}`] : []));
        done.push(`thing.updated ${first} 0 ${round + 1}`);
        if (round % 2 === 0) done.push(`thing.deleted ${first} ${round + 1} undefined`);
      }
    };
    const writers = Promise.all([write(1), write(2)]);
    for (let attack = 0; attack < 24; attack++) {
      await pause(40 + Math.random() * 220);
      if (attack % 8 === 7) {
        // A server that goes away altogether; the other one takes over.
        await captures.shift()?.stop();
        captures.push(app.start());
      } else await cut(app, (['trail', 'stream', 'both'] as const)[attack % 3] ?? 'both');
    }
    writing.abort();
    await writers;
    const { owner } = app.store;
    await until(async () => (await countRows(owner)) >= done.length, 60);
    await pause(300);
    const events = await readEvents(owner);
    expect(told(events)).toEqual(done.sort());
    const rows = events.filter((event) => event.source.kind === 'postgres');
    expect(new Set(rows.map((event) => event.id)).size).toBe(rows.length);
    expect(new Set(rows.map((event) => event.source.position)).size).toBe(rows.length);
    // In each log, changes stand in the order of their commits, and within a transaction in that of its statements.
    expect(outOfOrder(rows.map(({ tenant, source }) => ({ tenant, position: source.position ?? '' })))).toEqual([]);
    expect(timeline(rows)).toEqual(Object.fromEntries(written));
    const counters = await owner.query<{ counters: Record<string, number> }>('select counters from indelible.capture_source');
    expect(counters.rows[0]?.counters).toMatchObject({ rows: done.length, events: done.length });
  }, 120_000);

  test('a transaction far larger than a commit passes in pieces, and its cursor holds in the middle', async () => {
    app = await openCaptureTest(SCHEMA, url);
    await app.setup();
    const capture = app.start();
    await until(() => capture.status().state === 'streaming');
    await app.as({ actor: { type: 'service', id: 'importer' } }, `insert into things select g, 'a', 1 from generate_series(1, 40000) g`);
    const { owner } = app.store;
    await until(async () => (await countRows(owner)) > 5_000);
    await cut(app, 'both');
    const cursor = await owner.query<{ cursor_ordinal: string }>('select cursor_ordinal from indelible.capture_source');
    expect(Number(cursor.rows[0]?.cursor_ordinal)).toBeGreaterThan(0);
    await until(async () => (await countRows(owner)) >= 40_000, 60);
    await pause(200);
    const answer = await owner.query<{ ids: string; rows: string; verified: string }>(
      `select count(distinct resource_id) as ids, count(*) as rows, count(*) filter (where actor_id = 'importer' and attribution = 0) as verified from indelible.event where source_kind = 1`,
    );
    expect(answer.rows[0]).toEqual({ ids: '40000', rows: '40000', verified: '40000' });
  }, 120_000);

  test('a source that goes away and comes back, and a store that does', async () => {
    app = await openCaptureTest(SCHEMA, url);
    const { admin, name, source, logged } = app;
    await app.setup();
    const capture = app.start();
    await until(() => capture.status().state === 'streaming');
    for (const database of [`app_${name}`, `indelible_capture_${name}`]) {
      await source.query(`insert into things values ((select count(*) from things), 'a', 1)`);
      await admin.query(`alter database ${database} with allow_connections false`);
      await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [database]);
      await until(() => capture.status().state === 'retrying');
      expect(capture.status().reason).toMatch(/not currently accepting connections|terminat|closed|EPIPE|ECONNRESET/);
      await admin.query(`alter database ${database} with allow_connections true`);
      await source
        .query(`insert into things values ((select count(*) from things), 'a', 1)`)
        .catch(async () => source.query(`insert into things values ((select count(*) from things), 'a', 1)`));
      await until(() => capture.status().state === 'streaming', 40);
    }
    const { owner } = app.store;
    await until(async () => told(await readEvents(owner)).length === 4);
    expect(logged.some(({ level, message }) => level === 'warn' && message.includes('was interrupted and tries again'))).toBe(true);
  }, 120_000);
});
