import type { AuditEvent } from '@indelible/core';
import { afterEach, expect, test } from 'vitest';
import { type BaselineOptions, type BaselineResult, captureBaseline, setupWithBaseline } from './baseline.ts';
import { type CaptureTest, openCaptureTest, until } from '../capture.test.fixture.ts';
import { parseLsn } from '../replication/lsn.ts';
import { onEachServer } from '../servers.test.fixture.ts';

const SCHEMA = `
  create table organizations (id text primary key, name text);
  create table datasets (id int primary key, organization_id text references organizations on delete cascade, name text);
  create table records (id int primary key, dataset_id int references datasets on delete cascade, body text);
  create table record_chunks (record_id int references records on delete cascade, nr int, body text, primary key (record_id, nr));
  create table visits (organization_id text, at timestamptz, note text);
  create table "Odd, ""Names""" ("the key" text, "Key 2" char(3), "__proto__" int, organization_id text, primary key ("the key", "Key 2"));
  create table lines (organization_id text, day date, text text, primary key (organization_id, day)) partition by range (day);
  create table lines_2025 partition of lines for values from ('2025-01-01') to ('2026-01-01');
  create table lines_2026 partition of lines for values from ('2026-01-01') to ('2027-01-01');
  create table parted_logs (at date, text text) partition by range (at);
  create table parted_logs_a partition of parted_logs for values from ('2025-01-01') to ('2026-01-01');
  create table parted_logs_b partition of parted_logs for values from ('2026-01-01') to ('2027-01-01');
  create table settings (key text primary key, value jsonb, password_hash text);
  create table sessions (session_token text primary key, organization_id text);
  create table nothing (id int primary key);
  create unlogged table passing (id int primary key);
  insert into organizations values ('acme', 'Acme'), ('globex', 'Globex');
  insert into datasets values (1, 'acme', 'A'), (2, 'globex', 'G'), (3, null, 'nobody''s');
  insert into records select n, 1 + n % 2, 'r' || n from generate_series(1, 5) n;
  insert into record_chunks select r, c, 'c' from generate_series(1, 5) r, generate_series(1, 2) c;
  insert into visits select 'acme', '2026-01-01'::timestamptz + n * interval '1 hour', 'v' from generate_series(1, 3) n;
  insert into "Odd, ""Names""" values ('a,b', 'x', 1, 'acme'), ('a', 'b,x', null, 'globex'), ('ü \\ '' "', 'y', 3, 'acme');
  insert into lines values ('acme', '2025-05-01', 'old'), ('acme', '2026-05-01', 'new'), ('globex', '2026-05-01', 'new');
  insert into parted_logs values ('2025-05-01', 'a'), ('2026-05-01', 'b');
  insert into settings values ('theme', '{"limit": 12345678901234567890, "api_key": "sk_1"}', 'scrypt');
  insert into sessions values ('tok_1', 'acme'), ('tok_2', 'globex');
`;

let app: CaptureTest;

afterEach(async () => {
  await app.close();
});

/** As the command does it. */
function observe(options: Partial<BaselineOptions> = {}): Promise<BaselineResult> {
  return setupWithBaseline({ sourceUrl: app.sourceUrl, name: app.name, appender: app.store.appender, ddl: false }, options);
}

function baseline(options: Partial<BaselineOptions> = {}): Promise<BaselineResult> {
  return captureBaseline({ sourceUrl: app.sourceUrl, name: app.name, appender: app.store.appender, ...options });
}

async function observed(tenant: string, type?: string): Promise<AuditEvent[]> {
  const events = (await app.events(tenant)).filter(({ action }) => action.endsWith('.observed'));
  return type === undefined ? events : events.filter(({ resource }) => resource?.type === type);
}

function idsOf(events: readonly AuditEvent[]): string[] {
  return events.map(({ resource }) => resource?.id ?? '').sort();
}

function states(result: BaselineResult): Record<string, string> {
  return Object.fromEntries(result.tables.map(({ table, state }) => [table, state]));
}

