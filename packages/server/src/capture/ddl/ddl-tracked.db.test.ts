// What is on record of the event triggers themselves, and of tables that they covered: a gap where there is one, and none else.

import type { AuditEvent } from '@indelible/core';
import { afterEach, expect, test } from 'vitest';
import type { Capture } from '../capture.ts';
import { type CaptureTest, openCaptureTest, until } from '../capture.test.fixture.ts';
import { onEachServer } from '../servers.test.fixture.ts';

const SCHEMA = `
  create table organizations (id text primary key);
  create table notes (id int primary key, organization_id text references organizations);
  create table ps (id int primary key, n int) partition by range (id);
  create table ps0 partition of ps for values from (0) to (10);
  create table ps1 partition of ps default;
  insert into ps values (1, 1), (20, 1);
`;

let app: CaptureTest | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function open(url: string, ddl = true): Promise<{ test: CaptureTest; look: () => Promise<AuditEvent[]> }> {
  const test = await openCaptureTest(SCHEMA, url);
  app = test;
  await test.setup({ ddl });
  let capture: Capture | undefined;
  /** A session looks when it begins: what it found is on record once a row that is written afterwards is in the trail. */
  const look = async (): Promise<AuditEvent[]> => {
    await capture?.stop();
    const mark = `mark${Math.random().toString(36).slice(2)}`;
    capture = test.start();
    await test.source.query('insert into organizations values ($1)', [mark]);
    await until(async () => (await test.events(mark)).length === 1, 12);
    return (await test.events('_operator')).filter(({ action }) => action === 'capture.gap' || action === 'capture.coverage');
  };
  await look();
  return { test, look };
}

const said = (events: readonly AuditEvent[]): unknown[] =>
  events.map(({ action, metadata }) => [action, metadata?.['reason'], ...(metadata?.['to'] === undefined ? ['open'] : [])]);

onEachServer(({ url }) => {
  test('a partition that is detached and attached in one transaction has no gap', async () => {
    const { test, look } = await open(url);
    await test.source.query(`
      begin; alter table ps detach partition ps1; insert into ps1 values (30, 3); update ps1 set n = 4;
      alter table ps attach partition ps1 default; insert into ps values (31, 3); commit`);
    expect(said(await look())).toEqual([]);
    const rows = (await test.events('default')).map(({ action, resource }) => `${action} ${resource?.id}`);
    expect(rows).toEqual(['ps1.created 30', 'ps1.updated 20', 'ps1.updated 30', 'ps.created 31']);
    // What somebody takes out himself is one.
    const [publication] = (await test.source.query<{ pubname: string }>('select pubname from pg_publication')).rows;
    await test.source.query(
      `alter publication ${publication?.pubname} drop table ps; alter publication ${publication?.pubname} add table ps`,
    );
    expect(said(await look())).toEqual([['capture.gap', 'table_unpublished']]);
  });

  test('event triggers that are dropped or disabled are a gap until they are back, once', async () => {
    const { test, look } = await open(url);
    await test.source.query('drop event trigger indelible_sql_drop');
    expect(said(await look())).toEqual([['capture.gap', 'ddl_untracked', 'open']]);
    expect(await look()).toHaveLength(1);
    await test.setup({ ddl: true });
    const back = [
      ['capture.gap', 'ddl_untracked', 'open'],
      ['capture.coverage', 'ddl_tracked', 'open'],
    ];
    expect(said(await look())).toEqual(back);
    await test.source.query('alter event trigger indelible_sql_drop disable; alter event trigger indelible_sql_drop enable');
    const found = await look();
    expect(said(found)).toEqual([...back, ['capture.gap', 'ddl_untracked']]);
    expect(found[2]?.metadata?.['detail']).toContain('for a time');
    await test.source.query('alter event trigger indelible_table_rewrite disable');
    await look();
    await test.setup({ ddl: true });
    expect(said(await look()).slice(3)).toEqual(back);
  });

  test('a source that was set up without event triggers misses none', async () => {
    const { look } = await open(url, false);
    expect(said(await look())).toEqual([]);
  });

  test('what is not in the trail of a new table is said only where that is true', async () => {
    const { test, look } = await open(url);
    await test.source.query('create table covered (id int primary key)');
    await test.source.query('alter event trigger indelible_ddl_command_end disable');
    await test.source.query('create table found (id int primary key)');
    const added = (await look()).filter(({ metadata }) => metadata?.['reason'] === 'table_added');
    expect(added.map(({ metadata }) => metadata?.['detail'])).toEqual([
      expect.stringMatching(/^public\.\w+, public\.\w+ is captured from .* what was written before is not in the trail$/),
    ]);
    await test.setup({ ddl: true });
    await look();
    await test.source.query('create table third (id int primary key)');
    const later = (await look()).filter(({ metadata }) => metadata?.['reason'] === 'table_added').slice(1);
    expect(later.map(({ metadata }) => metadata?.['detail'])).toEqual([
      'public.third is captured since the command that made it; the event of that command says whether it had rows before',
    ]);
  });
});
