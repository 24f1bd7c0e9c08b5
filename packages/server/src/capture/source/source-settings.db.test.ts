// Whatever the source's database and roles are set to, the same row makes the same event.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CaptureTest, openCaptureTest, until } from '../capture.test.fixture.ts';
import { onEachServer } from '../servers.test.fixture.ts';

const SCHEMA = `
  create table tenants (at timestamptz primary key, name text);
  create table things (id int primary key, tenant_id timestamptz references tenants, day date, span interval, data bytea, ratio real, shop regclass, period tstzrange, days date[]);
  insert into tenants values ('2026-11-22 20:00:00.123456+00', 'before the setup');`;

const HOSTILE = {
  datestyle: 'German, DMY',
  intervalstyle: 'sql_standard',
  timezone: 'Asia/Kolkata',
  bytea_output: 'escape',
  extra_float_digits: '-3',
  search_path: 'elsewhere',
  client_encoding: 'LATIN1',
  idle_session_timeout: '2s',
};

onEachServer(({ url }) => {
  let app: CaptureTest;

  beforeAll(async () => {
    app = await openCaptureTest(SCHEMA, url);
    const database = new URL(app.sourceUrl).pathname.slice(1);
    const role = new URL(app.sourceUrl).username;
    for (const [name, value] of Object.entries(HOSTILE)) {
      await app.admin.query(`alter database ${database} set ${name} = ${value.includes(',') ? value : `'${value}'`}`);
      await app.admin.query(`alter role ${role} in database ${database} set ${name} = ${value.includes(',') ? value : `'${value}'`}`);
    }
    await app.setup();
    app.start();
  });

  afterAll(async () => {
    await app.close();
  });

  test('dates, times, intervals, bytes, floats and names of tables', async () => {
    await app.source.query(`set search_path = public; set datestyle = 'ISO, YMD';
      insert into things values (1, '2026-11-22 20:00:00.123456+00', '2026-02-03', '1 mon -2 days', '\\x5cff00', 0.1, 'things', '[2026-01-01 00:00+00,)', '{2026-02-03}')`);
    const tenant = '2026-11-22 20:00:00.123456+00';
    await until(async () => (await app.events(tenant)).length > 0);
    const [event] = await app.events(tenant);
    expect(event?.change?.after).toEqual({
      id: 1,
      tenant_id: tenant,
      day: '2026-02-03',
      span: '1 mon -2 days',
      data: '\\x5cff00',
      ratio: 0.1,
      shop: 'public.things',
      period: '["2026-01-01 00:00:00+00",)',
      days: ['2026-02-03'],
    });
    expect(event?.related).toEqual([{ relation: 'tenant', type: 'tenant', id: tenant }]);
    expect(event?.tags).toBeUndefined();
  });

  test('what was read by SELECT is spelt as in the stream, so that the row from before the setup is found', async () => {
    const map = await app.store.owner.query<{ key: string }>(`select key from indelible.tenant_map where table_name = 'public.tenants'`);
    expect(map.rows).toEqual([{ key: '2026-11-22 20:00:00.123456+00' }]);
  });

  test('a database in another encoding', async () => {
    const latin = await openCaptureTest(`create table "Stra\u00dfen" ("L\u00e4nge" int primary key, name text)`, url, 'LATIN1');
    await latin.setup();
    latin.start();
    await latin.as(
      { actor: { type: 'user', id: 'usr_1', name: 'Jos\u00e9 \u{1f600}' } },
      `insert into "Stra\u00dfen" values (1, 'K\u00f6nigsallee')`,
    );
    await until(async () => (await latin.events('default')).length > 0);
    expect((await latin.events('default'))[0]).toMatchObject({
      actor: { name: 'Jos\u00e9 \u{1f600}', attribution: 'verified' },
      change: { after: { Länge: 1, name: 'K\u00f6nigsallee' } },
    });
    await latin.close();
  });
});
