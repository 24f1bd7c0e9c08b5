// The first setup of a source, which may have to wait: for transactions in the source, and for another server.

import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import type { Capture } from '../capture.ts';
import { type CaptureTest, openCaptureTest, until } from '../capture.test.fixture.ts';
import { onEachServer } from '../servers.test.fixture.ts';
import { captureSetup } from './setup.ts';

const SCHEMA = 'create table bots (id int primary key, organization_id text)';

let app: CaptureTest | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

const registering = ({ sourceUrl, name, store }: CaptureTest): Partial<ConstructorParameters<typeof Capture>[0]> => ({
  register: async (wait) => void (await captureSetup({ sourceUrl, name, appender: store.appender, ddl: false, ...wait })),
});

const slots = async ({ source, slot }: CaptureTest): Promise<number> =>
  (await source.query('select from pg_replication_slots where slot_name = $1', [slot])).rowCount ?? 0;

onEachServer(({ url }) => {
  test('transactions that a new slot waits for are named; the wait can be ended, and leaves no slot', async () => {
    const test = (app = await openCaptureTest(`${SCHEMA}; create table other (id int)`, url));
    const { source, sourceUrl, name, store, logged } = test;
    const holder = await source.connect();
    await holder.query(`set application_name = 'nightly report'; begin; insert into other values (1)`);
    const { rows } = await holder.query<{ pid: number }>('select pg_backend_pid() as pid');
    try {
      const abort = new AbortController();
      const waits: string[] = [];
      const setup = captureSetup({
        sourceUrl,
        name,
        appender: store.appender,
        ddl: false,
        signal: abort.signal,
        waiting: (what) => void waits.push(what),
      });
      setup.catch(() => {});
      await until(() => waits.length > 0);
      expect(waits[0]).toMatch(
        new RegExp(
          `waits for transactions .*pid ${rows[0]?.pid} \\("nightly report", role \\w+, database app_${name}, since 20\\d\\d-.*Z\\)`,
        ),
      );
      abort.abort();
      await expect(setup).rejects.toThrow('aborted');
      await until(async () => (await slots(test)) === 0);

      const capture = test.start(registering(test));
      await until(() => capture.status().reason?.includes(`pid ${rows[0]?.pid}`) === true);
      expect(capture.status()).toMatchObject({ state: 'starting' });
      expect(logged.filter(({ message }) => message.includes('"nightly report"'))).toHaveLength(1);
      await capture.stop();
      expect(await slots(test)).toBe(0);
    } finally {
      await holder.query('rollback');
      holder.release();
    }
    const capture = test.start(registering(test));
    await until(() => capture.status().state === 'streaming');
    expect(capture.status().reason).toBeUndefined();
  }, 120_000);

  test('two servers that start for the first time: one sets the source up, and neither finds fault', async () => {
    const test = (app = await openCaptureTest(SCHEMA, url));
    const captures = [test.start(registering(test)), test.start(registering(test)), test.start(registering(test))];
    await until(() => captures.filter((capture) => capture.status().state === 'standby').length === 2);
    await until(() => captures.some((capture) => capture.status().state === 'streaming'));
    // Whoever comes while another sets it up waits for that one, before its statements or in the middle of them.
    const troubles = test.logged.filter(({ level }) => level !== 'info').map(({ message }) => message);
    expect(troubles.filter((message) => !/somebody else sets this source up|is being set up just now/.test(message))).toEqual([]);
    const started = (await test.events('_operator')).filter(({ action }) => action === 'capture.started');
    expect(started).toHaveLength(1);
  }, 60_000);

  test('a server that stands by keeps no connection of the trail', async () => {
    const test = (app = await openCaptureTest(SCHEMA, url));
    await test.setup();
    const first = test.start();
    await until(() => first.status().state === 'streaming');
    const others = Array.from({ length: test.store.appender.options.max + 2 }, () => test.start());
    await until(() => others.every((capture) => capture.status().state === 'standby'));
    for (let look = 0; look < 10; look++) {
      expect((await test.store.appender.query('select 1')).rowCount).toBe(1);
      await pause(50);
    }
    await first.stop();
    await until(() => others.filter((capture) => capture.status().state === 'streaming').length === 1);
  }, 60_000);
});
