// Integrity: verified in the browser, against what the browser remembers; what was altered is told on the whole width of the page.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { openSeat, type Seat, TENANT } from './browser.test.fixture.ts';

const MAIN = fileURLToPath(new URL('../../packages/server/dist/cli/main.js', import.meta.url));
const FOLDER = process.env['INDELIBLE_TEST_DEMO_FOLDER'];
const PAGE = `/integrity?tenant=${TENANT}&zone=utc`;

let seat: Seat | undefined;

afterEach(async () => {
  await seat?.close();
  seat = undefined;
});

async function verified(): Promise<Seat> {
  seat = await openSeat({ role: 'auditor' });
  const { page } = seat;
  await page.goto(PAGE);
  await verify(seat);
  await page.getByText('What was checked holds').waitFor();
  return seat;
}

async function verify({ page }: Seat): Promise<void> {
  await page.getByRole('button', { name: 'Verify now' }).click();
}

test('the first time it learns the key, the next time it holds the log against what it knows', async () => {
  const { page, faults } = await verified();
  const report = page.getByRole('status').filter({ hasText: 'What was checked holds' });
  expect(await report.innerText()).toMatch(/met the key of the log for the first time/);
  expect(await report.innerText()).toMatch(/50 events are in the tree as they are shown|were too new/);
  expect(await report.innerText()).toMatch(/were not looked at one by one/);
  await page
    .getByText(/verified in this browser/)
    .first()
    .waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'Verify now' }).click();
  await report.getByText(/The log continues the checkpoint of [\d,]+ entries that this browser verified before/).waitFor();
  const table = page.getByRole('table', { name: 'Checkpoints verified here' });
  expect(await table.getByRole('row').count()).toBeGreaterThan(1);
  expect(faults).toEqual([]);
});

test('a log that does not continue what the browser remembers fails, on the whole width of every page', async () => {
  const { page } = await verified();
  await page.evaluate((tenant) => {
    const name = `indelible.log.${tenant}`;
    const known = JSON.parse(localStorage.getItem(name) ?? '{}') as { root: string };
    localStorage.setItem(name, JSON.stringify({ ...known, root: btoa('x'.repeat(32)) }));
  }, TENANT);
  await page.reload();
  await page.getByRole('button', { name: 'Verify now' }).click();
  await page.getByText('What was checked does not hold').waitFor();
  const notice = page.getByRole('alert').filter({ hasText: 'Verification failed' });
  expect(await notice.innerText()).toContain('does not continue');
  // Whoever knows why may begin anew.
  await page.getByRole('button', { name: 'Forget', exact: true }).click();
  await page.getByRole('button', { name: 'Forget them' }).click();
  await page.getByText('Nothing yet. It remembers the key').waitFor();
  expect(await page.evaluate((name) => localStorage.getItem(name), `indelible.log.${TENANT}`)).toBeNull();
  await page.getByRole('link', { name: 'Overview' }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  await notice.waitFor();
});

test('the command for an outsider names this server, the tenant and the key', async () => {
  const { page } = await verified();
  await page.getByRole('region', { name: 'Verify from outside' }).getByRole('button', { name: 'Copy the command' }).first().click();
  const command = await page.evaluate(() => navigator.clipboard.readText());
  expect(command).toContain(`indelible verify --server ${new URL(page.url()).origin} --tenant ${TENANT}`);
  expect(command).toMatch(/--state trail\.state --vkey \S+\/log\/\w+\+[0-9a-f]{8}\+\S+$/);
});

test.skipIf(FOLDER === undefined)(
  'an event that was altered in the database is found in the sample, with what was expected and found',
  async () => {
    const sitting = await verified();
    const { page } = sitting;
    const said = await demo('tamper');
    try {
      const [, seq = ''] = /AND seq = (\d+)/.exec(said) ?? [];
      const place = Number(seq).toLocaleString('en-GB');
      await page.getByRole('button', { name: 'newest 250' }).click();
      await verify(sitting);
      await page.getByText('What was checked does not hold').waitFor();
      const report = page.getByRole('alert').filter({ hasText: 'What was checked does not hold' });
      expect(await report.innerText()).toContain(`Event ${place}`);
      expect(await report.innerText()).toContain('What to do');
      const notice = page.getByRole('alert').filter({ hasText: `Verification failed: Event ${place}` });
      expect(await notice.innerText()).toMatch(/Expected\s+\S+\s+Found\s+\S+/);
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
