// The first page: what happened in the story is seen at once, each of it leads on in a click or two, and nothing is promised that
// is not so for who looks.

import { randomUUID } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { asOperator, openSeat, type Seat, TENANT } from './browser.test.fixture.ts';

let seat: Seat | undefined;

afterEach(async () => {
  await seat?.close();
  seat = undefined;
});

async function sit(options: Parameters<typeof openSeat>[0] = {}): Promise<Seat> {
  seat = await openSeat(options);
  return seat;
}

const HOME = `/?tenant=${TENANT}&zone=utc`;

test('a newcomer sees what happened, and is with the contractor and the proof in a few clicks', async () => {
  const { page, faults } = await sit({ role: 'auditor' });
  await page.goto(HOME);
  const look = page.getByRole('region', { name: 'Worth a look' });
  const night = look
    .getByRole('listitem')
    .filter({ has: page.getByRole('heading', { name: /^Casey Morgan signed in from Santiago, Chile/ }) });
  await night.getByText('backup on behalf of Casey Morgan deleted record').waitFor();
  expect(await night.innerText()).toMatch(/at an hour unusual for them, after 2 failed tries/);
  expect(await night.innerText()).toContain('× 48');

  // The change behind the application's back, and its proof: one click.
  const behind = look.getByRole('listitem').filter({ hasText: 'that nobody can be named for' });
  expect(await behind.innerText()).toContain('Somebody unknown changed enabled of policy Customers stay private from true to false');
  await behind.getByRole('link', { name: /^Event/ }).click();
  await page
    .getByRole('region', { name: 'Proof' })
    .getByText(/^Verified in this browser/)
    .waitFor();

  // The contractor: one click, and what they did that night another one.
  await page.goBack();
  await night.getByRole('link', { name: /^This actor/ }).click();
  await page.getByRole('heading', { name: 'Casey Morgan', level: 1 }).waitFor();
  const address = page.getByRole('region', { name: 'Addresses' }).getByRole('listitem').filter({ hasText: '192.0.2.66' });
  expect(await address.innerText()).toContain('New');
  await address.getByRole('link').click();
  await page.waitForURL(/\/explore\?q=actor.id:usr_casey\+ip:192\.0\.2\.66/);

  // The log as a whole: one click.
  await page.goto(HOME);
  await page.getByRole('link', { name: 'Verify now' }).click();
  await page.getByText('What was checked holds').waitFor();
  expect(faults).toEqual([]);
});

test('the numbers as bars and as a table are the same, and the range stands in the address', async () => {
  const { page } = await sit();
  await page.goto(HOME);
  const panel = page.getByRole('region', { name: 'Events by category' });
  const row = panel.getByRole('link', { name: /^Authentication/ });
  const total = Number((await row.locator('span').nth(1).innerText()).replace(/\D/g, ''));
  await panel.getByRole('button', { name: 'As a table' }).click();
  const cells = await panel.getByRole('row').locator('td:nth-child(3)').allInnerTexts();
  expect(cells.reduce((sum, text) => sum + Number(text.replace(/\D/g, '')), 0)).toBe(total);
  await page.getByRole('button', { name: '24 hours' }).click();
  await page.waitForURL(/range=-24h/);
  await page.reload();
  await page.getByRole('button', { name: '24 hours', pressed: true }).waitFor();
});

test('who sees a part is told so, and asks for nothing that would be refused', async () => {
  const { page, faults } = await sit({ role: 'viewer', scope: 'resource:bot/bot_support' });
  const asked: string[] = [];
  page.on('response', (response) => void (response.status() === 403 && asked.push(response.url())));
  await page.goto(HOME);
  await page.getByText('in the part of the tenant that you see').waitFor();
  await page.getByText('Sources are shared by all tenants').waitFor();
  expect(await page.getByRole('region', { name: 'Worth a look' }).innerText()).not.toContain('gap in the capture');
  expect(asked).toEqual([]);
  expect(faults).toEqual([]);
});

test('who sees all tenants is told what is captured', async () => {
  const { page } = await sit({ role: 'auditor', tenant: '_operator' });
  await page.goto(HOME);
  const captured = page.getByRole('region', { name: 'What is captured' });
  await captured.getByText('27 of 27 tables').waitFor();
  expect(await captured.innerText()).toContain('None, open or past');
  // What the trail holds of itself nobody sends: that is no empty trail.
  await page.goto('/?tenant=_operator');
  await page.getByRole('region', { name: 'Worth a look' }).waitFor();
  expect(await page.getByRole('heading', { name: 'Nothing was received yet' }).count()).toBe(0);
});

test('a tenant without events says how to send one, and changes by itself when it comes', async () => {
  const tenant = `new_${randomUUID().slice(0, 8)}`;
  const { page } = await sit({ role: 'auditor', tenant: '_operator' });
  await page.goto(`/?tenant=${tenant}`);
  await page.getByRole('heading', { name: 'Nothing was received yet' }).waitFor();
  await asOperator(
    '/v1/events',
    { action: 'bot.created', actor: { type: 'user', id: 'usr_first' }, resource: { type: 'bot', id: 'b1' } },
    tenant,
  );
  await page.getByRole('region', { name: 'State of the log' }).waitFor();
  expect(await page.getByRole('heading', { name: 'Nothing was received yet' }).count()).toBe(0);
});

test('what cannot be had says why, with the number to name, and is asked for again', async () => {
  const { page } = await sit();
  let isAway = true;
  await page.route('**/v1/stats/facets**', (route) => {
    if (!isAway) return route.continue();
    const problem = {
      type: 'urn:indelible:error:query_timeout',
      title: 'The query took too long',
      status: 503,
      detail: 'made up',
      code: 'query_timeout',
      hint: 'Narrow it.',
      requestId: 'req-made-up',
    };
    return route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify(problem) });
  });
  await page.goto(HOME);
  const alert = page.getByRole('alert').filter({ hasText: 'The query took too long' });
  await alert.waitFor();
  expect(await alert.innerText()).toContain('req-made-up');
  // The rest of the page stands.
  await page.getByRole('region', { name: 'State of the log' }).getByText('Entries, signed').waitFor();
  isAway = false;
  await alert.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('link', { name: /^By nobody known/ }).waitFor();
});
