import type { AuditEvent } from '@indelible/core';
import { expect, test } from 'vitest';
import { listEvents } from '../../query/page.ts';
import { makeTenants } from '../../store/tenants.ts';
import type { Capture } from '../capture.ts';
import { type CaptureTest, until } from '../capture.test.fixture.ts';
import { type CoverageReport, type SourceCoverage, type WatchedSource, makeCoverage } from './coverage-report.ts';
import { type DailyCoverage, tellDay } from './daily-coverage.ts';
import { captureRemove } from '../setup/remove.ts';
import { loadRecord } from '../source/source-record.ts';
import { loadCounts } from './table-counters.ts';
import { onEachServer, openedForEach } from '../servers.test.fixture.ts';

const SCHEMA = `
  create table organizations (id text primary key, name text);
  create table bots (id int primary key, organization_id text references organizations, name text, updated_at timestamptz);
  create table secrets_of_hr (id int primary key, organization_id text);
  create unlogged table cache (id int primary key, organization_id text)`;

onEachServer(({ url }) => {
  const opened = openedForEach(SCHEMA, url);

  async function streaming(test: CaptureTest): Promise<Capture> {
    const capture = test.start();
    await until(() => capture.status().state === 'streaming');
    return capture;
  }

  function operatorEvents(test: CaptureTest): (query: string, limit: number) => Promise<readonly AuditEvent[]> {
    const tenants = makeTenants(test.store.appender);
    return async (q, limit) => (await listEvents(test.store.reader, await tenants.byName('_operator'), { q, limit })).events;
  }

  /** As a server of its own would answer. */
  function server(test: CaptureTest, ...watched: readonly WatchedSource[]): () => Promise<CoverageReport> {
    return makeCoverage({ appender: test.store.appender, watched: () => watched, operatorEvents: operatorEvents(test) });
  }

  function watching(test: CaptureTest, capture: Capture): WatchedSource {
    return { sourceUrl: test.sourceUrl, status: () => capture.status(), skipped: (table) => table === 'public.secrets_of_hr' };
  }

  async function one(report: Promise<CoverageReport>): Promise<SourceCoverage> {
    const [source, ...others] = (await report).sources;
    expect(others).toEqual([]);
    if (source === undefined) throw new Error('no source in the report');
    return source;
  }

  const states = (source: SourceCoverage) => Object.fromEntries(source.tables.map(({ table, state, cause }) => [table, cause ?? state]));

  test('rows are counted by table in the transaction of their events: once, over restarts, without noise', async () => {
    const test = await opened();
    const capture = await streaming(test);
    await test.as(
      { actor: { type: 'user', id: 'maria' } },
      `insert into organizations values ('acme', 'Acme')`,
      `insert into bots values (1, 'acme', 'a')`,
    );
    await test.source.query(`insert into bots values (2, 'acme', 'b'); update bots set updated_at = now(); update bots set name = name`);
    await until(async () => (await test.events('acme')).length === 3);
    await capture.stop();
    await streaming(test);
    await test.source.query('delete from bots where id = 2');
    await until(async () => (await test.events('acme')).length === 4);
    const record = await loadRecord(test.store.appender, test.name);
    const counts = await loadCounts(test.store.appender, record?.sourceId ?? 0);
    expect(counts.map(({ table, rows, unattributed }) => [table, rows, unattributed])).toEqual([
      ['public.bots', 3, 2],
      ['public.organizations', 1, 0],
    ]);
    const last = (await test.events('acme')).at(-1);
    expect(counts[0]?.lastEventAt?.toISOString()).toBe(last?.occurredAt);
  });

  test('each table has its state, why, and the statement that mends it; mending shows', async () => {
    const test = await opened();
    const capture = await streaming(test);
    const report = async () => one(server(test, watching(test, capture))());
    await test.source.query(`insert into organizations values ('acme', 'Acme')`);
    await until(async () => (await test.events('acme')).length === 1);
    const whole = await report();
    expect(whole).toMatchObject({
      name: test.name,
      state: 'streaming',
      slot: test.slot,
      gaps: { open: [], past: [] },
      counters: { rows: 1 },
    });
    expect(Date.now() - Date.parse(whole.asOf ?? '')).toBeLessThan(10_000);
    expect(whole.lag.bytes).toBeGreaterThanOrEqual(0);
    expect(whole.lag.seconds).toBeLessThan(5);
    expect(states(whole)).toEqual({
      'public.bots': 'captured',
      'public.cache': 'unlogged',
      'public.organizations': 'captured',
      'public.secrets_of_hr': 'skipped by configuration',
    });
    expect(whole.totals).toMatchObject({
      tables: { captured: 2, 'not covered': 1, 'skipped by configuration': 1, 'earlier values missing': 0, unknown: 0 },
      rows: 1,
      unattributed: 1,
      unattributedShare: 1,
    });
    // Asked before the server has found it, or could: the state is that of the source now.
    await test.source.query('create table late (id int primary key)');
    const late = (await report()).tables.find(({ table }) => table === 'public.late');
    // Where event triggers may be made, it is covered at once.
    if (late?.state !== 'captured') expect(late).toMatchObject({ state: 'not covered', cause: 'unpublished' });
    for (const table of whole.tables) for (const statement of table.statements) await test.source.query(statement);
    await until(async () => (await report()).tables.every(({ state }) => state === 'captured' || state === 'skipped by configuration'));
  }, 60_000);

  test('a server that stands by answers the same; one that does not know the source says so', async () => {
    const test = await opened();
    const first = await streaming(test);
    const second = test.start();
    await until(() => second.status().state === 'standby');
    const [a, b] = [await one(server(test, watching(test, first))()), await one(server(test, watching(test, second))())];
    expect(b).toMatchObject({ state: 'standby', reason: 'another server captures this source' });
    expect(states(b)).toEqual(states(a));
    expect(b.lag.bytes).toBeTypeOf('number');
    expect(b.lag.seconds).toBeTypeOf('number');
    const other = await one(server(test)());
    expect(other).toMatchObject({ state: 'standby', unanswered: 'this server does not know its address' });
    await Promise.all([first.stop(), second.stop()]);
    await until(async () => (await one(server(test)())).state === 'stopped');
  });

  test('a source that is down: the tables as they were, and when that was; on a new server unknown, not captured', async () => {
    const test = await opened();
    const capture = await streaming(test);
    await test.source.query(`insert into organizations values ('acme', 'Acme')`);
    await until(async () => (await test.events('acme')).length === 1);
    let url = test.sourceUrl;
    const watched = {
      status: () => capture.status(),
      skipped: () => false,
      get sourceUrl() {
        return url;
      },
    };
    const report = server(test, watched);
    const before = await one(report());
    url = Object.assign(new URL(url), { port: '1' }).href;
    await until(async () => (await one(report())).unanswered !== undefined);
    const after = await one(report());
    expect(after.asOf).toBe(before.asOf);
    expect(states(after)).toEqual(states(before));
    const fresh = await one(server(test, watched)());
    expect(fresh.asOf).toBeUndefined();
    expect(fresh.unanswered).toMatch(/ENOENT|ECONNREFUSED/);
    expect(fresh.tables).toMatchObject([{ table: 'public.organizations', state: 'unknown', cause: 'unanswered', rows: 1 }]);
  });

  test('a stopped source covers nothing and has an open gap', async () => {
    const test = await opened();
    const capture = await streaming(test);
    await capture.stop();
    await until(
      async () => (await test.admin.query('select from pg_replication_slots where slot_name = $1 and active', [test.slot])).rowCount === 0,
    );
    await test.admin.query('select pg_drop_replication_slot($1)', [test.slot]);
    const again = test.start();
    await until(() => again.status().state === 'stopped');
    const source = await one(server(test, watching(test, again))());
    expect(source.state).toBe('stopped');
    expect(source.reason).toMatch(/^slot_missing/);
    expect(source.gaps.open).toMatchObject([{ reason: 'slot_missing', from: expect.stringMatching(/\//) }]);
    expect(states(source)).toMatchObject({ 'public.bots': 'stopped', 'public.organizations': 'stopped', 'public.cache': 'unlogged' });
    expect(source.totals.tables.captured).toBe(0);
  });

  test('a source that was taken out on purpose is not in the report, unless a server would still capture it', async () => {
    const test = await opened();
    const capture = await streaming(test);
    await captureRemove({ sourceUrl: test.sourceUrl, name: test.name, appender: test.store.appender, yes: true });
    await until(() => capture.status().state === 'stopped');
    expect((await server(test)()).sources).toEqual([]);
    expect(await one(server(test, watching(test, capture))())).toMatchObject({
      state: 'stopped',
      reason: expect.stringMatching(/^removed/),
    });
  }, 60_000);

  test('the event of the day: one a source and day, whoever writes it and however often; it counts since the last', async () => {
    const test = await opened();
    const capture = await streaming(test);
    let nowMs = Date.parse('2026-11-02T00:00:10Z');
    const logged: string[] = [];
    const daily = (): DailyCoverage => ({
      appender: test.store.appender,
      report: server(test, watching(test, capture)),
      names: () => [test.name],
      operatorEvents: operatorEvents(test),
      log: { info: (_fields, message) => void logged.push(message), warn: () => {}, error: () => {} },
      now: () => nowMs,
    });
    const told = async () => (await test.events('_operator')).filter(({ metadata }) => metadata?.['reason'] === 'daily');
    await test.source.query(`insert into organizations values ('acme', 'Acme')`);
    await until(async () => (await test.events('acme')).length === 1);
    const [one, other] = [daily(), daily()];
    const map = new Map<string, string>();
    // Two servers at once, then the first again, then a third that has just started.
    await Promise.all([tellDay(one, map), tellDay(other, new Map())]);
    await tellDay(one, map);
    await tellDay(daily(), new Map());
    const [first, ...doubles] = await told();
    expect(doubles).toEqual([]);
    expect(first).toMatchObject({
      action: 'capture.coverage',
      resource: { type: 'capture_source', id: test.name },
      tags: expect.arrayContaining(['coverage:daily']) as unknown,
      metadata: {
        day: '2026-11-02',
        state: 'streaming',
        tablesByState: { captured: 2, 'not covered': 1, 'skipped by configuration': 1 },
        notCovered: ['public.cache'],
        rows: 1,
        unattributed: 1,
        unattributedShare: 1,
        openGaps: [],
        pastGaps: 0,
      },
    });
    expect(logged).toHaveLength(1);
    await test.as({ actor: { type: 'user', id: 'maria' } }, `insert into bots values (1, 'acme', 'a')`);
    await until(async () => (await test.events('acme')).length === 2);
    nowMs += 24 * 60 * 60 * 1000;
    await tellDay(daily(), map);
    const [, second] = await told();
    expect(second?.metadata).toMatchObject({
      day: '2026-11-03',
      since: first?.occurredAt,
      rows: 1,
      unattributed: 0,
      unattributedShare: 0,
      total: { rows: 2, unattributed: 1 },
    });
  });
});
