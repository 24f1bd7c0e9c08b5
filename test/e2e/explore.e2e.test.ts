// Explore in a real browser: the address is the state, facets and query are one filter, keys do what they say, nothing moves
// under a reader's hand.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asOperator, openSeat, type Seat, TENANT } from './browser.test.fixture.ts';

let seat: Seat;
/** Events of this run alone. */
const mark = `run_${randomUUID().slice(0, 8)}`;

interface Sent {
  readonly action?: string;
  readonly outcome?: string;
  readonly actor?: string;
  readonly resource?: string;
  readonly request?: string;
  readonly at?: string;
}

async function send(events: readonly Sent[]): Promise<void> {
  await asOperator(
    '/v1/events',
    events.map(({ action = 'invoice.approved', outcome = 'success', actor = 'usr_a', resource = 'inv_1', request, at }) => ({
      action,
      outcome,
      actor: { type: 'user', id: `${mark}_${actor}`, name: `Person ${actor}` },
      resource: { type: 'invoice', id: `${mark}_${resource}` },
      context: { sessionId: mark, ...(request === undefined ? {} : { requestId: `${mark}_${request}` }) },
      ...(at === undefined ? {} : { occurredAt: at }),
    })),
  );
}

const rows = () => seat.page.locator('[role="grid"] [role="row"][data-index]');
const address = () => new URL(seat.page.url()).searchParams;

async function visit(search: Readonly<Record<string, string>> = {}): Promise<void> {
  await seat.page.goto(
    `/explore?${new URLSearchParams({ tenant: TENANT, q: `session:${mark}`, range: '-24h', zone: 'utc', ...search }).toString()}`,
  );
  await rows().first().waitFor();
}

beforeAll(async () => {
  await send([
    { action: 'invoice.created', resource: 'inv_1' },
    { action: 'invoice.approved', resource: 'inv_2', outcome: 'denied', actor: 'usr_b' },
    { action: 'invoice.viewed', resource: 'inv_3' },
    { action: 'invoice.viewed', resource: 'inv_3' },
    { action: 'invoice.viewed', resource: 'inv_3' },
    { action: 'invoice.updated', resource: 'inv_4', request: 'req_1' },
    { action: 'payment.created', resource: 'inv_5', request: 'req_1' },
    { action: 'invoice.paid', resource: 'inv_6', outcome: 'failure', actor: 'usr_c' },
  ]);
  seat = await openSeat({ role: 'analyst' });
});

afterAll(async () => {
  expect(seat.faults).toEqual([]);
  await seat.close();
});

test('identical neighbours fold, a request groups, and both open', async () => {
  await visit();
  await expect.poll(() => rows().count()).toBe(5);
  const fold = seat.page.getByTitle('3 alike, one after the other');
  await fold.click();
  await expect.poll(() => rows().count()).toBe(8);
  await seat.page.getByTitle('2 events of one request').click();
  await expect.poll(() => rows().count()).toBe(10);
});

test('a facet writes the query, the query marks the facet, and what a facet cannot show is said', async () => {
  await visit();
  await seat.page.getByTitle('Only denied').click();
  await expect.poll(() => address().get('q')).toBe(`session:${mark} outcome:denied`);
  await expect.poll(() => rows().count()).toBe(1);
  // Other values can still be picked.
  await seat.page.getByTitle('Only failure').click();
  await expect.poll(() => address().get('q')).toBe(`session:${mark} outcome:(denied OR failure)`);
  expect(await seat.page.getByRole('combobox', { name: 'Query' }).inputValue()).toBe(`session:${mark} outcome:(denied OR failure)`);
  await visit({ q: `session:${mark} (outcome:denied OR action:invoice.paid)` });
  await expect.poll(() => seat.page.getByText('The query also says: (outcome:denied OR action:invoice.paid)').count()).toBeGreaterThan(0);
  await expect.poll(() => rows().count()).toBe(2);
});

test('back, reload and a permanent link restore what was seen', async () => {
  await visit();
  await seat.page.getByTitle('Only denied').click();
  await expect.poll(() => rows().count()).toBe(1);
  await seat.page.reload();
  await expect.poll(() => rows().count()).toBe(1);
  await seat.page.goBack();
  await expect.poll(() => rows().count()).toBe(5);
  await seat.page.locator('body').press('y');
  const link = new URL(await seat.page.evaluate(() => navigator.clipboard.readText()));
  expect(link.searchParams.get('range')).toMatch(/^\d{4}-\d\d-\d\dT.*Z\.\.\d{4}-\d\d-\d\dT.*Z$/);
  expect(link.searchParams.get('q')).toMatch(/ seq:<=\d+$/);
  await send([{ action: 'invoice.later', resource: 'inv_9' }]);
  await seat.page.goto(link.href);
  await expect.poll(() => rows().count()).toBe(5);
  await visit();
  await expect.poll(() => rows().count()).toBe(6);
});

