import { expect, test } from 'vitest';
import { type CaptureTest, until } from '../capture.test.fixture.ts';
import { onEachServer, openedForEach } from '../servers.test.fixture.ts';

const SCHEMA = `
  create table organizations (id text primary key, name text);
  create table sessions (session_token text primary key, organization_id text references organizations, label text);
  create table visits (id int primary key, session text references sessions, page text);
  create table clicks (visit int references visits, nr int, primary key (visit, nr));
  insert into organizations values ('a', 'A');
  insert into sessions values ('tok_before', 'a', 'old')`;

onEachServer(({ url }) => {
  const opened = openedForEach(SCHEMA, url);

  /** Runs capture until it has looked at the publication. */
  async function run(test: CaptureTest, done: () => Promise<boolean>): Promise<void> {
    const capture = test.start();
    await until(() => capture.status().state === 'streaming');
    await until(done);
    await capture.stop();
    await until(
      async () => (await test.admin.query('select from pg_replication_slots where slot_name = $1 and active', [test.slot])).rowCount === 0,
    );
  }

  async function told(test: CaptureTest): Promise<unknown[]> {
    const events = await test.events('_operator');
    return events
      .filter((event) => event.action !== 'capture.started')
      .map(({ action, metadata }) => [action, metadata?.['reason'], metadata?.['tables']]);
  }

  async function polled(test: CaptureTest): Promise<() => Promise<boolean>> {
    const lsn = async (): Promise<string | undefined> =>
      (await test.store.owner.query<{ at: string }>('select published_lsn::text as at from indelible.capture_source')).rows[0]?.at;
    await test.source.query(`insert into organizations values ('p' || (select count(*) from organizations), 'x')`);
    const before = await lsn();
    return async () => (await lsn()) !== before;
  }

  test('a partition that is truncated by itself is a gap on record; the whole table, VACUUM FULL and an empty one are not', async () => {
    const test = await opened();
    await test.source.query(
      `create table logs (id int, day int, primary key (id, day)) partition by list (day);
       create table logs_1 partition of logs for values in (1);
       create table logs_2 partition of logs for values in (2);
       insert into logs values (1, 1), (2, 2)`,
    );
    await run(test, await polled(test));
    await test.source.query('truncate logs');
    await test.source.query('insert into logs values (1, 1), (2, 2)');
    await test.source.query('vacuum full logs_1');
    await run(test, await polled(test));
    const before = await told(test);
    await test.source.query('truncate logs_1');
    await run(test, await polled(test));
    expect((await told(test)).slice(before.length)).toEqual([['capture.gap', 'partition_truncated', ['public.logs_1']]]);
    expect(JSON.stringify(before)).not.toContain('capture.gap');
  });

  test.each([
    ['taken out', ''],
    ['taken out and put back', `; alter publication "SLOT" add table sessions`],
  ])('a table that is %s while no server runs is a gap on record', async (_what, back) => {
    const test = await opened();
    await run(test, await polled(test));
    expect(await told(test)).toEqual([]);
    await test.source.query(`alter publication "${test.slot}" drop table sessions`);
    await test.source.query(`insert into sessions values ('tok_hidden', 'a', 'hidden')`);
    if (back !== '') await test.source.query(back.slice(1).replace('SLOT', test.slot));
    await run(test, async () => (await told(test)).length > 0);
    expect(await told(test)).toEqual([['capture.gap', 'table_unpublished', ['public.sessions']]]);
    const gap = (await test.events('_operator')).find((event) => event.action === 'capture.gap');
    expect(gap?.metadata).toMatchObject({ from: expect.stringMatching(/\//), to: expect.stringMatching(/\//) });
    // It is told once.
    await run(test, await polled(test));
    expect(await told(test)).toHaveLength(1);
  });

  test('a table that a server or the command finds new is told', async () => {
    const test = await opened();
    await test.source.query('create table found_by_command (id int primary key)');
    await test.setup();
    await test.source.query('create table found_by_server (id int primary key)');
    await run(test, async () => (await told(test)).length > 1);
    expect(await told(test)).toEqual([
      ['capture.coverage', 'table_added', ['public.found_by_command']],
      ['capture.coverage', 'table_added', ['public.found_by_server']],
    ]);
  });

  test('secrets that are keys: nowhere in clear, and rows still lead to each other and to their tenant', async () => {
    const test = await opened();
    const capture = test.start();
    await until(() => capture.status().state === 'streaming');
    await test.source.query(`
    insert into sessions values ('tok_new', 'a', 'new');
    insert into visits values (1, 'tok_new', '/'), (2, 'tok_before', '/');
    insert into clicks values (1, 1), (2, 1)`);
    const find = async (type: string) => (await test.events('a')).filter((event) => event.resource?.type === type);
    await until(async () => (await find('click')).length === 2);
    const [session] = await find('session');
    const visits = await find('visit');
    expect(session?.resource?.id).toMatch(/^hmac:[0-9a-f]{64}$/);
    expect(visits[0]?.related).toEqual([{ relation: 'session', type: 'session', id: session?.resource?.id }]);
    expect(visits.map((event) => event.change?.after?.['session'])).toEqual([{ redacted: 'token' }, { redacted: 'token' }]);
    const { owner } = test.store;
    const texts = [
      ...(await owner.query<{ text: string }>('select to_jsonb(e)::text as text from indelible.event e')).rows,
      ...(await owner.query<{ text: string }>('select to_jsonb(m)::text as text from indelible.tenant_map m')).rows,
    ].map(({ text }) => text);
    expect(texts.length).toBeGreaterThan(5);
    expect(texts.filter((text) => text.includes('tok_'))).toEqual([]);
  });
});
