// Attack 8 of docs/THREATS.md: whoever administers the trail's database moves the cursor of a source, or the slot is moved at the
// source; and what indelible verify --database says. Also that a capture which goes about its work raises no alarm.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CaptureTest, openCaptureTest, until } from '../capture/capture.test.fixture.ts';
import { verifyDatabase } from '../verify/database.ts';
import type { VerifyResult } from '../verify/finding.ts';

const SCHEMA = `
  create table organizations (id text primary key, seen_at timestamptz);
  create table bots (id int primary key, organization_id text references organizations, quota int);
`;

let app: CaptureTest;
beforeEach(async () => {
  app = await openCaptureTest(SCHEMA);
  await app.setup({ ddl: true });
});
afterEach(() => app.close());

function verify(url: string = app.sourceUrl): Promise<VerifyResult> {
  return verifyDatabase({ ownerUrl: app.store.ownerUrl, sources: [{ name: app.name, url }] });
}

async function captured(count: number, ...statements: readonly string[]): Promise<void> {
  const capture = app.start();
  for (const statement of statements) await app.source.query(statement);
  await until(async () => {
    const { rows } = await app.store.owner.query<{ rows: number }>(
      `select (counters ->> 'rows')::int as rows from indelible.capture_source`,
    );
    return rows[0]!.rows >= count;
  });
  await capture.stop();
}

async function move(set: string): Promise<void> {
  await app.store.owner.query(`update indelible.capture_source set ${set}`);
}

async function expectMoved(finding: object): Promise<void> {
  const result = await verify();
  expect(result).toMatchObject({ ok: false, exitCode: 1, findings: [{ code: 'cursor_moved', source: app.name, ...finding }] });
  expect(result.findings[0]!.message).toContain(app.name);
}

test('a cursor that capture left is verified, also after DDL and where nothing was captured yet', async () => {
  expect(await verify()).toMatchObject({ ok: true, findings: [], notes: [expect.stringContaining('--vkey')] });
  await captured(3, `insert into organizations values ('org_a')`, `insert into bots values (1, 'org_a', 1), (2, 'org_a', 1)`);
  expect(await verify()).toMatchObject({ ok: true, findings: [] });
  await captured(4, 'alter table bots add column note text', 'delete from bots where id = 2', 'create table later (id int primary key)');
  expect(await verify()).toMatchObject({ ok: true, findings: [] });
});

test('while capture is at work, also amid a large transaction, there is no alarm', async () => {
  await app.source.query(`insert into organizations values ('org_a'), ('org_b')`);
  const work = captured(
    9_004,
    `insert into bots select n, case when n % 2 = 0 then 'org_a' else 'org_b' end, n from generate_series(1, 9000) n`,
    `update bots set organization_id = 'org_a' where id = 1`,
    'alter table bots add column note text',
    'truncate bots',
  );
  const state = { done: false };
  const watched = (async () => {
    let runs = 0;
    for (; !state.done; runs++) expect(await verify()).toMatchObject({ ok: true, findings: [] });
    return runs;
  })();
  await work.finally(() => (state.done = true));
  expect(await watched).toBeGreaterThan(0);
  expect(await verify()).toMatchObject({ ok: true, findings: [] });
});

test('attack 8: a cursor that was moved, back or forward, is named with its source, expected and found', async () => {
  await move(`cursor_lsn = '0/1', cursor_ordinal = 0`);
  await expectMoved({ column: 'cursor_lsn', expected: '0/0:-1', found: '0/1:0' });
  await move(`cursor_lsn = '0/0', cursor_ordinal = -1`);
  await captured(3, `insert into organizations values ('org_a')`, `insert into bots values (1, 'org_a', 1), (2, 'org_a', 1)`);
  const { rows } = await app.store.owner.query<{ cursor: string; lsn: string; ordinal: string }>(
    `select cursor_lsn || ':' || cursor_ordinal as cursor, cursor_lsn::text as lsn, cursor_ordinal::text as ordinal from indelible.capture_source`,
  );
  const [{ cursor, lsn, ordinal }] = rows as [{ cursor: string; lsn: string; ordinal: string }];
  const restore = (): Promise<void> => move(`cursor_lsn = '${lsn}', cursor_ordinal = ${ordinal}`);
  await move('cursor_lsn = cursor_lsn - 8');
  await expectMoved({ column: 'cursor_lsn', expected: cursor, message: expect.stringContaining('moved back') });
  await restore();
  await move('cursor_lsn = cursor_lsn + 1, acknowledged_lsn = acknowledged_lsn + 1');
  await expectMoved({ column: 'cursor_lsn', expected: cursor, message: expect.stringContaining('moved forward') });
  await restore();
  await move('cursor_ordinal = cursor_ordinal + 1');
  await expectMoved({ found: `${lsn}:${Number(ordinal) + 1}` });
  await restore();
  expect(await verify()).toMatchObject({ ok: true, findings: [] });
});

test('a change that made no event may be the last; beyond the end of the source’s log no cursor stands', async () => {
  await captured(
    3,
    `insert into organizations values ('org_a')`,
    `insert into bots values (1, 'org_a', 1)`,
    'update bots set quota = quota',
  );
  expect(await verify()).toMatchObject({ ok: true, findings: [] });
  await move(`acknowledged_lsn = 'FF/0'`);
  await expectMoved({ column: 'cursor_lsn', found: 'FF/0', expected: expect.stringMatching(/^at most /) });
});

test('attack 8: a slot that was moved at the source is named; a source that does not answer is a note', async () => {
  await captured(1, `insert into organizations values ('org_a')`);
  await app.source.query(`insert into organizations values ('org_hidden')`);
  await app.source.query('select pg_replication_slot_advance($1, pg_current_wal_insert_lsn())', [app.slot]);
  await expectMoved({ column: 'slot', expected: expect.stringMatching(/^at most /) });
  const away = Object.assign(new URL(app.sourceUrl), { port: '1' }).href;
  const result = await verify(away);
  expect(result).toMatchObject({ ok: true, findings: [] });
  expect(result.notes).toContainEqual(expect.stringContaining(`the source ${app.name} was not compared with its cursor`));
});
