import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CaptureTest, openCaptureTest, until } from '../capture.test.fixture.ts';
import { parseMapping } from '../mapping/load.ts';
import { type PreviewedTable, capturePreview } from './preview.ts';

const SCHEMA = `
  create table organizations (id text primary key, name text);
  create table projects (id int primary key, organization_id text references organizations, title text, api_key text, updated_at timestamptz);
  create table tasks (id int primary key, project_id int references projects, body text);
  create table words (word text);
  create unlogged table scratch (id int primary key);
  create table parts (id int, at date, primary key (id, at)) partition by range (at);
  create table parts_2026 partition of parts for values from ('2026-01-01') to ('2027-01-01');
  create type mood as enum ('glad', 'sad');
  create domain amount as numeric(40, 10);
  create table kinds (id bigint primary key, yes boolean, big numeric, money amount, single real, double double precision, fixed char(5), bin bytea, day date,
    at timestamptz, plain timestamp, span interval, doc jsonb, raw json, list int[], names text[], feeling mood, feelings mood[], net inet, ip cidr, uid uuid,
    spread int4range, cash money, flag bit(3), way point, twice bigint generated always as (id * 2) stored, nothing text);`;

const KINDS = `insert into kinds (id, yes, big, money, single, double, fixed, bin, day, at, plain, span, doc, raw, list, names, feeling, feelings, net, ip, uid, spread, cash, flag, way)
  values (9007199254740993, true, 123456789012345678901234567890.123, 1.5, 0.1, 1e300, 'ab', '\\xdeadbeef', '0044-03-15 BC', '2026-11-22 20:00:00.123456+02', 'infinity',
    '1 year 2 days 03:04:05.6', '{"n": 12345678901234567890, "a": [1, null]}', '{"b":  1}', '{1,NULL,3}', '{"a,b",c}', 'glad', '{sad}', '10.0.0.1', '10.0.0.0/8',
    '3f1c6d3a-4a8e-4c6d-9b1e-0a1b2c3d4e5f', '[1,5)', 12.5, '101', '(1,2)')`;

let app: CaptureTest;

beforeAll(async () => {
  app = await openCaptureTest(SCHEMA);
  await app.source.query(`insert into organizations values ('acme', 'Acme');
    insert into projects values (1, 'acme', 'Site', 'sk_live_1', now());
    insert into tasks select n, 1, 'task ' || n from generate_series(1, 9) n;
    insert into tasks values (10, null, 'alone');
    insert into words values ('hello'); insert into parts values (1, '2026-05-05')`);
}, 120_000);

afterAll(() => app.close());

const preview = async (mapping?: string, table?: string, limit = 3) => {
  const said = mapping === undefined ? undefined : parseMapping(mapping, 'm.yaml').of(app.name);
  const options = { ...(said === undefined ? {} : { mapping: () => said }), ...(table === undefined ? {} : { table }) };
  return capturePreview({ sourceUrl: app.sourceUrl, name: app.name, limit, ...options });
};
const named = (tables: readonly PreviewedTable[], name: string): PreviewedTable | undefined =>
  tables.find(({ table }) => table === `public.${name}`);

