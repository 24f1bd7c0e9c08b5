// An event's page and panel: the difference, the proof that is computed in the browser, and what an alteration looks like.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { asOperator, openSeat, type Seat, TENANT } from './browser.test.fixture.ts';

const MAIN = fileURLToPath(new URL('../../packages/server/dist/cli/main.js', import.meta.url));
const FOLDER = process.env['INDELIBLE_TEST_DEMO_FOLDER'];
const MEMORY = `indelible.log.${TENANT}`;

let seat: Seat | undefined;

afterEach(async () => {
  await seat?.close();
  seat = undefined;
});

async function sit(options: Parameters<typeof openSeat>[0] = {}): Promise<Seat> {
  seat = await openSeat(options);
  return seat;
}

interface Sent {
  readonly id: string;
  readonly seq: number;
}

async function send(event: object): Promise<Sent> {
  const answer = (await (await asOperator('/v1/events', event)).json()) as { receipts: Sent[] };
  return answer.receipts[0] as Sent;
}

function changeOf(model: string, name: string): object {
  return {
    action: 'bot.updated',
    actor: { type: 'user', id: 'usr_prover', name: 'Pat Prover' },
    resource: { type: 'bot', id: 'bot_proved', name },
    change: {
      before: {
        model: 'small-1',
        prompt: 'You are a helpful bot of Acme, and you answer every question that a customer has about an order.',
        apiKey: 'one',
      },
      after: {
        model,
        prompt: 'You are a friendly bot of Acme, and you answer every question that a customer has about an order.',
        apiKey: 'two',
      },
    },
    context: { reason: 'Ticket 4812', ip: '203.0.113.77' },
  };
}

const pageOf = (id: string): string => `/events/${id}?tenant=${TENANT}&zone=utc`;

test('the difference by word, the secret by its rule, and a proof that says what it checked', async () => {
  const { id, seq } = await send(changeOf('large-2', 'Proved'));
  const { page, faults } = await sit();
  await page.goto(pageOf(id));
  const change = page.getByRole('region', { name: 'What changed' });
  await change.getByText('small-1').waitFor();
  expect(await change.locator('del').allInnerTexts()).toEqual([expect.stringContaining('small-1'), expect.stringContaining('helpful')]);
  expect(await change.locator('ins').allInnerTexts()).toEqual([expect.stringContaining('large-2'), expect.stringContaining('friendly')]);
  expect(await change.innerText()).toContain('by the redaction rule "api_key"');
  const proof = page.getByRole('region', { name: 'Proof' });
  await proof.getByText(/^Verified in this browser/).waitFor();
  const said = await proof.innerText();
  expect(said).toContain(`The entry is leaf ${seq.toLocaleString('en-GB')} of the tree of`);
  expect(said).toContain('first time that this browser meets the key');
  await page.reload();
  await proof.getByText(/^The log continues the one of/).waitFor();
  expect(await proof.innerText()).toContain('the key that this browser remembers since');
  expect(faults).toEqual([]);
});

test('another key than the remembered one is refused loudly, until somebody begins anew', async () => {
  const { id } = await send(changeOf('large-3', 'Proved'));
  const { page } = await sit();
  await page.goto(pageOf(id));
  await page.getByText(/^Verified in this browser/).waitFor();
  const change = (part: object): Promise<void> =>
    page.evaluate(
      ([name, text]) =>
        localStorage.setItem(name, JSON.stringify({ ...JSON.parse(localStorage.getItem(name) ?? '{}'), ...JSON.parse(text) })),
      [MEMORY, JSON.stringify(part)] as const,
    );
  await change({ publicKey: Buffer.alloc(32, 7).toString('base64') });
  await page.reload();
  await page.getByRole('heading', { name: 'This log is not the one that this browser knows' }).waitFor();
  await page.getByRole('button', { name: 'Forget the remembered key and checkpoint' }).click();
  await page.getByRole('button', { name: 'Forget them' }).click();
  await page.getByText(/^Verified in this browser/).waitFor();
  await change({ size: 900_000_000 });
  await page.reload();
  await page
    .getByText(/^The log is shorter than it was/)
    .first()
    .waitFor();
  expect(await page.getByText(/^Verified in this browser/).count()).toBe(0);
});

