// Exporting what is on the screen: as many events as were counted, in both formats, checked as they arrive; cancelled, failed,
// and broken off.

import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asOperator, openSeat, type Seat, TENANT } from './browser.test.fixture.ts';

const EVENTS = 120;
/** Events of this run alone. */
const mark = `exp_${randomUUID().slice(0, 8)}`;
const QUERY = `session:${mark}`;

let seat: Seat;

beforeAll(async () => {
  await asOperator(
    '/v1/events',
    Array.from({ length: EVENTS }, (_, place) => ({
      action: 'invoice.approved',
      actor: { type: 'user', id: `${mark}_user`, name: '=HYPERLINK("http://evil.test")' },
      resource: { type: 'invoice', id: `inv_${String(place)}` },
      context: { sessionId: mark },
    })),
  );
  seat = await openSeat({ role: 'auditor' });
});
afterAll(async () => {
  await seat?.close();
});

const dialog = () => seat.page.getByRole('dialog');
const button = (name: string) => dialog().getByRole('button', { name, exact: true });

/** Opens the window over a query of its own, as it counts. */
async function choose(format: 'CSV' | 'JSONL'): Promise<void> {
  await seat.page.goto(`/explore?${new URLSearchParams({ tenant: TENANT, q: QUERY, range: '-24h' }).toString()}`);
  await seat.page.getByRole('button', { name: 'Export', exact: true }).click();
  await dialog()
    .getByText(`${String(EVENTS)} events`)
    .waitFor();
  await button(format).click();
}

async function download(): Promise<{ readonly name: string; readonly text: string }> {
  const [file] = await Promise.all([seat.page.waitForEvent('download'), button('Download').click()]);
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') };
}

test('JSONL: the file holds what was counted, and ends with what it says of itself', async () => {
  await choose('JSONL');
  await button('Export').click();
  await button('Download').waitFor();
  await dialog()
    .getByText(`${String(EVENTS)}, as many as were counted before`)
    .waitFor();
  const { name, text } = await download();
  expect(name).toMatch(/\.jsonl$/);
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines).toHaveLength(EVENTS + 1);
  expect(lines.at(-1)).toMatchObject({ export: { count: EVENTS, tenant: TENANT, checkpoint: expect.any(String) } });
  await dialog()
    .getByText(`Downloaded: ${String(EVENTS)} events.`)
    .waitFor();
  await dialog().getByText('Its length and SHA-256 are those that the server promised').waitFor();
});

test('CSV: a row an event, harmless in a spreadsheet, with its manifest beside it', async () => {
  await choose('CSV');
  await button('Export').click();
  await button('Download').waitFor();
  const { text } = await download();
  expect(text.trimEnd().split('\r\n')).toHaveLength(EVENTS + 1);
  expect(text).not.toMatch(/(^|[,"])=HYPERLINK/m);
  await dialog().getByText('Its length and SHA-256 are those that the server promised').waitFor();
  const [manifest] = await Promise.all([seat.page.waitForEvent('download'), button('Manifest').click()]);
  expect(JSON.parse(await readFile(await manifest.path(), 'utf8'))).toMatchObject({ export: { format: 'csv', count: EVENTS } });
});

test('the list has it, with what it holds', async () => {
  await seat.page.goto(`/exports?tenant=${TENANT}`);
  const row = seat.page.getByRole('row', { name: mark }).first();
  await row.getByText('Done').waitFor();
  await row.getByText(String(EVENTS), { exact: true }).waitFor();
  await row.getByRole('button', { name: 'Open' }).click();
  await dialog().getByText('Frozen query').waitFor();
  expect(await button('Download').isEnabled()).toBe(true);
});

test('a file that breaks off, and one that is altered, are not handed on', async () => {
  await choose('JSONL');
  await button('Export').click();
  await button('Download').waitFor();
  const isSaved: boolean[] = [];
  seat.page.on('download', () => isSaved.push(true));
  for (const [body, said] of [
    [(whole: string) => whole.slice(0, -40), 'The file broke off'],
    [(whole: string) => whole.replace('invoice.approved', 'invoice.rejected'), 'its SHA-256 is another one'],
  ] as const) {
    await seat.page.route('**/v1/exports/*/file', async (route) => {
      const answer = await route.fetch();
      const headers = { ...answer.headers() };
      delete headers['content-length'];
      await route.fulfill({ status: 200, headers, body: body(await answer.text()) });
    });
    await button('Download').click();
    await dialog().getByText(said).waitFor();
    await seat.page.unroute('**/v1/exports/*/file');
  }
  expect(isSaved).toEqual([]);
});

test('one that is under way shows how far it is, and is cancelled; one that failed says why', async () => {
  const job = {
    id: 'exp_1',
    state: 'running',
    format: 'jsonl',
    q: QUERY,
    zone: 'UTC',
    query: QUERY,
    upToSeq: 9,
    preview: { count: EVENTS, estimate: false },
  };
  const common = {
    createdBy: {},
    createdAt: new Date().toISOString(),
    expiresAt: new Date().toISOString(),
    fileName: 'a.jsonl',
    bytes: 10,
  };
  let state: object = { ...job, ...common, counted: 30, total: EVENTS };
  await seat.page.route('**/v1/exports', (route) => route.fulfill({ status: 202, json: state }));
  await seat.page.route('**/v1/exports/exp_1', (route) => route.fulfill({ json: state }));
  await seat.page.route('**/v1/exports/exp_1/cancel', (route) => {
    state = { ...state, state: 'cancelled' };
    return route.fulfill({ json: state });
  });
  await choose('JSONL');
  await button('Export').click();
  await expect.poll(() => dialog().getByRole('progressbar').getAttribute('aria-valuenow')).toBe('25');
  await dialog()
    .getByText(`30 of ${String(EVENTS)} events`)
    .waitFor();
  await button('Cancel export').click();
  await dialog().getByText('The export was cancelled').waitFor();
  state = {
    ...job,
    ...common,
    counted: 30,
    total: EVENTS,
    state: 'failed',
    error: { code: 'export_differs', message: '121 events were found, and 120 were counted' },
  };
  await button('Start again').click();
  await button('Export').click();
  await dialog().getByText('121 events were found, and 120 were counted').waitFor();
  expect(await button('Download').count()).toBe(0);
  await seat.page.unrouteAll();
});

test('nothing to export is said before anything is asked', async () => {
  await seat.page.goto(`/explore?${new URLSearchParams({ tenant: TENANT, q: `session:${mark}_nobody`, range: '-24h' }).toString()}`);
  await seat.page.getByRole('button', { name: 'Export', exact: true }).click();
  await dialog().getByText('There is nothing to export').waitFor();
  expect(await button('Export').isDisabled()).toBe(true);
  expect(seat.faults).toEqual([]);
});
