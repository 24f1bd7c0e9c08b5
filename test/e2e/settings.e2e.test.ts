// The settings in a real browser: what they make is made on the server, secrets are shown once, and what cannot be undone asks first.

import { createHmac, randomUUID } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { asOperator, openSeat, type Seat, TENANT } from './browser.test.fixture.ts';

let seat: Seat | undefined;

afterEach(async () => {
  expect(seat?.faults).toEqual([]);
  await seat?.close();
  seat = undefined;
});

async function visit(section: string, options: Parameters<typeof openSeat>[0] = {}): Promise<Seat> {
  seat = await openSeat(options);
  await seat.page.goto(`/settings/${section}?tenant=${TENANT}`);
  return seat;
}

const some = (name: string): string => `${name} ${randomUUID().slice(0, 8)}`;
const inDialog = ({ page }: Seat, name: string) => page.getByRole('dialog').getByRole('button', { name, exact: true });

/** The code of RFC 6238 that an app would show now. */
function codeOf(secret: string): string {
  const bits = Array.from(secret, (letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const digest = createHmac('sha1', key).update(counter).digest();
  return String((digest.readUInt32BE((digest[19] ?? 0) & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

test('somebody is invited by a link that is shown once, and the invitation is withdrawn', async () => {
  const own = await visit('people');
  const { page } = own;
  const email = `${randomUUID().slice(0, 8)}@invited.test`;
  await page.getByRole('button', { name: 'Invite somebody' }).click();
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Role', { exact: true }).selectOption('viewer');
  await page.getByLabel('Sees only').fill('actor:(');
  await inDialog(own, 'Make the link').click();
  await page.getByRole('alert').waitFor();
  await page.getByLabel('Sees only').fill('resource:bot/bot_42');
  await inDialog(own, 'Make the link').click();
  await expect.poll(() => page.getByRole('dialog').locator('code').textContent()).toMatch(/\/sign-in#iln_/);
  await inDialog(own, 'Done').click();
  const row = page.getByRole('row', { name: email });
  await row.waitFor();
  expect(await page.content()).not.toContain('iln_');
  await row.getByRole('button', { name: 'Withdraw' }).click();
  await inDialog(own, 'Withdraw').click();
  await row.waitFor({ state: 'detached' });
});

test('a role is changed and withdrawn, after saying what that does', async () => {
  const other = await openSeat({ role: 'analyst' });
  const own = await visit('people');
  const { page } = own;
  const row = page.getByRole('row', { name: other.email });
  await row.getByRole('button').click();
  await page.getByRole('menuitem', { name: 'Change role' }).click();
  await page.getByLabel('Role', { exact: true }).selectOption('auditor');
  await inDialog(own, 'Change role').click();
  await row.getByText('Auditor').waitFor();
  await row.getByRole('button').click();
  await page.getByRole('menuitem', { name: 'Withdraw role' }).click();
  await page.getByRole('dialog').getByText('sees nothing of this tenant any more').waitFor();
  await inDialog(own, 'Withdraw role').click();
  await row.waitFor({ state: 'detached' });
  await expect.poll(async () => (await other.context.request.get('/v1/events')).status(), { timeout: 20_000 }).toBe(403);
  await other.close();
});

test('a key is created, rotated and revoked, and is good only as long', async () => {
  const own = await visit('keys');
  const { page } = own;
  const name = some('reports');
  await page.getByRole('button', { name: 'Create a key' }).click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('ingest', { exact: true }).uncheck();
  expect(await inDialog(own, 'Create a key').isDisabled()).toBe(true);
  await page.getByLabel('read', { exact: true }).check();
  await inDialog(own, 'Create a key').click();
  const key = (await page.getByRole('dialog').locator('code').textContent()) ?? '';
  const status = async (): Promise<number> =>
    (await fetch(new URL('/v1/log', page.url()), { headers: { authorization: `Bearer ${key}` } })).status;
  expect(await status()).toBe(200);
  await inDialog(own, 'Done').click();
  expect(await page.content()).not.toContain(key);

  const actions = page.getByRole('button', { name: `Actions for ${name}` });
  await actions.click();
  await page.getByRole('menuitem', { name: 'Rotate' }).click();
  await page.getByLabel('The former key stays good').selectOption('0');
  await inDialog(own, 'Rotate').click();
  await expect.poll(() => page.getByRole('dialog').locator('code').textContent()).toMatch(/^ink_/);
  await inDialog(own, 'Done').click();
  await expect.poll(status, { timeout: 20_000 }).toBe(401);

  await actions.click();
  await page.getByRole('menuitem', { name: 'Revoke' }).click();
  await inDialog(own, 'Revoke').click();
  await actions.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: /no longer good/ }).click();
  await page
    .getByRole('row', { name })
    .first()
    .getByText(/Revoked|Ended/)
    .waitFor();
});

test('a viewer token is made, listed and revoked', async () => {
  const own = await visit('viewer-tokens');
  const { page } = own;
  const viewer = `cus_${randomUUID().slice(0, 8)}`;
  await page.getByRole('button', { name: 'Make a token' }).click();
  await page.getByLabel('Only this resource: its type').fill('bot');
  await page.getByLabel('Whom it is for').fill(viewer);
  await inDialog(own, 'Make a token').click();
  await page.getByText('give both, or none').waitFor();
  await page.getByLabel('and its id').fill('bot_42');
  await inDialog(own, 'Make a token').click();
  const token = (await page.getByRole('dialog').locator('code').textContent()) ?? '';
  const status = async (): Promise<number> =>
    (await fetch(new URL('/v1/events', page.url()), { headers: { authorization: `Bearer ${token}` } })).status;
  expect(await status()).toBe(200);
  await inDialog(own, 'Done').click();
  const row = page.getByRole('row', { name: viewer });
  await row.getByText('resource:bot/bot_42').waitFor();
  await row.getByRole('button', { name: 'Revoke' }).click();
  await inDialog(own, 'Revoke').click();
  await row.waitFor({ state: 'detached' });
  await expect.poll(status, { timeout: 20_000 }).toBe(401);
});

test('the second factor is set up by its code, with backup codes, and taken away', async () => {
  const own = await visit('security');
  const { page } = own;
  await page.getByRole('button', { name: 'Set up' }).click();
  await page.getByLabel('Your password').fill('quite-long-Horse-41-lantern');
  await inDialog(own, 'Set up').click();
  const address = (await page.getByRole('link', { name: /Address for apps/ }).getAttribute('href')) ?? '';
  await page.getByRole('img', { name: /QR code/ }).waitFor();
  const backup = (await page.getByRole('dialog').getByRole('listitem').first().textContent()) ?? '';
  await page.getByLabel('Code of the app').fill(codeOf(new URL(address).searchParams.get('secret') ?? ''));
  await inDialog(own, 'Put in force').click();
  await page.getByText('The second factor is in force').waitFor();
  expect(await page.content()).not.toContain(backup);
  await page.getByRole('button', { name: 'Remove' }).click();
  await page.getByLabel('Your password').fill('quite-long-Horse-41-lantern');
  await page.getByLabel(/Code of the app/).fill(backup);
  await inDialog(own, 'Remove').click();
  await page.getByRole('button', { name: 'Set up' }).waitFor();
});

test('a password that is wrong changes nothing, and the session goes on', async () => {
  const { page } = await visit('security');
  await page.getByLabel('Present password').fill('not this one');
  await page.getByLabel('New password').fill('nine geese over the quay');
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByRole('alert').getByText('wrong').waitFor();
  await page.getByLabel('Present password').fill('quite-long-Horse-41-lantern');
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('The password is changed').waitFor();
  expect(await page.getByLabel('New password').inputValue()).toBe('');
});

test('a view is saved where it was asked, opened again, shared, deleted and had back', async () => {
  seat = await openSeat({ role: 'analyst' });
  const own = seat;
  const { page } = own;
  const name = some('Denied');
  await page.goto(`/explore?tenant=${TENANT}&q=outcome%3Adenied&range=-7d&zone=utc`);
  await page.getByRole('button', { name: 'Saved views' }).click();
  await page.getByRole('button', { name: 'Save this view' }).click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await inDialog(own, 'Save').click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.goto(`/settings/views?tenant=${TENANT}`);
  const row = page.getByRole('row', { name });
  await row.getByText('Private').waitFor();
  await row.getByRole('link', { name }).click();
  await page.waitForURL(/\/explore\?/);
  expect(Object.fromEntries(new URL(page.url()).searchParams)).toMatchObject({
    q: 'outcome:denied',
    range: '-7d',
    zone: 'utc',
    tenant: TENANT,
  });

  await page.goto(`/settings/views?tenant=${TENANT}`);
  await row.getByRole('button').click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Undo' }).click();
  await row.waitFor();
  await row.getByRole('button').click();
  await page.getByRole('menuitem', { name: 'Share' }).click();
  await inDialog(own, 'Share').click();
  await row.getByText('Shared').waitFor();
  const auditor = await openSeat({ role: 'auditor' });
  await auditor.page.goto(`/settings/views?tenant=${TENANT}`);
  const theirs = auditor.page.getByRole('row', { name });
  await theirs.waitFor();
  expect(await theirs.getByRole('button').count()).toBe(0);
  await auditor.close();
  await row.getByRole('button').click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await inDialog(own, 'Delete').click();
  await row.waitFor({ state: 'detached' });
});

test('a view becomes a viewer token that shows what it asks for, and nothing else', async () => {
  const own = await visit('views');
  const { page, context } = own;
  const name = some('Support bot');
  const headers = { origin: new URL(page.url()).origin, 'indelible-tenant': TENANT };
  const saved = await context.request.post('/v1/views', { data: { name, query: 'resource:bot/bot_support' }, headers });
  expect(saved.status()).toBe(201);
  await page.reload();
  await page.getByRole('row', { name }).getByRole('button').click();
  await page.getByRole('menuitem', { name: 'Viewer token' }).click();
  await inDialog(own, 'Make a token').click();
  const token = (await page.getByRole('dialog').locator('code').textContent()) ?? '';
  const answer = await fetch(new URL('/v1/events?limit=5', page.url()), { headers: { authorization: `Bearer ${token}` } });
  const { events } = (await answer.json()) as { events: { resource?: { id?: string } }[] };
  expect(new Set(events.map(({ resource }) => resource?.id))).toEqual(new Set(['bot_support']));
});

test('who may not see a page is told so, and is not led to it', async () => {
  const { page } = await visit('keys', { role: 'viewer', scope: 'resource:bot/bot_42' });
  await page.getByText('Your role does not show this page').waitFor();
  const settings = page.getByRole('navigation', { name: 'Settings' });
  expect(await settings.getByRole('link').allTextContents()).toEqual(['Saved views', 'Your sessions', 'Your sign-in']);
});

test('every table of every source, for those who are something in all tenants', async () => {
  const { page } = await visit('sources', { role: 'auditor', tenant: '_operator' });
  const { sources } = (await (await asOperator('/v1/coverage', undefined, '_operator')).json()) as {
    sources: { tables: { table: string }[] }[];
  };
  const tables = sources.flatMap((source) => source.tables);
  await page.getByRole('heading', { name: `${String(tables.length)} tables` }).waitFor();
  await expect.poll(() => page.locator('tbody tr').count()).toBe(tables.length);
  await page.getByLabel('Find a table').fill(tables[0]?.table ?? '');
  await expect
    .poll(() => page.locator('tbody tr').count())
    .toBe(tables.filter(({ table }) => table.includes(tables[0]?.table ?? '')).length);
});
