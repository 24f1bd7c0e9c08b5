// Signing in in a real browser: by a one-time link, by password, out again, and back to where one was.

import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { asOperator, demoUrl, openSeat, TENANT } from './browser.test.fixture.ts';

test('by a link that asks for what it needs, out, and in again by password to where one was', async () => {
  const email = `robin-${randomUUID().slice(0, 8)}@example.com`;
  const password = `seven ${randomUUID().slice(0, 8)} lanterns`;
  const { link } = (await (await asOperator('/v1/people/invitations', { email, role: 'auditor' })).json()) as { link: string };
  const { page, close, faults } = await openSeat({ anonymous: true });
  await page.goto(`/sign-in${new URL(link).hash}`);
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByLabel('Your name').fill('Robin');
  await page.getByLabel('Password', { exact: true }).fill('short');
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.locator('input[aria-invalid="true"]').waitFor();
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('button', { name: 'Account of Robin' }).first().waitFor();
  expect(new URL(page.url()).searchParams.get('tenant')).toBe(TENANT);

  await page.getByRole('button', { name: 'Account of Robin' }).first().click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.waitForURL('**/sign-in');
  // A link is good once.
  await page.goto(`/sign-in${new URL(link).hash}`);
  await page.reload();
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('alert').waitFor();

  await page.goto(`/explore?tenant=${TENANT}&q=outcome:denied`);
  await page.waitForURL(({ pathname }) => pathname === '/sign-in');
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill('not the right one');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').filter({ hasText: 'do not belong together' }).waitFor();
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('grid', { name: 'Events' }).waitFor();
  expect(new URL(page.url()).searchParams.get('q')).toBe('outcome:denied');
  expect(faults).toEqual([]);
  await close();
});

test('a session that ends leads to the sign-in, and back to the same question', async () => {
  const { page, context, close } = await openSeat({ role: 'analyst' });
  await page.goto(`/explore?tenant=${TENANT}&q=outcome:denied`);
  await page.getByRole('grid', { name: 'Events' }).waitFor();
  await context.request.post('/v1/sign-out', { headers: { origin: new URL(demoUrl()).origin } });
  // A server knows of it within a second.
  await expect
    .poll(async () => {
      await page.keyboard.press('r');
      return new URL(page.url()).pathname;
    })
    .toBe('/sign-in');
  expect(new URL(page.url()).searchParams.get('next')).toMatch(/^\/explore\?.*outcome/);
  await close();
});
