import { afterEach, expect, test } from 'vitest';
import { type CaptureTest, openCaptureTest, until } from '../capture.test.fixture.ts';
import { captureRemove } from './remove.ts';
import { onEachServer } from '../servers.test.fixture.ts';
import { captureSetup } from './setup.ts';

const SCHEMA = `
  create table organizations (id text primary key);
  create table bots (id int primary key, organization_id text references organizations);
  insert into organizations values ('acme');
`;

let app: CaptureTest | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

/** Everything that setup puts into a source, by name. */
async function left({ source, slot }: CaptureTest): Promise<string[]> {
  const answer = await source.query<{ name: string }>(
    `select evtname::text as name from pg_event_trigger union all select nspname::text from pg_namespace where nspname like 'indelible%'
     union all select pubname::text from pg_publication union all select slot_name::text from pg_replication_slots where slot_name = $1 order by 1`,
    [slot],
  );
  return answer.rows.map(({ name }) => name);
}

onEachServer(({ url }) => {
  test('everything goes while the server captures; the trail says so, and setup begins anew', async () => {
    app = await openCaptureTest(SCHEMA, url);
    const { source, sourceUrl, name, slot, store, events } = app;
    await app.setup({ ddl: true });
    const capture = app.start();
    await until(() => capture.status().state === 'streaming');
    await source.query(`insert into bots values (1, 'acme')`);
    await until(async () => (await events('acme')).length === 1);
    const wanted = { sourceUrl, name, appender: store.appender };
    const dry = await captureRemove({ ...wanted, yes: false });
    expect(dry).toEqual({
      applied: false,
      statements: [
        `SELECT pg_drop_replication_slot('${slot}')`,
        'DROP EVENT TRIGGER "indelible_ddl_command_end"',
        'DROP EVENT TRIGGER "indelible_sql_drop"',
        'DROP EVENT TRIGGER "indelible_table_rewrite"',
        'DROP FUNCTION indelible_capture.on_ddl()',
        'DROP SCHEMA indelible_capture',
        `DROP PUBLICATION "${slot}"`,
      ],
      identities: ['ALTER TABLE "public"."bots" REPLICA IDENTITY DEFAULT', 'ALTER TABLE "public"."organizations" REPLICA IDENTITY DEFAULT'],
    });
    expect(await left(app)).toHaveLength(6);
    expect(await captureRemove({ ...wanted, yes: true })).toEqual({ ...dry, applied: true });
    expect(await left(app)).toEqual([]);
    await until(() => capture.status().state === 'stopped');
    expect(capture.status().reason).toMatch(/^removed: .*"indelible capture setup"/);
    // A second time there is nothing to do, and nothing to say.
    expect(await captureRemove({ ...wanted, yes: true })).toMatchObject({ applied: true, statements: [] });
    const operator = (await events('_operator')).filter((event) => event.action.startsWith('capture.'));
    expect(operator.map((event) => [event.action, event.metadata?.['reason']])).toEqual([
      ['capture.started', 'setup'],
      ['capture.stopped', 'removed'],
    ]);
    await source.query(`insert into bots values (2, 'acme')`);
    await captureSetup(wanted);
    await until(() => capture.status().state === 'streaming');
    await source.query(`insert into bots values (3, 'acme')`);
    await until(async () => (await events('acme')).length === 2);
    expect((await events('acme')).map((event) => event.resource?.id)).toEqual(['1', '3']);
    expect((await events('_operator')).filter((event) => event.action === 'capture.gap')).toEqual([]);
  });

  test('the function stays while another trail captures the same database; without a trail the source alone is cleaned', async () => {
    app = await openCaptureTest(SCHEMA, url);
    const { source, sourceUrl, name } = app;
    await app.setup({ ddl: true });
    await source.query('create publication indelible_other for table only bots');
    await captureRemove({ sourceUrl, name, yes: true });
    expect(await left(app)).toEqual([
      'indelible_capture',
      'indelible_ddl_command_end',
      'indelible_other',
      'indelible_sql_drop',
      'indelible_table_rewrite',
    ]);
    await source.query('drop publication indelible_other');
    await captureRemove({ sourceUrl, name, yes: true });
    expect(await left(app)).toEqual([]);
  });

  test('what cannot be dropped leaves no slot behind that holds the log of the source; a second run takes the rest', async () => {
    app = await openCaptureTest(SCHEMA, url);
    const { admin, source, sourceUrl, name, slot, store, events } = app;
    await app.setup();
    const role = `part_${name}`;
    await admin.query(`create role ${role} login replication password 'part'`);
    try {
      const partUrl = Object.assign(new URL(sourceUrl), { username: role, password: 'part' }).href;
      // The publication is the superuser's.
      await expect(captureRemove({ sourceUrl: partUrl, name, appender: store.appender, yes: true })).rejects.toThrow(
        /must be owner of publication .*the slot is dropped, and the rest is left: run it again/,
      );
      expect(await left(app)).toEqual([slot]);
      expect((await source.query('select from pg_replication_slots where slot_name = $1', [slot])).rowCount).toBe(0);
      await captureRemove({ sourceUrl, name, appender: store.appender, yes: true });
      expect(await left(app)).toEqual([]);
      expect((await events('_operator')).filter(({ action }) => action === 'capture.stopped')).toHaveLength(1);
    } finally {
      await admin.query(`drop role ${role}`);
    }
  });

  test('another database than the one that the trail knows is not touched', async () => {
    app = await openCaptureTest(SCHEMA, url);
    await app.setup();
    const { name, store } = app;
    await expect(captureRemove({ sourceUrl: store.ownerUrl, name, appender: store.appender, yes: true })).rejects.toThrow(
      /the trail knows .* here .* answers/,
    );
  });
});