test('every table, with what capture makes of it and a few rows as events; nothing is written', async () => {
  const before = await app.source.query('select pg_current_wal_insert_lsn() as lsn, (select count(*) from pg_replication_slots) as slots');
  const { tables, findings } = await preview();
  expect(findings).toEqual([]);
  expect(tables.map(({ table, state }) => `${table} ${state}`)).toEqual([
    'public.kinds captured',
    'public.organizations captured',
    'public.parts captured',
    'public.projects captured',
    'public.scratch not_covered',
    'public.tasks captured',
    'public.words captured',
  ]);
  expect(named(tables, 'projects')).toMatchObject({
    resourceType: 'project',
    id: ['id'],
    name: 'title',
    tenant: ['organization_id', 'organization_id -> public.organizations'],
    related: ['organization_id -> organization'],
    noise: ['updated_at'],
    redacted: { api_key: 'api_key' },
    events: [
      {
        action: 'project.observed',
        tenant: 'acme',
        tenantBy: 'organization_id',
        resource: { type: 'project', id: '1', name: 'Site' },
        related: [{ relation: 'organization', type: 'organization', id: 'acme' }],
        change: { after: { api_key: { redacted: 'api_key' }, title: 'Site' } },
      },
    ],
  });
  expect(JSON.stringify(tables)).not.toContain('sk_live_1');
  expect(named(tables, 'tasks')?.events).toHaveLength(3);
  expect(named(tables, 'tasks')?.events[0]).toMatchObject({ tenant: 'acme', tenantBy: 'project_id -> public.projects' });
  expect(named(tables, 'words')?.events[0]).toMatchObject({ tenant: 'default', tags: ['tenant:unknown'], resource: { type: 'word' } });
  expect(named(tables, 'parts')?.events[0]).toMatchObject({ resource: { type: 'part', id: '1,2026-05-05' } });
  const after = await app.source.query('select pg_current_wal_insert_lsn() as lsn, (select count(*) from pg_replication_slots) as slots');
  expect(after.rows[0]?.slots).toBe(before.rows[0]?.slots);
  expect(await app.tenants()).toEqual([]);
});

test('a mapping shows its effect, and what it names in vain', async () => {
  const { tables, findings } = await preview(
    'tables: {tasks: {tenant: {fixed: platform}, redact: [body], type: todo}, words: {skip: true}, wrods: {}}',
  );
  expect(named(tables, 'tasks')).toMatchObject({
    resourceType: 'todo',
    tenant: ['platform, by the mapping file'],
    redacted: { body: 'mapping' },
  });
  expect(named(tables, 'tasks')?.events[0]).toMatchObject({
    action: 'todo.observed',
    tenant: 'platform',
    change: { after: { body: { redacted: 'mapping' } } },
  });
  expect(named(tables, 'words')).toMatchObject({ state: 'skipped', events: [] });
  expect(findings).toMatchObject([{ place: 'm.yaml:1:95', found: 'the source has no table public.wrods' }]);
});

test('one table, by its name', async () => {
  const { tables } = await preview(undefined, 'tasks', 20);
  expect(tables).toHaveLength(1);
  expect(tables[0]?.events).toHaveLength(10);
  expect(tables[0]?.events.find(({ resource }) => resource?.id === '10')).toMatchObject({
    tenant: 'default',
    tenantBy: 'the row leads to no tenant',
  });
  await expect(preview(undefined, 'taks')).rejects.toThrow('the source has no table taks; did you mean public.tasks?');
});

test('a table that the role may not read is named, and the others are shown', async () => {
  const role = `preview_${app.name}`;
  await app.source.query(`create role ${role} login password 'p'; grant select on organizations to ${role}`);
  const url = Object.assign(new URL(app.sourceUrl), { username: role, password: 'p' }).href;
  try {
    const { tables } = await capturePreview({ sourceUrl: url, name: app.name, limit: 1 });
    expect(named(tables, 'tasks')).toMatchObject({ state: 'unreadable', reason: 'permission denied for table tasks', events: [] });
    expect(named(tables, 'organizations')?.events).toHaveLength(1);
  } finally {
    await app.source.query(`drop owned by ${role}; drop role ${role}`);
  }
});

test('a row that was read says to the letter what the stream says of it', async () => {
  await app.setup();
  const capture = app.start();
  await until(() => capture.status().state === 'streaming');
  await app.source.query(KINDS);
  await until(async () => (await app.events('default')).some(({ action }) => action === 'kind.created'));
  const streamed = (await app.events('default')).find(({ action }) => action === 'kind.created');
  const { tables } = await preview(undefined, 'kinds');
  expect(tables[0]?.events[0]?.change?.after).toEqual(streamed?.change?.after);
  expect(Object.keys(streamed?.change?.after ?? {}).length).toBeGreaterThan(24);
  expect(streamed?.change?.after).toMatchObject({ yes: true, fixed: 'ab   ', bin: '\\xdeadbeef', net: '10.0.0.1' });
});
