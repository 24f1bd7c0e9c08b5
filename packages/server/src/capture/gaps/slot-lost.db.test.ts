import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { startEmbedded } from '../../store/embedded/index.ts';
import { openCaptureTest, until } from '../capture.test.fixture.ts';
import { loadSlot } from '../slot/slot-state.ts';
import { SlotWatch } from '../slot/slot-watch.ts';

const undo: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
});

test('a slot whose log the source has removed is a gap', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'indelible-lost-'));
  undo.push(() => rm(directory, { recursive: true, force: true }));
  // As root the database runs as another user, who must be able to enter.
  await chmod(directory, 0o711);
  // A server of its own: the limit holds for every slot.
  const settings = { fsync: 'off', max_slot_wal_keep_size: '96MB', min_wal_size: '32MB', max_wal_size: '32MB' };
  const logger = { info: () => undefined, warn: console.error, error: console.error };
  const embedded = await startEmbedded({ directory, logger, settings });
  undo.push(() => embedded.stop());
  const app = await openCaptureTest('create table things (id int primary key)', embedded.superuserUrl());
  undo.push(() => app.close());
  await app.setup();
  const status = async (): Promise<string | undefined> =>
    (await app.admin.query<{ s: string }>('select wal_status as s from pg_replication_slots where slot_name = $1', [app.slot])).rows[0]?.s;
  const written = async (segments: number): Promise<void> => {
    for (let segment = 0; segment < segments; segment++) {
      await app.source.query(`insert into things select coalesce(max(id), 0) + 1 from things`);
      await app.source.query('select pg_switch_wal()');
    }
  };
  // While nothing is read, the room that the source gives runs out, and somebody is told.
  const told: string[] = [];
  const line = (_fields: object, message: string): void => void told.push(/uses (\d+) %/.exec(message)?.[1] ?? message);
  const watch = new SlotWatch(app.name, { info: line, warn: line });
  const look = async (): Promise<number> => {
    const slot = await loadSlot(app.admin, app.slot);
    if (slot !== undefined) watch.see(slot);
    return slot?.used ?? 0;
  };
  expect(await look()).toBeLessThan(0.4);
  await written(4);
  expect(await look()).toBeGreaterThan(0.5);
  await written(2);
  expect(await look()).toBeGreaterThan(0.8);
  expect(told.map((share) => Number(share) > 80)).toEqual([false, true]);
  const reader = app.start();
  await until(async () => (await look()) < 0.4);
  expect(reader.status()).toMatchObject({ state: 'streaming', slotUsed: expect.any(Number) });
  await reader.stop();
  expect(told).toHaveLength(3);

  await written(10);
  await app.admin.query('checkpoint');
  await until(async () => (await status()) === 'lost');
  const capture = app.start();
  await until(() => capture.status().state === 'stopped');
  expect(capture.status().reason).toMatch(/^slot_lost: .*max_slot_wal_keep_size/);
  const gaps = (await app.events('_operator')).filter((event) => event.action === 'capture.gap');
  expect(gaps.map((event) => event.metadata?.['reason'])).toEqual(['slot_lost']);
  await app.resume();
  await until(() => capture.status().state === 'streaming');
}, 120_000);
