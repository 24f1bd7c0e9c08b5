import { type Redaction, makeRedaction } from '@indelible/core';
import { afterEach, expect, test } from 'vitest';
import { captureBaseline } from '../baseline/baseline.ts';
import { type CaptureTest, openCaptureTest, until } from '../capture.test.fixture.ts';

const SCHEMA = `
  create table organizations (id text primary key);
  create table notes (id int primary key, organization_id text references organizations, body json);
  insert into organizations values ('acme');
`;

let app: CaptureTest;

afterEach(async () => {
  await app.close();
});

/** As a fault in our own code would have it. */
function failing(): Redaction {
  const redaction = makeRedaction();
  return {
    ...redaction,
    apply: (value) => {
      if (JSON.stringify(value).includes('poison')) throw new Error('poison and a secret');
      return redaction.apply(value);
    },
  };
}

test('a row whose values cannot be read is an event without values, and those behind it follow', async () => {
  app = await openCaptureTest(SCHEMA);
  const { source, logged } = app;
  await app.setup();
  const capture = app.start({ redaction: failing() });
  await source.query(`insert into notes values (1, 'acme', '1'), (2, 'acme', '"poison"'), (3, 'acme', '3')`);
  await source.query(`insert into notes values (4, 'acme', '"poison"')`);
  const notes = async () => (await app.events('acme')).filter(({ resource }) => resource?.type === 'note');
  await until(async () => (await notes()).length === 4);
  const [first, second, third] = await notes();
  expect(first?.change?.after).toEqual({ id: 1, organization_id: 'acme', body: 1 });
  expect(second).toMatchObject({
    action: 'note.created',
    severity: 'high',
    resource: { type: 'note', id: '2' },
    tags: ['capture:unreadable'],
  });
  expect(second?.change).toEqual({
    fields: [],
    unavailable: ['id', 'organization_id', 'body'].map((field) => ({ field, reason: expect.stringContaining('could not be read') })),
  });
  expect(third?.change?.after).toEqual({ id: 3, organization_id: 'acme', body: 3 });
  expect(capture.status()).toMatchObject({ state: 'streaming', counters: { rows: 4, valuesUnreadable: 2 } });
  const told = logged.filter(({ level }) => level === 'error');
  expect(told.map(({ message }) => message)).toEqual([
    expect.stringContaining(`a row of public.notes at ${second?.source?.position} could not be read (1 `),
  ]);
  expect(JSON.stringify(await app.events('acme')) + JSON.stringify(logged)).not.toContain('poison');
});

test('a baseline goes on behind a row whose values cannot be read', async () => {
  app = await openCaptureTest(SCHEMA);
  const { source, sourceUrl, name, store } = app;
  await source.query(`insert into notes values (1, 'acme', '"poison"'), (2, 'acme', '2')`);
  await app.setup();
  await captureBaseline({ sourceUrl, name, appender: store.appender, redaction: failing() });
  const notes = (await app.events('acme')).filter(({ action }) => action === 'note.observed');
  expect(notes.map(({ resource, tags }) => [resource?.id, tags ?? []])).toEqual([
    ['1', ['capture:unreadable']],
    ['2', []],
  ]);
});

test('a row that the trail does not take is named, and nothing is left out', async () => {
  app = await openCaptureTest(SCHEMA);
  const { source, store } = app;
  await app.setup();
  await store.owner.query(`
    create function refuse() returns trigger language plpgsql as $$ begin
      if new.disclosures like '%poison%' then raise 'not this one'; end if; return new; end $$;
    create trigger refuse before insert on indelible.event for each row execute function refuse()`);
  await source.query(`insert into notes select n, 'acme', case when n = 7 then '"poison"' else '1' end::json from generate_series(1, 9) n`);
  const capture = app.start();
  const named = /^the change of public\.notes at [0-9A-F]+\/[0-9A-F]+:6 cannot be written to the trail: not this one$/;
  await until(() => capture.status().state === 'retrying' && named.test(capture.status().reason ?? ''));
  const ids = async () => (await app.events('acme')).flatMap(({ resource }) => (resource?.type === 'note' ? [resource.id] : []));
  expect(await ids()).toEqual(['1', '2', '3', '4', '5', '6']);
  await store.owner.query('drop trigger refuse on indelible.event');
  await until(async () => (await ids()).length === 9);
  expect(await ids()).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9']);
});