test('in the panel: d changes the form, y copies a link, o opens the page, f filters by the value in focus', async () => {
  const { id } = await send(changeOf('large-4', 'Panel'));
  const { page } = await sit();
  await page.goto(`/explore?tenant=${TENANT}&zone=utc&event=${id}`);
  const panel = page.getByRole('complementary', { name: 'Event' });
  await panel.getByText('large-4', { exact: true }).waitFor();
  await page.keyboard.press('d');
  await panel.getByRole('button', { name: 'Split', pressed: true }).waitFor();
  await page.keyboard.press('y');
  await panel.getByText('Link copied').waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain(`/events/${id}?tenant=${TENANT}`);
  await panel.getByRole('button', { name: 'What to do with 203.0.113.77' }).focus();
  await page.keyboard.press('f');
  await page.waitForURL(/q=ip:203\.0\.113\.77/);
  await page.goto(`/explore?tenant=${TENANT}&zone=utc&event=${id}`);
  await panel.getByText('large-4', { exact: true }).waitFor();
  await page.keyboard.press('o');
  await page.waitForURL(new RegExp(`/events/${id}`));
  await page.getByRole('heading', { level: 1 }).waitFor();
});

test('what happened around it, by actor and by resource', async () => {
  const before = await send({ ...changeOf('large-5', 'Around'), resource: { type: 'bot', id: 'bot_other', name: 'Other' } });
  const { id } = await send(changeOf('large-5', 'Around'));
  const { page } = await sit();
  await page.goto(pageOf(id));
  const around = page.getByRole('region', { name: 'Before and after' });
  await around.locator(`a[href*="${before.id}"]`).waitFor();
  await around.getByRole('button', { name: 'Same resource' }).click();
  await around.locator(`a[href*="${before.id}"]`).waitFor({ state: 'detached' });
  expect(await around.locator('[aria-current="true"]').innerText()).toContain('this event');
});

test.skipIf(FOLDER === undefined)(
  'an event that was altered in the database: which field, what it said, and that this is proved',
  async () => {
    // Two of them, so that there is one that was not altered.
    await send(changeOf('large-6', 'Altered'));
    await send(changeOf('large-7', 'Altered'));
    const { page } = await sit();
    const said = await demo('tamper');
    try {
      const [, seq = ''] = /AND seq = (\d+)/.exec(said) ?? [];
      const [, name = ''] = /by (.+) now says Mallory/.exec(said) ?? [];
      const found = (await (await asOperator(`/v1/events?q=seq:${seq}`)).json()) as { events: { id: string }[] };
      await page.goto(pageOf(found.events[0]?.id ?? ''));
      const row = page.getByRole('table', { name: 'What was altered' }).getByRole('row', { name: /actor\/name/ });
      await row.waitFor();
      expect(await row.getByRole('cell').allInnerTexts()).toEqual([name, 'Mallory']);
      const notice = page.getByRole('alert').filter({ hasText: `Verification failed: Event ${Number(seq).toLocaleString('en-GB')}` });
      expect(await notice.innerText()).toContain(`actor/name: ${name}`);
      expect(await page.getByText(/^Verified in this browser/).count()).toBe(0);
    } finally {
      await demo('restore');
    }
  },
);

/** @returns what it said */
async function demo(command: 'tamper' | 'restore'): Promise<string> {
  const env = { ...process.env, INDELIBLE_TENANT: TENANT };
  return (await promisify(execFile)(process.execPath, [MAIN, 'demo', command], { cwd: FOLDER, env })).stdout;
}
