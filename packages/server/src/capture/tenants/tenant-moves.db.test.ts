// A row that leads to another is filed by whose that other was when the row was committed, not by whose it is when it is read.

import { afterEach, expect, test } from 'vitest';
import { type CaptureTest, openCaptureTest, until } from '../capture.test.fixture.ts';
import type { Capture } from '../capture.ts';
import { captureResume } from '../setup/resume.ts';
import { captureSetup } from '../setup/setup.ts';
import type { SourceMapping } from '../mapping/mapping.ts';

const SCHEMA = `
  create table datasets (id int primary key, tenant_id text, note text);
  create table sentinel (id int primary key);
  insert into datasets values (5, 'a', 'x'), (6, 'b', 'y')`;
const BOTS = 'create table bots (id int primary key, dataset_id int references datasets, note text)';

let app: CaptureTest;

afterEach(async () => {
  await app.close();
});

async function opened(schema: string): Promise<CaptureTest> {
  app = await openCaptureTest(schema);
  await app.setup({ ddl: true });
  return app;
}

async function streaming(): Promise<Capture> {
  const capture = app.start();
  await until(() => capture.status().state === 'streaming');
  return capture;
}

/** Nobody reads the slot any more. */
async function stop(capture: Capture): Promise<void> {
  await capture.stop();
  const slot = 'select from pg_replication_slots where slot_name = $1 and active';
  await until(async () => (await app.admin.query(slot, [app.slot])).rowCount === 0);
}

let sentinels = 0;

/** Everything that was written is in the trail. */
async function settled(): Promise<void> {
  const id = String(++sentinels);
  await app.source.query('insert into sentinel values ($1)', [id]);
  await until(async () => (await app.events('default')).some(({ resource }) => resource?.type === 'sentinel' && resource.id === id));
}

async function notes(tenant: string): Promise<string> {
  return JSON.stringify((await app.events(tenant)).map(({ change }) => [change?.before?.['note'], change?.after?.['note']]));
}

/** Everything is known as it was filled, and nothing is waited for. */
async function filled(): Promise<void> {
  await until(async () => {
    const answer = await app.store.owner.query<{ tenant: string }>(`select tenant from indelible.tenant_map where table_name = ''`);
    return answer.rows.length > 0 && answer.rows.every(({ tenant }) => !tenant.startsWith('pending'));
  });
}

test('a gap, a row, a move, and the slot goes on: the row is not told to whom its parent belongs now', async () => {
  await opened(`${SCHEMA}; ${BOTS}`);
  await stop(await streaming());
  await app.source.query(`alter publication "${app.slot}" set (publish = 'insert')`);
  const capture = app.start();
  await until(() => capture.status().state === 'stopped');
  await app.source.query(`insert into bots values (1, 5, 'secret of tenant a')`);
  await app.source.query(`update datasets set tenant_id = 'b' where id = 5`);
  expect(await app.resume()).toMatchObject({ resumed: true, slot: 'kept' });
  await until(() => capture.status().state === 'streaming');
  await filled();
  await app.source.query(`insert into bots values (2, 5, 'of b alone')`);
  await settled();
  expect(await notes('b')).toContain('of b alone');
  expect(await notes('b')).not.toContain('secret of tenant a');
  expect(await notes('a')).not.toContain('of b alone');
  const unknown = (await app.events('default')).find(({ resource }) => resource?.type === 'bot' && resource.id === '1');
  expect(unknown).toMatchObject({ tags: ['tenant:unknown'], change: { after: { note: 'secret of tenant a' } } });
});

test('within a hole nothing is known, not even what the stream told in it', async () => {
  await opened(`${SCHEMA}; ${BOTS}`);
  const first = await streaming();
  await app.source.query(`alter publication "${app.slot}" set (publish = 'insert')`);
  await until(() => first.status().state === 'stopped');
  // The stream tells of 7 in tenant a, and hides that it moved before the bot was made.
  await app.source.query(`insert into datasets values (7, 'a', 'z')`);
  await app.source.query(`update datasets set tenant_id = 'b' where id = 7`);
  await app.source.query(`insert into bots values (1, 7, 'secret of tenant b')`);
  await app.source.query(`delete from bots`);
  await app.source.query(`delete from datasets where id = 7`);
  await app.resume();
  await until(() => first.status().state === 'streaming');
  await settled();
  expect(await notes('a')).not.toContain('secret of tenant b');
  expect(await notes('default')).toContain('secret of tenant b');
}, 60_000);

test('a reference that is new while nobody captures: its rows are not led by what their parents became since', async () => {
  await opened(SCHEMA);
  await stop(await streaming());
  await app.source.query(`${BOTS}; insert into bots values (1, 5, 'secret of tenant a')`);
  await app.source.query(`insert into datasets values (8, 'a', 'new'); insert into bots values (3, 8, 'also of a')`);
  await app.source.query(`update datasets set tenant_id = 'b' where id in (5, 8)`);
  const capture = await streaming();
  await filled();
  await app.source.query(`insert into bots values (2, 5, 'of b alone'), (4, 6, 'never moved')`);
  await settled();
  expect(await notes('b')).toContain('of b alone');
  expect(await notes('b')).toContain('never moved');
  expect(await notes('b')).not.toMatch(/secret of tenant a|also of a/);
  // What the stream itself told is known, also before the snapshot.
  expect(await notes('a')).toContain('also of a');
  expect(await notes('a')).not.toContain('of b alone');
  expect(await notes('default')).toContain('secret of tenant a');
  await stop(capture);
});

