// The subscription, its invoices, and the jobs that write them and count what was used.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countUsage } from '../jobs/count-usage.ts';
import { renewSubscriptions } from '../jobs/renew-subscriptions.ts';
import { type Ask, openPlatform, type Platform, rowsOf, TEST_DATABASE_URL } from '../platform.test.fixture.ts';

const DAY_MS = 86_400_000;
const inDays = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString();

describe.skipIf(TEST_DATABASE_URL === undefined)('money', () => {
  let platform: Platform;
  let emma: Ask;
  let aiko: Ask;
  let hank: Ask;

  beforeAll(async () => {
    platform = await openPlatform();
    [emma, aiko, hank] = await Promise.all([platform.as('emma@acme.test'), platform.as('aiko@acme.test'), platform.as('hank@globex.test')]);
  });
  afterAll(() => platform.close());

  test('the subscription changes, and the organisation’s plan with it', async () => {
    expect((await aiko('PATCH', '/subscription', { seats: 1 })).status).toBe(403);
    expect((await emma('PATCH', '/subscription', { plan: 'gold' })).status).toBe(422);
    expect((await emma('PATCH', '/subscription', { plan: 'enterprise', seats: 20 })).body).toMatchObject({ seats: 20, price_cents: 5_900 });
    expect((await aiko('GET', '/organization')).body).toMatchObject({ plan: 'enterprise' });
    expect((await emma('PATCH', '/subscription', { plan: 'pro' })).body).toMatchObject({ seats: 20, price_cents: 2_900, status: 'active' });
    expect((await aiko('GET', '/subscription')).body).toMatchObject({ plan: 'pro' });
  });

  test('an invoice is paid once', async () => {
    expect(rowsOf(await emma('GET', '/invoices')).filter(({ status }) => status === 'open')).toMatchObject([{ id: 'inv_acme_12' }]);
    expect((await emma('POST', '/invoices/inv_acme_12/pay')).body).toMatchObject({ status: 'paid', paid_at: expect.any(String) });
    expect((await emma('POST', '/invoices/inv_acme_12/pay')).status).toBe(409);
    expect((await emma('POST', '/invoices/inv_none/pay')).status).toBe(404);
  });

  test('a renewal writes an invoice when it is due, once, and for one organisation by hand', async () => {
    expect((await aiko('POST', '/jobs/renewals', {})).status).toBe(403);
    expect((await emma('POST', '/jobs/renewals', { dueBefore: 'tomorrow' })).status).toBe(422);
    expect((await emma('POST', '/jobs/renewals', {})).body).toEqual({ renewed: [] });
    const { body } = await emma('POST', '/jobs/renewals', { dueBefore: inDays(10) });
    expect(body.renewed).toHaveLength(1);
    expect(rowsOf(await emma('GET', '/invoices')).at(-1)).toMatchObject({ number: 'ACME-0013', amount_cents: 20 * 2_900, status: 'open' });
    expect((await emma('POST', '/jobs/renewals', { dueBefore: inDays(10) })).body).toEqual({ renewed: [] });
    expect(rowsOf(await hank('GET', '/invoices'))).toHaveLength(3);
    expect(await renewSubscriptions(platform.db, { dueBefore: new Date(inDays(10)) })).toHaveLength(1);
    expect(rowsOf(await hank('GET', '/invoices')).at(-1)).toMatchObject({ number: 'GLOBEX-0013' });
  });

  test('what was cancelled ends when it would have been renewed', async () => {
    expect((await hank('PATCH', '/subscription', { cancel: true })).body).toMatchObject({ status: 'cancelled', plan: 'enterprise' });
    expect((await hank('POST', '/jobs/renewals', { dueBefore: inDays(60) })).body).toEqual({ renewed: [] });
    expect((await hank('GET', '/subscription')).body).toMatchObject({ status: 'ended', plan: 'free' });
    expect((await hank('GET', '/organization')).body).toMatchObject({ plan: 'free' });
  });

  test('usage is counted by bot and day, and again only when it has changed', async () => {
    await aiko('POST', '/conversations/cnv_handbook/messages', { body: 'Hello' });
    expect((await aiko('POST', '/jobs/usage')).status).toBe(403);
    expect((await hank('POST', '/jobs/usage')).body).toEqual({ counted: 0 });
    expect((await emma('POST', '/jobs/usage')).body).toEqual({ counted: 1 });
    expect(await countUsage(platform.db)).toBe(0);
    await aiko('POST', '/conversations/cnv_handbook/messages', { body: 'Hello again' });
    expect(await countUsage(platform.db)).toBeGreaterThan(0);
    const usage = rowsOf(await aiko('GET', '/usage'));
    expect(usage.reduce((sum, { messages }) => sum + Number(messages), 0)).toBe(2);
    expect(usage[0]).toMatchObject({ bot_id: 'bot_curator', day: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) });
    expect(rowsOf(await hank('GET', '/usage'))).toEqual([]);
  });
});
