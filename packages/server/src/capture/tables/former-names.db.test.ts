// Secrets, skipped tables and tenants of rows that are read after their table or column was renamed or dropped.

import { afterEach, expect, test } from 'vitest';
import { captureBaseline } from '../baseline/baseline.ts';
import { type CaptureTest, openCaptureTest, until } from '../capture.test.fixture.ts';
import { parseMapping } from '../mapping/load.ts';
import type { SourceMapping } from '../mapping/mapping.ts';

const SCHEMA = `
  create table marks (id int primary key, organization_id text);
  create table bots (id int primary key, organization_id text, system_prompt text);
  create table sessions (id int primary key, organization_id text, body text);
  create table plain (id int primary key, organization_id text, note text);
`;
const MAPPING = `tables: { bots: { redact: [system_prompt] }, sessions: { skip: true } }`;

let app: CaptureTest;

afterEach(async () => {
  await app.close();
});

const mappingOf = (text: string): SourceMapping => parseMapping(text, 'm.yaml').of(app.name);

let marks = 0;

/** Waits until everything before this moment is in the trail. */
async function caughtUp(): Promise<void> {
  const id = String(++marks);
  await app.source.query(`insert into marks values ($1, 'mark')`, [id]);
  await until(async () => (await app.events('mark')).some(({ resource }) => resource?.id === id));
}

/** The secrets of the tests that are in the trail. */
async function leaked(): Promise<string[]> {
  return JSON.stringify((await app.store.owner.query('select * from indelible.event')).rows).match(/TOP-\d/g) ?? [];
}

test('what the mapping redacts or skips is so, whatever a migration does before the row is read', async () => {
  app = await openCaptureTest(SCHEMA);
  await app.setup();
  const mapping = mappingOf(MAPPING);
  await app.source.query(`
    insert into bots values (1, 'acme', 'TOP-1');
    alter table bots rename column system_prompt to prompt;
    insert into bots values (2, 'acme', 'TOP-2');
    alter table bots add column level int;
    insert into bots values (4, 'acme', 'TOP-6', 7);
    alter table bots drop column prompt, drop column level;
    alter table bots add column words text;
    insert into bots values (3, 'acme', 'TOP-3');
    alter table bots drop column words;
    alter table bots rename to robots;
    insert into sessions values (1, 'acme', 'TOP-4');
    alter table sessions rename to old_sessions;
    insert into old_sessions values (2, 'acme', 'TOP-5')`);
  const capture = app.start({ mapping: () => mapping });
  await caughtUp();
  expect(await leaked()).toEqual([]);
  expect((await app.events('acme')).map(({ action, resource }) => `${action} ${resource?.id}`)).toEqual([
    'bot.created 1',
    'bot.created 2',
    'bot.created 4',
    'bot.created 3',
  ]);
  expect(capture.status().counters.skippedByMapping).toBe(2);
});

test('a rename that was read stays one: over polls, a restart, another mapping and a new slot', async () => {
  app = await openCaptureTest(SCHEMA);
  await app.setup();
  let mapping = mappingOf(MAPPING);
  const options = { mapping: () => mapping };
  const capture = app.start(options);
  await caughtUp();
  await app.source.query(`
    alter table bots rename column system_prompt to prompt;
    alter table sessions rename to old_sessions;
    insert into bots values (1, 'acme', 'TOP-1');
    insert into old_sessions values (1, 'acme', 'TOP-2')`);
  await caughtUp();
  mapping = mappingOf(`${MAPPING}\nnoiseColumns: [updated_at]`);
  await app.source.query(`insert into bots values (2, 'acme', 'TOP-3'); insert into old_sessions values (2, 'acme', 'TOP-4')`);
  await caughtUp();
  await capture.stop();
  await app.admin.query('select pg_drop_replication_slot($1)', [app.slot]);
  const stopped = app.start(options);
  await until(() => stopped.status().state === 'stopped');
  await stopped.stop();
  await app.resume(options);
  app.start(options);
  await caughtUp();
  await app.source.query(`insert into bots values (3, 'acme', 'TOP-5'); insert into old_sessions values (3, 'acme', 'TOP-6')`);
  await caughtUp();
  expect(await leaked()).toEqual([]);
  expect((await app.events('acme')).map(({ action, resource }) => `${action} ${resource?.id}`)).toEqual([
    'bot.created 1',
    'bot.created 2',
    'bot.created 3',
  ]);
  await captureBaseline({ sourceUrl: app.sourceUrl, name: app.name, appender: app.store.appender, ...options });
  expect((await app.events('acme')).filter(({ action }) => action.endsWith('.observed')).length).toBe(3);
  expect(await leaked()).toEqual([]);
  // Whoever takes it out of the file has decided.
  mapping = mappingOf('tables: {}');
  await until(async () => (await app.events('_operator')).filter(({ action }) => action === 'capture.mapping').length === 3);
  await app.source.query(`insert into bots values (4, 'acme', 'TOP-7')`);
  await caughtUp();
  expect(await leaked()).toEqual(['TOP-7']);
});

test('a renamed or dropped tenant column leads rows of before to their tenant', async () => {
  app = await openCaptureTest(SCHEMA);
  await app.setup();
  const mapping = mappingOf('tables: { sessions: { tenant: body } }');
  await app.source.query(`
    insert into plain values (1, 'acme', 'a');
    alter table plain rename column organization_id to owned_by;
    alter table plain rename to simple;
    insert into bots values (1, 'acme', 'a');
    alter table bots drop column organization_id;
    insert into sessions values (1, 'globex', 'acme');
    alter table sessions rename column body to tenant_name`);
  app.start({ mapping: () => mapping });
  await caughtUp();
  expect(await app.tenants()).toEqual(['_operator', 'acme', 'mark']);
  expect((await app.events('acme')).map(({ action }) => action)).toEqual(['plain.created', 'bot.created', 'session.created']);
});
