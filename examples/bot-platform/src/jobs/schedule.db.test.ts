// The jobs run by themselves, until they are stopped.

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPlatform, type Platform, TEST_DATABASE_URL } from '../platform.test.fixture.ts';
import { scheduleJobs } from './schedule.ts';

describe.skipIf(TEST_DATABASE_URL === undefined)('the schedule', () => {
  let platform: Platform;

  beforeAll(async () => {
    platform = await openPlatform();
  });
  afterAll(() => platform.close());

  const makeDue = async (): Promise<void> => {
    await platform.db
      .updateTable('subscriptions')
      .set({ renews_at: new Date(Date.now() - 1_000) })
      .where('id', '=', 'sub_acme')
      .execute();
  };
  const invoices = async (): Promise<number> => {
    const rows = await platform.db.selectFrom('invoices').select('id').where('organization_id', '=', 'org_acme').execute();
    return rows.length;
  };

  test('a subscription that is due is renewed in the next round, once, and in none after the last', async () => {
    await makeDue();
    const before = await invoices();
    const schedule = scheduleJobs(platform.db, 0.02);
    while ((await invoices()) === before) await sleep(10);
    await schedule.stop();
    await makeDue();
    await scheduleJobs(platform.db, 0).stop();
    expect(await invoices()).toBe(before + 1);
  });
});
