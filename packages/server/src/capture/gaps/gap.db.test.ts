import { expect, test } from 'vitest';
import { type CaptureTest, until } from '../capture.test.fixture.ts';
import { captureDoctor } from '../doctor/doctor.ts';
import { captureResume } from '../setup/resume.ts';
import { captureSetup } from '../setup/setup.ts';
import { onEachServer, openedForEach } from '../servers.test.fixture.ts';

const SCHEMA = `
  create table organizations (id text primary key, name text);
  create table bots (id int primary key, organization_id text references organizations);
  insert into organizations values ('a', 'A')`;

onEachServer(({ url }) => {
  const opened = openedForEach(SCHEMA, url);

  /** Nothing reads the slot; then it can be dropped or moved. */
  async function whileStopped(test: CaptureTest, sql: string): Promise<void> {
    const capture = test.start();
    await until(() => capture.status().state === 'streaming');
    await test.source.query(`insert into organizations values ('before', 'the gap')`);
    await until(async () => (await test.events('before')).length === 1);
    await capture.stop();
    await until(
      async () => (await test.admin.query('select from pg_replication_slots where slot_name = $1 and active', [test.slot])).rowCount === 0,
    );
    await test.source.query(`insert into organizations values ('lost', 'in the gap')`);
    await test.source.query(sql);
  }

  const DROP = 'select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1';

  test.each([
    ['slot_missing', `select pg_drop_replication_slot('SLOT')`],
    ['slot_advanced', `select pg_replication_slot_advance('SLOT', pg_current_wal_lsn())`],
    ['slot_advanced', `select pg_drop_replication_slot('SLOT'); select pg_create_logical_replication_slot('SLOT', 'pgoutput')`],
    ['slot_replaced', `select pg_drop_replication_slot('SLOT'); select pg_create_logical_replication_slot('SLOT', 'test_decoding')`],
    ['publication_missing', `drop publication "SLOT"`],
    ['publication_narrowed', `alter publication "SLOT" set (publish = 'insert')`],
    ['publication_narrowed', `alter publication "SLOT" set (publish_via_partition_root = false)`],
    ['publication_narrowed', `alter publication "SLOT" set table organizations (id), bots`],
    ['publication_narrowed', `alter publication "SLOT" set table organizations where (id <> 'x'), bots`],
  ])('%s: one capture.gap, stopped, nothing made anew', async (reason, sql) => {
    const test = await opened();
    await whileStopped(test, sql.replaceAll('SLOT', test.slot));
    const capture = test.start();
    await until(() => capture.status().state === 'stopped');
    expect(capture.status().reason).toMatch(new RegExp(`^${reason}: .*indelible capture resume`));
    const again = test.start();
    await until(() => again.status().state === 'stopped');
    const gaps = (await test.events('_operator')).filter((event) => event.action === 'capture.gap');
    expect(gaps).toHaveLength(1);
    expect(gaps[0]).toMatchObject({
      severity: 'critical',
      actor: { type: 'system' },
      resource: { type: 'capture_source', id: test.name },
      metadata: { reason, from: expect.stringMatching(/^[0-9A-F]+\/[0-9A-F]+$/), to: expect.stringMatching(/\//) },
    });
    expect(test.logged.filter(({ level }) => level === 'error').some(({ message }) => message.includes('has a gap and is stopped'))).toBe(
      true,
    );
    expect((await test.events('lost')).length).toBe(0);
  });

  /** The values that the trail keeps of its source. */
  async function recordOf(test: CaptureTest) {
    const answer = await test.store.owner.query<{ cursor: string; era: number; stopped: string | null }>(
      'select cursor_lsn::text as cursor, era, stopped_reason as stopped from indelible.capture_source',
    );
    return answer.rows[0];
  }

  async function inserted(test: CaptureTest, id: string): Promise<void> {
    await test.source.query(`insert into organizations values ($1, 'x')`, [id]);
    await until(async () => (await test.events(id)).length === 1);
  }

  test.each(['cursor_lsn', 'acknowledged_lsn'])(
    'a source put back to an older state (%s beyond its log), and taken up again',
    async (column) => {
      const test = await opened();
      await whileStopped(test, 'select 1');
      await test.store.owner.query(`update indelible.capture_source set ${column} = 'FFFF/0'`);
      const capture = test.start();
      await until(() => capture.status().state === 'stopped');
      expect(capture.status().reason).toMatch(/^source_replaced: .*put back to an older state/);
      await test.resume();
      await until(() => capture.status().state === 'streaming');
      // The old cursor is beyond these positions: with it they would be dropped as already seen.
      await inserted(test, 'after');
      expect(await recordOf(test)).toMatchObject({ era: 1, stopped: null });
    },
  );

  test('a narrowed publication is found while capture runs, and resume makes it whole', async () => {
    const test = await opened();
    const capture = test.start();
    await until(() => capture.status().state === 'streaming');
    await test.source.query(`alter publication "${test.slot}" set table organizations (id), bots`);
    await until(() => capture.status().state === 'stopped');
    expect(capture.status().reason).toMatch(/^publication_narrowed: .*organizations has a column list/);
    await test.source.query(`alter publication "${test.slot}" set (publish = 'insert')`);
    await test.source.query(`insert into bots values (1, 'a')`);
    expect(await test.resume()).toMatchObject({ resumed: true, slot: 'kept', gap: { reason: 'publication_narrowed' } });
    await until(() => capture.status().state === 'streaming');
    await test.source.query(`insert into organizations values ('z', 'Z'); update organizations set name = 'Zed' where id = 'z'`);
    await until(async () => (await test.events('z')).some((event) => event.action === 'organization.updated'));
    // The slot was kept: what the publication did not hide is there.
    expect((await test.events('a')).map((event) => event.action)).toContain('bot.created');
  }, 60_000);

  test('only resume --accept-gap heals a gap: setup refuses, and resume without it tells', async () => {
    const test = await opened();
    await whileStopped(test, `select pg_drop_replication_slot('${test.slot}')`);
    const capture = test.start();
    await until(() => capture.status().state === 'stopped');
    const options = { sourceUrl: test.sourceUrl, name: test.name, appender: test.store.appender };
    const refusal = /is stopped by a gap, and setup does not heal it: slot_missing: .*capture resume <url> --name t\w+".*--accept-gap/;
    await expect(captureSetup(options)).rejects.toThrow(refusal);
    await expect(captureSetup({ ...options, dryRun: true })).rejects.toThrow(refusal);
    const shown = await captureResume({ ...options, acceptGap: false });
    expect(shown).toMatchObject({
      resumed: false,
      slot: 'new',
      gap: {
        reason: 'slot_missing',
        detail: expect.stringContaining('is not there any more'),
        from: expect.stringMatching(/\//),
        to: expect.stringMatching(/\//),
        since: expect.any(Date),
        lost: expect.stringContaining('every change of every table'),
      },
    });
    expect((await test.admin.query('select from pg_replication_slots where slot_name = $1', [test.slot])).rowCount).toBe(0);
    expect((await recordOf(test))?.stopped).toMatch(/^slot_missing/);
    expect(await test.resume()).toMatchObject({ resumed: true, slot: 'new' });
    await until(() => capture.status().state === 'streaming');
    expect(await test.resume()).toMatchObject({ resumed: false, gap: undefined });
  });

  test('a source that is another server now', async () => {
    const test = await opened();
    await test.store.owner.query(`update indelible.capture_source set system_identifier = '7'`);
    const capture = test.start();
    await until(() => capture.status().state === 'stopped');
    expect(capture.status().reason).toMatch(/^source_replaced/);
  });

  test('after a gap, resume makes a new slot, says so, and capture goes on by itself', async () => {
    const test = await opened();
    await whileStopped(test, `select pg_drop_replication_slot('${test.slot}')`);
    await expect(captureSetup({ sourceUrl: test.sourceUrl, name: test.name, appender: test.store.appender })).rejects.toThrow(
      /record this gap first/,
    );
    const capture = test.start();
    await until(() => capture.status().state === 'stopped');
    await test.resume();
    await until(() => capture.status().state === 'streaming');
    await test.source.query(`insert into organizations values ('after', 'the gap')`);
    await until(async () => (await test.events('after')).length === 1);
    const actions = (await test.events('_operator')).map((event) => event.action);
    expect(actions).toEqual(['capture.started', 'capture.gap', 'capture.started']);
    expect((await test.events('_operator')).at(-1)).toMatchObject({
      metadata: { reason: 'resumed_after_gap', from: expect.any(String), to: expect.any(String) },
    });
  });

  test('a gap that opens while capture runs is found within the poll', async () => {
    const test = await opened();
    const capture = test.start();
    await until(() => capture.status().state === 'streaming');
    await test.source.query(`drop publication "${test.slot}"`);
    await until(() => capture.status().state === 'stopped');
    expect(capture.status().reason).toMatch(/^publication_missing/);
  }, 60_000);

  test('doctor names what is wrong and how to mend it', async () => {
    const test = await opened();
    const doctor = { sourceUrl: test.sourceUrl, name: test.name, appender: test.store.appender };
    expect((await captureDoctor(doctor)).filter((check) => check.verdict === 'failed')).toEqual([]);
    await test.source.query(`
    create table late (id int primary key);
    create unlogged table fast (id int primary key);
    create table nokey (organization_id text);
    alter table organizations replica identity default;
    alter publication "${test.slot}" set (publish = 'insert')`);
    const checks = await captureDoctor(doctor);
    const failed = checks.filter((check) => check.verdict === 'failed').map((check) => check.found);
    expect(failed).toEqual([
      'the publication leaves out update, delete, truncate',
      'public.organizations does not have REPLICA IDENTITY FULL: earlier values are missing',
      'public.late is not captured yet',
      'public.nokey is not captured yet',
      `the publication ${test.slot} hides changes: it leaves out update, delete, truncate`,
    ]);
    const warned = checks
      .filter((check) => check.verdict === 'warning')
      .map((check) => check.found)
      .join('\n');
    for (const part of [
      'public.fast: an unlogged table',
      'public.nokey: has no primary key',
      'public.late do not lead to a tenant',
      'CREATE, ALTER and DROP of tables are not captured',
    ])
      expect(warned).toContain(part);
    expect(checks.every((check) => check.verdict === 'ok' || (check.remedy ?? '') !== '')).toBe(true);
    await test.source.query(DROP, [test.slot]);
    expect((await captureDoctor(doctor)).find((check) => check.item === 'gap')?.verdict).toBe('failed');
  });
});
