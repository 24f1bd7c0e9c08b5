// Transactions whose message comes after more rows than are held back for it, and a server that is cut while it reads them.

import { newNonce, sealMessage } from '@indelible/sdk';
import { afterEach, expect, test } from 'vitest';
import { CAPTURE_HELD_ROWS_MAX } from '../../limits.ts';
import { CONTEXT_KEY, type CaptureTest, emit, openCaptureTest, transaction, until } from '../capture.test.fixture.ts';
import { onEachServer } from '../servers.test.fixture.ts';

const SCHEMA = `create table things (id int primary key, organization_id text, value int)`;
const ROWS = CAPTURE_HELD_ROWS_MAX + 1_000;

onEachServer(({ url }) => {
  let app: CaptureTest | undefined;

  afterEach(async () => {
    await app?.close();
    app = undefined;
  });

  const by = (id: string): string => emit(sealMessage({ v: 1, nonce: newNonce(), actor: { type: 'user', id } }, CONTEXT_KEY));
  const rows = (first: number, count = ROWS): string =>
    `insert into things select g, 'a', 1 from generate_series(${first}, ${first + count - 1}) g`;

  async function counted({ store }: CaptureTest): Promise<Record<string, number>> {
    const answer = await store.owner.query<{ who: string; n: number }>(
      `select coalesce(actor_id, 'nobody') || ' ' || attribution as who, count(distinct id)::int as n from indelible.event where source_kind = 1 group by 1`,
    );
    return Object.fromEntries(answer.rows.map(({ who, n }) => [who, n]));
  }

  const total = async (test: CaptureTest): Promise<number> => Object.values(await counted(test)).reduce((sum, n) => sum + n, 0);

  test('every row has its actor, wherever the message stands; without one nobody is named', async () => {
    app = await openCaptureTest(SCHEMA, url);
    const { source, logged } = app;
    await app.setup();
    const capture = app.start();
    await until(() => capture.status().state === 'streaming');
    await transaction(source, [rows(0), by('late')]);
    await transaction(source, [rows(100_000), by('middle'), rows(200_000, 10)]);
    await transaction(source, [rows(300_000)]);
    await transaction(source, [rows(400_000, 10), by('small')]);
    await transaction(source, [rows(500_000), by('last')]);
    const test = app;
    await until(async () => (await total(test)) >= 4 * ROWS + 20, 60);
    expect(await counted(app)).toEqual({ 'late 0': ROWS, 'middle 0': ROWS + 10, 'nobody 2': ROWS, 'small 0': 10, 'last 0': ROWS });
    expect(capture.status()).toMatchObject({ state: 'streaming', counters: { rows: 4 * ROWS + 20, unattributed: ROWS } });
    // Reading twice is no trouble: nothing is said to have been interrupted.
    expect(logged.filter(({ level }) => level !== 'info')).toEqual([]);
    await until(() => capture.status().lagBytes < 1_000_000);
  }, 120_000);

  test('cut in the middle of it, and taken over by another server', async () => {
    app = await openCaptureTest(SCHEMA, url);
    const test = app;
    await app.setup();
    const first = app.start();
    await until(() => first.status().state === 'streaming');
    app.start();
    await transaction(app.source, [rows(0, 15_000), by('late')]);
    await transaction(app.source, [rows(100_000, 15_000), by('later')]);
    await until(async () => (await total(test)) > 2_000, 60);
    await app.admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'indelible-capture' and datname = $1`,
      [`app_${app.name}`],
    );
    await until(async () => (await total(test)) > 17_000, 60);
    await first.stop();
    await until(async () => (await total(test)) >= 30_000, 60);
    expect(await counted(app)).toEqual({ 'late 0': 15_000, 'later 0': 15_000 });
  }, 180_000);
});