test('by keys alone: write a query by its suggestions, walk, open, move on, close, select, filter', async () => {
  await visit();
  const { page } = seat;
  await page.locator('body').press('/');
  await page.keyboard.press('End');
  await page.keyboard.type(' outc');
  await page.getByRole('option', { name: /^outcome:/ }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.keyboard.type('deni');
  await page.getByRole('option', { name: /^denied/ }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await expect.poll(() => address().get('q')).toBe(`session:${mark} outcome:denied`);
  await visit();
  // Letters are text in an input, and shortcuts elsewhere.
  await page.locator('body').press('j');
  await page.keyboard.press('j');
  expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('row');
  await page.keyboard.press('Enter');
  await expect.poll(() => address().get('event')).toMatch(/^[0-9a-f-]{36}$/);
  const first = address().get('event');
  await page.keyboard.press('j');
  await expect.poll(() => address().get('event')).not.toBe(first);
  await page.keyboard.press('Escape');
  await expect.poll(() => address().get('event')).toBeNull();
  await page.keyboard.press('x');
  await page.getByText('1 selected').waitFor();
  // To the right: what is folded opens, then the values of the row.
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('F');
  await expect.poll(() => address().get('q')).toContain(' -actor.id:');
});

test('what cannot be read says where, and what was shown stays', async () => {
  await visit();
  const input = seat.page.getByRole('combobox', { name: 'Query' });
  await input.fill(`session:${mark} actr:maria`);
  await input.press('Escape');
  await input.press('Enter');
  await seat.page.getByRole('alert').filter({ hasText: 'At character 22' }).waitFor();
  expect(await input.getAttribute('aria-invalid')).toBe('true');
});

test('no match says which filter to drop, and how many a longer time has', async () => {
  const old = `old_${mark}`;
  await asOperator('/v1/events', {
    action: 'invoice.archived',
    actor: { type: 'user', id: 'usr_a' },
    context: { sessionId: old },
    occurredAt: new Date(Date.now() - 20 * 86_400_000).toISOString(),
  });
  await seat.page.goto(`/explore?tenant=${TENANT}&q=session:${old}&range=-24h`);
  await seat.page.getByRole('heading', { name: 'No event matches' }).waitFor();
  await seat.page.getByRole('button', { name: `Without session:${old}` }).waitFor();
  await seat.page.getByRole('button', { name: 'Last 30 days: 1' }).click();
  await expect.poll(() => rows().count()).toBe(1);
});

test('bars are chosen by keys, windows move, and the zone is said', async () => {
  await visit();
  const { page } = seat;
  await page
    .getByRole('listbox', { name: /^Events over time/ })
    .getByRole('option')
    .last()
    .focus();
  await page.keyboard.press('Shift+ArrowLeft');
  await page.keyboard.press('Enter');
  await expect.poll(() => address().get('range')).toMatch(/^\d{4}-.*\.\.\d{4}-/);
  const chosen = address().get('range') ?? '';
  await page.locator('body').press('[');
  await expect.poll(() => address().get('range')).not.toBe(chosen);
  await page.locator('body').press('z');
  await page.locator('body').press('t');
  await page.getByRole('button', { name: 'Local (GMT+1)' }).click();
  await expect.poll(() => address().get('zone')).toBe('local');
});

test('live: new events come in, wait while somebody reads, and nothing moves under the pointer', async () => {
  await visit({ live: '1' });
  const { page } = seat;
  await page.getByRole('button', { name: 'Stop live' }).or(page.getByTitle('Stop live')).waitFor();
  await page.getByText('Live', { exact: true }).first().waitFor();
  await page.mouse.move(5, 5);
  const before = await rows().count();
  await expect
    .poll(async () => {
      await send([{ action: `live.a${randomUUID().slice(0, 6)}`, resource: `inv_${randomUUID().slice(0, 6)}` }]);
      return rows().count();
    })
    .toBeGreaterThan(before);
  await rows().nth(1).hover();
  const held = await rows().first().innerText();
  await send([{ action: 'live.waiting', resource: 'inv_w1' }]);
  await page.getByRole('button', { name: /^\d+ new$/ }).waitFor();
  expect(await rows().first().innerText()).toBe(held);
  await page.getByRole('button', { name: /^\d+ new$/ }).click();
  await expect.poll(() => rows().first().innerText()).toContain('live.waiting');
});

test('where nothing was ever received, a first event turns the page by itself', async () => {
  const tenant = `org_${mark}`;
  const fresh = await openSeat({ tenant });
  await fresh.page.goto(`/explore?tenant=${tenant}`);
  await fresh.page.getByRole('heading', { name: 'Nothing has been received yet' }).waitFor();
  await asOperator('/v1/events', { action: 'invoice.first', actor: { type: 'user', id: 'usr_a' } }, tenant);
  await expect.poll(() => fresh.page.getByRole('grid', { name: 'Events' }).innerText()).toContain('invoice.first');
  expect(fresh.faults).toEqual([]);
  await fresh.close();
});