test('a transaction that writes for long holds up the snapshot and not the capture', async () => {
  await opened(SCHEMA);
  const capture = await streaming();
  const long = await app.source.connect();
  try {
    await long.query('begin');
    await long.query(`insert into datasets values (9, 'a', 'open')`);
    await app.source.query(`create table bots (id int primary key, dataset_id int, note text)`);
    await app.source.query(`insert into bots values (0, 5, 'without reference')`);
    // While a row is written a reference cannot be made; one that says nothing of it can be.
    await long.query('commit');
    await app.source.query('alter table bots add foreign key (dataset_id) references datasets');
    await long.query('begin');
    await long.query(`insert into sentinel values (-1)`);
    await app.source.query(`create table parts (bot_id int references bots, note text)`);
    await app.source.query(`insert into bots values (1, 5, 'too early')`);
    await app.source.query(`update datasets set tenant_id = 'b' where id = 5`);
    await app.source.query(`insert into bots values (2, 5, 'of b: told by the stream')`);
    await app.source.query(`delete from datasets where id = 6; insert into datasets values (6, 'c', 'another'); truncate parts`);
    await settled();
    expect(await notes('b')).toContain('told by the stream');
    await long.query('commit');
  } finally {
    long.release();
  }
  await filled();
  await app.source.query(`insert into bots values (3, 5, 'late'), (4, 6, 'of c')`);
  await settled();
  expect(await notes('b')).toContain('late');
  expect(await notes('c')).toContain('of c');
  expect(await notes('a')).not.toMatch(/told by the stream|late/);
  expect(await notes('b')).not.toMatch(/too early|of c/);
  expect(capture.status().state).toBe('streaming');
}, 60_000);

test('a table that was out of the publication for a while leads by what it says afterwards', async () => {
  await opened(`${SCHEMA}; ${BOTS}`);
  await streaming();
  await app.source.query(`insert into bots values (1, 5, 'of a')`);
  await settled();
  expect(await notes('a')).toContain('of a');
  // Whoever looks at the source sees it published all the time.
  await app.source.query(`begin; alter publication "${app.slot}" drop table datasets; update datasets set tenant_id = 'b' where id = 5;
    alter publication "${app.slot}" add table datasets; commit`);
  await until(async () => (await app.events('_operator')).some(({ metadata }) => metadata?.['reason'] === 'table_unpublished'));
  await filled();
  await app.source.query(`insert into bots values (2, 5, 'of b alone')`);
  await settled();
  expect(await notes('b')).toContain('of b alone');
  expect(await notes('a')).not.toContain('of b alone');
}, 60_000);

test('resume and setup refuse to work by another mapping than the one on record, unless it is chosen', async () => {
  await opened(`${SCHEMA}; ${BOTS}`);
  const mapping: SourceMapping = {
    sha256: 'x',
    tables: new Map([['public.datasets', { tenant: { fixed: 'shared' } }]]),
    place: () => 'mapping.yaml:1:1',
  };
  const capture = app.start({ mapping: () => mapping });
  await until(() => capture.status().state === 'streaming');
  const options = { sourceUrl: app.sourceUrl, name: app.name, appender: app.store.appender, ddl: false };
  await expect(captureSetup(options)).rejects.toThrow(/captured by another mapping.*public\.datasets.*--mapping/);
  await captureSetup({ ...options, mapping: () => mapping });
  await stop(capture);
  await app.source.query('select pg_drop_replication_slot($1)', [app.slot]);
  const again = app.start({ mapping: () => mapping });
  await until(() => again.status().state === 'stopped');
  const accepted = { ...options, acceptGap: true };
  await expect(captureResume(accepted)).rejects.toThrow(/captured by another mapping/);
  expect((await app.store.owner.query('select from indelible.capture_source where stopped_reason is null')).rowCount).toBe(0);
  expect(await captureResume({ ...accepted, mappingChosen: true })).toMatchObject({ resumed: true });
  await until(() => again.status().state === 'streaming');
});

test('setup puts the mapping that it works by on record', async () => {
  app = await openCaptureTest(SCHEMA);
  const mapping: SourceMapping = { sha256: 'x', tables: new Map([['public.sentinel', { skip: true }]]), place: () => '' };
  const options = { sourceUrl: app.sourceUrl, name: app.name, appender: app.store.appender, ddl: false, mapping: () => mapping };
  await captureSetup(options);
  await captureSetup(options);
  const capture = app.start({ mapping: () => mapping });
  await until(() => capture.status().state === 'streaming');
  expect((await app.events('_operator')).map(({ action }) => action)).toEqual(['capture.mapping', 'capture.started']);
});
