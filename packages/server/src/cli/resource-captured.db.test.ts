// What became of rows of a real database, captured: their state at each time, through a TRUNCATE, a gap and what came after it.

import { afterEach, expect, test } from 'vitest';
import { type CaptureTest, openCaptureTest, until } from '../capture/capture.test.fixture.ts';
import { makeGaps } from '../query/gaps.ts';
import type { ReadScope } from '../query/present.ts';
import { resourceState, type StateAnswer } from '../query/state.ts';
import { makeTruncations } from '../query/truncations.ts';
import { makeTenants } from '../store/tenants.ts';

const SCHEMA = `
  create table organizations (id text primary key, name text);
  create table bots (id int primary key, organization_id text references organizations, model text, config jsonb);
  insert into organizations values ('acme', 'Acme')`;

let app: CaptureTest;

afterEach(async () => {
  await app.close();
});

test('rows as they were, through a truncation and a lost slot', async () => {
  app = await openCaptureTest(SCHEMA);
  const tenants = makeTenants(app.store.appender);
  const written = async (count: number): Promise<string> => {
    await until(async () => (await app.events('acme')).filter(({ resource }) => resource?.type === 'bot').length === count);
    return (await app.events('acme')).at(-1)?.occurredAt ?? '';
  };
  const state = async (id: string, at?: string): Promise<StateAnswer> => {
    const ask = { reader: app.store.reader, gaps: makeGaps(app.store.reader, tenants), truncations: makeTruncations() };
    return resourceState(ask, (await tenants.byName('acme')) as ReadScope, { type: 'bot', id }, { at });
  };
  await app.setup();
  const capture = app.start();
  await until(() => capture.status().state === 'streaming');
  await app.source.query(`insert into bots values (1, 'acme', 'small', '{"limits": {"max": 1}}'), (2, 'acme', 'small', null)`);
  const made = await written(2);
  await app.as({ actor: { type: 'user', id: 'usr_maria' } }, `update bots set config = '{"limits": {"max": 2}}' where id = 1`);
  const changed = await written(3);
  await app.source.query('truncate bots');
  // No other table leads to its tenant through this one, so nobody knows whose rows these were.
  await until(async () => (await app.events('default')).some(({ action }) => action === 'bot.truncated'));
  expect((await state('1', made)).values).toMatchObject({ model: 'small', config: { limits: { max: 1 } } });
  const one = await state('1', changed);
  expect(one).toMatchObject({ standing: 'present', values: { model: 'small', config: { limits: { max: 2 } } }, doubts: [] });
  expect(one.fields.map(({ field, setBy }) => [field, setBy?.action, setBy?.actor?.id])).toEqual([
    ['config/limits/max', 'bot.updated', 'usr_maria'],
    ['id', 'bot.created', undefined],
    ['model', 'bot.created', undefined],
    ['organization_id', 'bot.created', undefined],
  ]);
  expect(await state('2')).toMatchObject({ standing: 'deleted', last: { action: 'bot.truncated' }, doubts: [] });

  await app.source.query(`insert into bots values (3, 'acme', 'small', null), (4, 'acme', 'small', null)`);
  await written(5);
  await capture.stop();
  const idle = 'select from pg_replication_slots where slot_name = $1 and not active';
  await until(async () => (await app.admin.query(idle, [app.slot])).rowCount === 1);
  await app.source.query('select pg_drop_replication_slot($1)', [app.slot]);
  await app.source.query(`update bots set model = 'hidden' where id = 3`);
  const again = app.start();
  await until(() => again.status().state === 'stopped');
  expect((await state('3')).doubts).toEqual([
    { kind: 'gap', from: expect.any(String), detail: `changes of the source ${app.name} may be missing (slot_missing)` },
  ]);
  await app.resume();
  await until(() => again.status().state === 'streaming');
  expect((await state('3')).doubts).toMatchObject([{ kind: 'gap', from: expect.any(String), to: expect.any(String) }]);
  await app.source.query(`update bots set config = '{}' where id = 3`);
  await written(6);
  // Seen again: what went unrecorded shows by what was found.
  expect(await state('3')).toMatchObject({
    values: { model: 'hidden', config: {} },
    doubts: [{ kind: 'unrecorded_change', fields: ['model'] }],
  });
  expect((await state('4')).doubts).toMatchObject([{ kind: 'gap' }]);
});
