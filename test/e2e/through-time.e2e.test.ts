// A resource through time: its state at any instant with who set each field, two versions held against each other, the way back.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asOperator, openSeat, type Seat, TENANT } from './browser.test.fixture.ts';

const ID = `bot_${randomUUID().slice(0, 8)}`;
const PATH = `/resources/bot/${ID}`;
const MADE = { model: 'small-1', prompt: 'Be kind.', limits: { perDay: 100 } };
const CHANGED = { ...MADE, model: 'large-2', apiKey: 'secret' };

let seat: Seat;

function eventOf(action: string, at: string, who: string, change: object): object {
  return {
    action,
    occurredAt: at,
    actor: { type: 'user', id: `usr_${who.toLowerCase()}`, name: who },
    resource: { type: 'bot', id: ID, name: 'Time' },
    change,
  };
}

beforeAll(async () => {
  await asOperator('/v1/events', [
    eventOf('bot.created', '2026-03-01T10:00:00.000Z', 'Ann', { after: MADE }),
    eventOf('bot.updated', '2026-03-02T10:00:00.000Z', 'Bob', { before: MADE, after: CHANGED }),
    eventOf('bot.updated', '2026-03-03T10:00:00.000Z', 'Cleo', { before: CHANGED, after: { ...CHANGED, prompt: 'Be short.' } }),
  ]);
  seat = await openSeat({ role: 'auditor' });
});

afterAll(() => seat.close());

const at = (search = ''): string => `${PATH}?tenant=${TENANT}&zone=utc${search}`;
const rowOf = (field: string) =>
  seat.page
    .getByRole('table', { name: 'State' })
    .getByRole('row')
    .filter({ has: seat.page.getByRole('rowheader', { name: field }) });

test('as it is now: who set each field, and a secret by its rule', async () => {
  const { page } = seat;
  await page.goto(at());
  await rowOf('prompt').getByText('Be short.').waitFor();
  expect(await rowOf('prompt').innerText()).toMatch(/Cleo\s+3 Mar 2026, 10:00:00/);
  expect(await rowOf('model').innerText()).toContain('Bob');
  expect(await rowOf('limits/perDay').innerText()).toContain('Ann');
  expect(await rowOf('apiKey').innerText()).toContain('api_key');
  expect(await page.getByText('Versions: 3').count()).toBe(1);
});

test('the keys [ and ] and the arrows of the slider go through the versions; the address keeps the place', async () => {
  const { page } = seat;
  await page.goto(at());
  await rowOf('prompt').getByText('Be short.').waitFor();
  await page.keyboard.press('[');
  await page.keyboard.press('[');
  await page.waitForURL(/at=2026-03-02T10:00:00.000Z/);
  await rowOf('prompt').getByText('Be kind.').waitFor();
  const slider = page.getByRole('slider', { name: 'Version' });
  expect(await slider.getAttribute('aria-valuetext')).toBe('Version 2, 2 Mar 2026, 10:00:00, by Bob');
  await slider.focus();
  await page.keyboard.press('ArrowLeft');
  await page.waitForURL(/at=2026-03-01T10:00:00.000Z/);
  await rowOf('model').getByText('small-1').waitFor();
  await page.reload();
  await rowOf('model').getByText('small-1').waitFor();
  await page.getByRole('heading', { level: 1 }).click();
  await page.keyboard.press(']');
  await rowOf('model').getByText('large-2').waitFor();
});

test('any date and time: between two versions it is the earlier one, before the first nothing is known', async () => {
  const { page } = seat;
  await page.goto(at());
  const field = page.getByLabel(/^Date and time/);
  await field.fill('2026-03-02T09:59:59');
  await field.press('Enter');
  await rowOf('model').getByText('small-1').waitFor();
  expect(page.url()).toContain('at=2026-03-02T09:59:59.000Z');
  await field.fill('2026-02-01T00:00:00');
  await field.press('Enter');
  await page.getByText('It was not there yet.').waitFor();
});

test('two versions are compared, and the patch between them is copied', async () => {
  const { page } = seat;
  await page.goto(at());
  await page
    .getByRole('region', { name: 'Timeline' })
    .getByRole('listitem')
    .filter({ hasText: '#3' })
    .getByRole('button', { name: 'Compare with before' })
    .click();
  const panel = page.getByRole('region', { name: 'Compare' });
  await panel.getByText('kind', { exact: false }).first().waitFor();
  await panel.getByLabel('From').selectOption('2026-03-01T10:00:00.000Z');
  await panel.getByText('large-2').waitFor();
  expect(await panel.innerText()).toMatch(/Bob\s+2 Mar 2026, 10:00:00/);
  await panel.getByRole('button', { name: 'Copy the patch' }).click();
  const patch = JSON.parse(await page.evaluate(() => navigator.clipboard.readText())) as { path: string; op: string }[];
  expect(patch.map(({ op, path }) => `${op} ${path}`)).toEqual(expect.arrayContaining(['replace /model', 'replace /prompt']));
  const address = page.url();
  await page.goto('about:blank');
  await page.goto(address);
  await panel.getByText('large-2').waitFor();
});

test('the reverse of a change is copied; what it leaves out is named', async () => {
  const { page } = seat;
  await page.goto(at());
  await page
    .getByRole('region', { name: 'Timeline' })
    .getByRole('listitem')
    .filter({ hasText: '#2' })
    .getByRole('button', { name: 'Undo…' })
    .click();
  const dialog = page.getByRole('dialog', { name: 'The reverse of this change' });
  await dialog.getByRole('button', { name: 'Copy the reverse change' }).click();
  const patch = JSON.parse(await page.evaluate(() => navigator.clipboard.readText())) as object[];
  expect(patch).toContainEqual({ op: 'replace', path: '/model', value: 'small-1' });
  expect(patch).toContainEqual({ op: 'test', path: '/model', value: 'large-2' });
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  expect(seat.faults).toEqual([]);
});

test('what nobody has heard of says so', async () => {
  await seat.page.goto(`/resources/bot/nobody_made?tenant=${TENANT}`);
  await seat.page.getByRole('heading', { name: 'No event is about this' }).waitFor();
  await seat.page.goto(`/actors/nobody_is?tenant=${TENANT}`);
  await seat.page.getByRole('heading', { name: 'Nothing was done by this id' }).waitFor();
  expect(seat.faults).toEqual([]);
});

test('an actor: the hours of the week as colours are the same as numbers', async () => {
  const { page } = seat;
  await page.goto(`/actors/usr_casey?tenant=${TENANT}&zone=utc`);
  const table = page.getByRole('table', { name: 'Events by weekday and hour' });
  await table.waitFor();
  const numbers = async (): Promise<string[]> => table.locator('td').allTextContents();
  const shaded = await numbers();
  expect(shaded).toHaveLength(7 * 24);
  expect(shaded.reduce((sum, text) => sum + Number(text), 0)).toBeGreaterThan(100);
  await page.getByRole('button', { name: 'As numbers' }).click();
  expect(await numbers()).toEqual(shaded);
  expect(seat.faults).toEqual([]);
});
