import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEvent } from '@indelible/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CaptureTest, openCaptureTest, until } from '../capture.test.fixture.ts';
import type { Capture } from '../capture.ts';
import { captureDoctor } from '../doctor/doctor.ts';
import { MappingFile } from './watch.ts';

const SCHEMA = `
  create table organizations (id text primary key, name text);
  create table projects (id int primary key, organization_id text references organizations on delete cascade, title text);
  create table tasks (id int primary key, code text unique not null, project_id int references projects on delete cascade, pin text, pings int default 0, owner_org text);
  create table notes (id int primary key, task_code text references tasks (code) on delete cascade, body text);
  create table plans (id int primary key, title text);
  create table sessions (id int primary key, organization_id text, data text);`;

const WHOLE = `tables:
  projects: {skip: true}
  tasks: {type: job, id: code, name: code, noise: [pings], redact: [pin]}
  plans: {tenant: {fixed: platform}}
  sessions: {skip: true}
  ghosts: {skip: true}
  notes: {redact: [boddy]}
`;

let app: CaptureTest;
let folder: string;
let file: string;
let mapping: MappingFile;
let capture: Capture;
const logged: string[] = [];

/** As an editor does it: a new file in the place of the old one. */
async function write(text: string): Promise<void> {
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

async function captured(tenant: string, count: number): Promise<AuditEvent[]> {
  await until(async () => (await app.events(tenant)).length >= count);
  const events = await app.events(tenant);
  expect(events.map(({ action }) => action)).toHaveLength(count);
  return events;
}

const onRecord = async (): Promise<AuditEvent[]> => (await app.events('_operator')).filter(({ action }) => action === 'capture.mapping');

beforeAll(async () => {
  app = await openCaptureTest(SCHEMA);
  folder = await mkdtemp(join(tmpdir(), 'mapping-'));
  file = join(folder, 'mapping.yaml');
  await write(WHOLE);
  await app.source.query(`insert into organizations values ('acme', 'Acme'); insert into projects values (1, 'acme', 'Old')`);
  await app.setup();
  mapping = await MappingFile.open(file, { info: () => {}, error: (_fields, message) => void logged.push(message) });
  capture = app.start({ mapping: () => mapping.of(app.name) });
  await until(() => capture.status().state === 'streaming');
}, 120_000);

afterAll(async () => {
  mapping.close();
  await app.close();
  await rm(folder, { recursive: true });
});

test('a skipped table makes no events and is counted, and rows still find their tenant through it', async () => {
  await app.source.query(`insert into projects values (2, 'acme', 'New');
    insert into sessions values (1, 'acme', 'x');
    insert into tasks (id, code, project_id, pin) values (7, 'T-7', 2, '1234');
    insert into notes values (1, 'T-7', 'hello')`);
  const [task, note] = await captured('acme', 2);
  expect(task).toMatchObject({
    action: 'job.created',
    resource: { type: 'job', id: 'T-7', name: 'T-7' },
    related: [{ relation: 'project', type: 'project', id: '2' }],
    change: { after: { pin: { redacted: 'mapping' }, pings: 0 } },
  });
  expect(JSON.stringify(task)).not.toContain('1234');
  // The id of a task is its code now, which the note holds.
  expect(note).toMatchObject({ action: 'note.created', related: [{ relation: 'task_code', type: 'job', id: 'T-7' }] });
  expect(capture.status().counters).toMatchObject({ skippedByMapping: 2, tenantUnknown: 0 });
});

test('noise, a fixed tenant, and TRUNCATE of both kinds of tables', async () => {
  await app.source.query(`update tasks set pings = 5; update tasks set pin = '5678', pings = 6;
    insert into plans values (1, 'Gold'); truncate sessions; truncate plans`);
  const events = await captured('acme', 3);
  expect(events[2]).toMatchObject({
    action: 'job.updated',
    change: { before: { pings: 5 }, after: { pings: 6 }, fields: ['pin', 'pings'] },
  });
  expect((await captured('platform', 2)).map(({ action, tags }) => [action, tags])).toEqual([
    ['plan.created', undefined],
    ['plan.truncated', undefined],
  ]);
  expect(capture.status().counters).toMatchObject({ skippedByMapping: 3, skippedNoise: 1, tenantUnknown: 0 });
});

test('the operator’s log says what is skipped, before the first row', async () => {
  const [event, ...more] = await onRecord();
  expect(more).toEqual([]);
  expect(event).toMatchObject({
    category: 'system',
    severity: 'high',
    operation: 'update',
    resource: { type: 'capture_source', id: app.name },
    metadata: {
      detail: '3 tables are skipped: their changes make no events',
      skipped: ['public.projects', 'public.sessions', 'public.ghosts'],
      sha256: mapping.of(app.name).sha256,
    },
    change: { before: {}, after: { tables: { 'public.projects': { skip: true }, 'public.plans': { tenant: { fixed: 'platform' } } } } },
  });
  expect(event?.change?.fields).toContain('tables/public.projects');
});

test('what the source does not have is told with its place, and the doctor says it too', async () => {
  const told = app.logged.filter(({ level, message }) => level === 'warn' && message.startsWith(file)).map(({ message }) => message);
  expect(told).toEqual([
    `${file}:6:3: the source has no table public.ghosts; take it out of the file, unless it is still to come`,
    `${file}:7:20: the table public.notes has no column boddy; write body, or take it out of the file`,
  ]);
  const checks = await captureDoctor({ sourceUrl: app.sourceUrl, name: app.name, mapping: () => mapping.of(app.name) });
  expect(checks.filter(({ item }) => item === 'mapping').map(({ verdict, found }) => `${verdict} ${found}`)).toEqual([
    `warning ${file}:6:3: the source has no table public.ghosts`,
    `warning ${file}:7:20: the table public.notes has no column boddy`,
    `warning ${file}:2:14: changes of public.projects make no events`,
    `warning ${file}:5:14: changes of public.sessions make no events`,
  ]);
});

test('a file that cannot be used is told, and the one before stays in force', async () => {
  await write('tables:\n  sessions: {skip: flase}\n');
  await until(() => logged.length > 0);
  expect(logged[0]).toBe(`the mapping file cannot be used, and the one before stays in force: ${file}:2:14: skip: expected true or false`);
  await app.source.query(`insert into sessions values (2, 'acme', 'y')`);
  await until(() => capture.status().counters.skippedByMapping === 4);
  expect(await onRecord()).toHaveLength(1);
});

test('a new file is in force without a restart, and on record', async () => {
  await write(`tables:
  projects: {tenant: none}
  tasks: {tenant: owner_org, redact: [code]}
`);
  await until(async () => (await onRecord()).length === 2);
  await app.source.query(`insert into sessions values (3, 'acme', 'z');
    insert into tasks (id, code, owner_org) values (8, 'T-8', 'globex');
    insert into notes values (2, 'T-8', 'new'), (3, 'T-7', 'old')`);
  const events = await captured('acme', 4);
  expect(events[3]).toMatchObject({ action: 'session.created', resource: { id: '3' } });
  const [task, note] = await captured('globex', 2);
  expect(task).toMatchObject({
    action: 'task.created',
    resource: { type: 'task', id: '8' },
    change: { after: { code: { redacted: 'mapping' } } },
  });
  expect(note).toMatchObject({ action: 'note.created', change: { after: { task_code: { redacted: 'mapping' } } } });
  // The row that T-7 is has no owner: what the map knew of it by the rule before does not hold any more.
  expect((await captured('default', 1))[0]).toMatchObject({ action: 'note.created', resource: { id: '3' }, tags: ['tenant:unknown'] });
  expect((await onRecord())[1]).toMatchObject({
    metadata: { detail: 'no table is skipped', skipped: [] },
    change: {
      before: { tables: { 'public.sessions': { skip: true } } },
      after: { tables: { 'public.projects': { tenant: { fixed: 'default' } } } },
    },
  });
  // A key that is a secret now is not in the map as it was.
  const kept = await app.store.owner.query(`select from indelible.tenant_map where key in ('T-7', 'T-8')`);
  expect(kept.rowCount).toBe(0);
});

test('over a restart the same mapping makes no event, and its absence does', async () => {
  await capture.stop();
  capture = app.start({ mapping: () => mapping.of(app.name) });
  await until(() => capture.status().state === 'streaming');
  await capture.stop();
  expect(await onRecord()).toHaveLength(2);
  capture = app.start();
  await until(() => capture.status().state === 'streaming');
  const events = await onRecord();
  expect(events).toHaveLength(3);
  expect(events[2]?.change?.after).toEqual({});
  expect(events[2]?.metadata).not.toHaveProperty('sha256');
});