onEachServer(({ url }) => {
  test('each row of each kind of table is observed once, in the log of its tenant', async () => {
    app = await openCaptureTest(SCHEMA, url);
    const before = Date.now();
    const result = await observe();
    expect(new Set(Object.values(states(result)))).toEqual(new Set(['observed']));
    expect(Object.keys(states(result))).toContain('public.nothing');
    expect(Object.keys(states(result))).not.toContain('public.passing');
    expect(Object.keys(states(result))).not.toContain('public.lines_2025');
    expect(result).toMatchObject({ rows: 2 + 3 + 5 + 10 + 3 + 3 + 3 + 2 + 1 + 2, tenantUnknown: 1 + 2 + 1 });
    expect(idsOf(await observed('acme', 'record_chunk'))).toEqual(['2,1', '2,2', '4,1', '4,2']);
    expect(idsOf(await observed('globex', 'record_chunk'))).toEqual(['1,1', '1,2', '3,1', '3,2', '5,1', '5,2']);
    expect(idsOf(await observed('acme', 'line'))).toEqual(['acme,2025-05-01', 'acme,2026-05-01']);
    expect((await observed('acme', 'visit')).map(({ resource }) => resource)).toEqual(Array.from({ length: 3 }, () => ({ type: 'visit' })));
    expect(new Set((await observed('default', 'parted_log')).map(({ change }) => change?.after?.['text']))).toEqual(new Set(['a', 'b']));
    expect(await observed('default', 'dataset')).toMatchObject([{ resource: { id: '3' }, tags: ['tenant:unknown'] }]);
    const odd = [...(await observed('acme')), ...(await observed('globex'))].filter(({ action }) => action.startsWith('odd'));
    expect(idsOf(odd)).toEqual(['a,b\\,x', 'a\\,b,x  ', 'ü \\\\ \' ",y  '].sort());
    const proto = odd.map(({ change }) => Object.entries(change?.after ?? {}).find(([name]) => name === '__proto__')?.[1]);
    expect(new Set(proto)).toEqual(new Set([1, null, 3]));
    const [acme] = await observed('acme', 'organization');
    const position = result.tables[0]?.position;
    expect(acme).toMatchObject({
      action: 'organization.observed',
      operation: 'read',
      severity: 'info',
      actor: { type: 'system', name: 'indelible', attribution: 'verified' },
      resource: { id: 'acme', name: 'Acme' },
      change: { after: { id: 'acme', name: 'Acme' }, fields: [] },
      source: { kind: 'postgres', name: app.name, position },
    });
    expect(acme?.change?.before).toBeUndefined();
    expect(acme?.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8/);
    expect(Date.parse(acme?.occurredAt ?? '')).toBe(result.takenAt?.getTime());
    expect(Math.abs(Date.parse(acme?.occurredAt ?? '') - before)).toBeLessThan(10_000);
    const [theme] = await observed('default', 'setting');
    expect(theme?.change?.after).toMatchObject({
      value: { limit: '12345678901234567890', api_key: { redacted: 'api_key' } },
      password_hash: { redacted: 'password' },
    });
    expect((await observed('acme', 'session'))[0]?.resource?.id).toMatch(/^hmac:/);
    expect(JSON.stringify((await app.store.owner.query('select * from indelible.capture_baseline')).rows)).not.toContain('tok_');
    const finished = (await app.events('_operator')).filter(({ action }) => action === 'capture.baseline');
    expect(finished).toHaveLength(result.tables.length);
    expect(finished.find(({ metadata }) => metadata?.['table'] === 'public.records')).toMatchObject({ metadata: { rows: 5, position } });
  });

  test('the slot streams from the very place of the snapshot', async () => {
    app = await openCaptureTest(SCHEMA, url);
    const result = await observe();
    const slot = await app.source.query<{ at: string }>(
      'select confirmed_flush_lsn::text as at from pg_replication_slots where slot_name = $1',
      [app.slot],
    );
    expect(result.tables[0]?.position).toBe(slot.rows[0]?.at);
    const others = await app.source.query(
      `select from pg_replication_slots where slot_name like 'indelible_baseline%' and database = current_database()`,
    );
    expect(others.rowCount).toBe(0);
  });

  test('a run that broke off goes on where it stood; every row is observed once', async () => {
    app = await openCaptureTest(
      `create table organizations (id text primary key);
       create table bots (organization_id text, id int, name text, primary key (organization_id, id));
       create table visits (organization_id text, nr int);
       insert into organizations values ('a'), ('b');
       insert into bots select chr(97 + n % 2), n, 'bot ' || n from generate_series(1, 12000) n;
       insert into visits select 'a', n from generate_series(1, 2500) n`,
      url,
    );
    let pages = 0;
    const breakOff = (): void => {
      if (++pages === 6) throw new Error('killed');
    };
    await expect(observe({ progress: breakOff })).rejects.toThrow('killed');
    const after = (await observed('a', 'bot')).length + (await observed('b', 'bot')).length;
    expect(after).toBeGreaterThan(1_000);
    expect(after).toBeLessThan(12_000);
    const signal = new AbortController();
    const stopped = await baseline({
      signal: signal.signal,
      progress: ({ table, rows }) => {
        if (table === 'public.bots' && rows > 8_000) signal.abort();
      },
    });
    expect(states(stopped)).toEqual({ 'public.bots': 'left', 'public.organizations': 'left', 'public.visits': 'left' });
    const resumed = await baseline();
    expect(states(resumed)).toEqual({ 'public.bots': 'observed', 'public.organizations': 'observed', 'public.visits': 'observed' });
    const bots = [...(await observed('a', 'bot')), ...(await observed('b', 'bot'))];
    expect(bots).toHaveLength(12_000);
    expect(new Set(bots.map(({ id }) => id)).size).toBe(12_000);
    expect(new Set(bots.map(({ resource }) => resource?.id)).size).toBe(12_000);
    expect(new Set(bots.map(({ source }) => source.position)).size).toBe(3);
    expect(new Set((await observed('a', 'visit')).map(({ change }) => change?.after?.['nr'])).size).toBe(2_500);
    expect(await observed('a', 'visit')).toHaveLength(2_500);
    expect(resumed.tables.find(({ table }) => table === 'public.bots')?.rows).toBe(12_000);
  });

  test('a second run has nothing to do, --again takes all of it anew, and a later table comes by itself', async () => {
    app = await openCaptureTest(SCHEMA, url);
    const first = await observe({ tables: ['records', 'public.datasets'] });
    expect(states(first)).toEqual({ 'public.records': 'observed', 'public.datasets': 'observed' });
    const second = await baseline({ tables: ['records'] });
    expect(second).toMatchObject({ rows: 0, tables: [{ state: 'before', rows: 5, position: first.tables[0]?.position }] });
    expect(second.tables[0]?.finishedAt).toBeInstanceOf(Date);
    const again = await baseline({ tables: ['records'], again: true });
    expect(again).toMatchObject({ rows: 5, tables: [{ state: 'observed', rows: 5 }] });
    expect(parseLsn(again.tables[0]?.position ?? '')).toBeGreaterThan(parseLsn(first.tables[0]?.position ?? ''));
    const all = await baseline();
    expect(states(all)).toMatchObject({ 'public.records': 'before', 'public.datasets': 'before', 'public.visits': 'observed' });
    await app.source.query('create table later (id int primary key); insert into later values (1)');
    expect(states(await observe())).toMatchObject({ 'public.visits': 'before', 'public.later': 'observed' });
    await expect(baseline({ tables: ['nowhere'] })).rejects.toThrow(/no such table/);
    await expect(baseline({ tables: ['lines_2025'] })).rejects.toThrow(/partition.*public\.lines/);
    await expect(baseline({ tables: ['passing'] })).rejects.toThrow(/not captured/);
  });

  test('rows go to the tenant that they had in the snapshot, whatever the stream has said since', async () => {
    app = await openCaptureTest(SCHEMA, url);
    await app.setup();
    app.start();
    let moved = false;
    await baseline({
      tables: ['organizations', 'record_chunks'],
      progress: async ({ table }) => {
        if (moved || table !== 'public.organizations') return;
        moved = true;
        await app.source.query(`insert into organizations values ('initech', 'Initech'); delete from datasets where id = 1;
          update datasets set organization_id = 'initech' where id = 2`);
        await until(async () => (await app.events('initech')).some(({ action }) => action === 'dataset.updated'));
        await until(async () => (await app.events('acme')).filter(({ action }) => action === 'record_chunk.deleted').length === 4);
      },
    });
    expect(moved).toBe(true);
    expect(idsOf(await observed('acme', 'record_chunk'))).toEqual(['2,1', '2,2', '4,1', '4,2']);
    expect(idsOf(await observed('globex', 'record_chunk'))).toHaveLength(6);
  });

  test('a table that is truncated or rewritten before it was read is read at a newer snapshot', async () => {
    app = await openCaptureTest(SCHEMA, url);
    let done = false;
    const result = await observe({
      progress: async () => {
        if (done) return;
        done = true;
        await app.source.query(`truncate visits; insert into visits values ('acme', now(), 'after');
          alter table settings alter column value type text; alter table lines detach partition lines_2025`);
      },
    });
    const position = (name: string) => result.tables.find(({ table }) => table === name)?.position;
    expect(new Set(result.tables.map(({ state }) => state))).toEqual(new Set(['observed']));
    expect((await observed('acme', 'visit')).map(({ change }) => change?.after?.['note'])).toEqual(['after']);
    expect(await observed('default', 'setting')).toHaveLength(1);
    expect(parseLsn(position('public.visits') ?? '')).toBeGreaterThan(parseLsn(position('public.datasets') ?? ''));
    expect(position('public.settings')).toBe(position('public.visits'));
    expect(idsOf(await observed('acme', 'line'))).toEqual(['acme,2026-05-01']);
    expect(
      idsOf(await observed('acme', 'lines_2025')).length + idsOf(await observed('acme')).filter((id) => id === 'acme,2025-05-01').length,
    ).toBeGreaterThan(0);
  });

  test('no lock on a table outlives its page', async () => {
    app = await openCaptureTest(SCHEMA, url);
    let locks = -1;
    await observe({
      progress: async () => {
        const answer = await app.source.query<{ n: number }>(
          `select count(*)::int as n from pg_locks l join pg_class c on c.oid = l.relation join pg_namespace n on n.oid = c.relnamespace
           where n.nspname = 'public' and l.database = (select oid from pg_database where datname = current_database())`,
        );
        locks = Math.max(locks, answer.rows[0]?.n ?? 0);
      },
    });
    expect(locks).toBe(0);
  });

  test('a table that may not be read is named with what grants it, and the others are read', async () => {
    app = await openCaptureTest(SCHEMA, url);
    await app.setup();
    const role = `reader_${app.name}`;
    await app.admin.query(`create role ${role} login replication password 'r'`);
    try {
      await app.source.query(`grant select on all tables in schema public to ${role}; revoke select on records, visits from ${role};
        alter table settings enable row level security`);
      const weak = Object.assign(new URL(app.sourceUrl), { username: role, password: 'r' }).href;
      const result = await baseline({ sourceUrl: weak });
      const refused = result.tables.filter(({ state }) => state === 'refused');
      expect(refused.map(({ table, remedy }) => [table, remedy])).toEqual([
        ['public.record_chunks', `GRANT SELECT ON public.records TO ${role}`],
        ['public.records', `GRANT SELECT ON public.records TO ${role}`],
        ['public.settings', `ALTER ROLE ${role} BYPASSRLS`],
        ['public.visits', `GRANT SELECT ON public.visits TO ${role}`],
      ]);
      expect(states(result)).toMatchObject({ 'public.datasets': 'observed', 'public.lines': 'observed' });
      await app.source.query(refused.map(({ remedy }) => remedy).join(';'));
      expect(new Set(Object.values(states(await baseline({ sourceUrl: weak }))))).toEqual(new Set(['before', 'observed']));
      expect(idsOf(await observed('acme', 'record_chunk'))).toHaveLength(4);
    } finally {
      await app.source.query(`drop owned by ${role}`);
      await app.admin.query(`drop role ${role}`);
    }
  });

  test('a key whose type comes from an extension is compared as that type', async () => {
    app = await openCaptureTest(
      `create schema extra; create extension citext schema extra;
       create table words (word extra.citext, nr int, primary key (word, nr));
       create table names (name extra.citext primary key);
       insert into words select case when n % 2 = 0 then 'K' else 'k' end || n, 1 from generate_series(1, 500) n;
       insert into names select case when n % 3 = 0 then 'Name' else 'name' end || n from generate_series(1, 500) n`,
      url,
    );
    await observe();
    expect(await observed('default', 'word')).toHaveLength(500);
    expect(new Set(idsOf(await observed('default', 'name'))).size).toBe(500);
  });

  test('two runs at once: one of them gives way, and every row is observed once', async () => {
    app = await openCaptureTest('create table bots (id int primary key); insert into bots select generate_series(1, 3000)', url);
    await app.setup();
    const runs = await Promise.allSettled([baseline(), baseline()]);
    expect(runs.some(({ status }) => status === 'fulfilled')).toBe(true);
    await baseline();
    expect(await observed('default', 'bot')).toHaveLength(3_000);
  });

  test('after a gap the rows are to be observed anew', async () => {
    app = await openCaptureTest('create table bots (id int primary key); insert into bots values (1), (2)', url);
    await observe();
    await app.source.query('select pg_drop_replication_slot($1)', [app.slot]);
    const capture = app.start();
    await until(() => capture.status().state === 'stopped');
    await expect(baseline()).rejects.toThrow(/is stopped/);
    await app.source.query('insert into bots values (3)');
    await app.resume();
    const again = await baseline();
    expect(again.tables).toMatchObject([{ state: 'observed', rows: 3 }]);
    expect(idsOf(await observed('default', 'bot'))).toEqual(['1', '1', '2', '2', '3']);
  });
});
