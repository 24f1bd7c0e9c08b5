// indelible search rebuild, as a process, on a trail that was never indexed.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSealedTrail, type SealedTrail } from '../ledger/sealed-trail.test.fixture.ts';

// Processes run the compiled code: Node 20 does not read TypeScript.
const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

let trail: SealedTrail;
beforeAll(async () => {
  trail = await openSealedTrail();
  await trail.append('org_acme', 520);
  await trail.append('org_other', 256);
});
afterAll(async () => {
  await trail?.close();
});

function search(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { ...process.env, INDELIBLE_DATABASE_URL: trail.url };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, 'search', ...args], { env }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

test('indexes the full blocks of one tenant, or of all', async () => {
  const blocks = async (): Promise<unknown> =>
    (await trail.admin.query('select tenant_id, blocks from indelible.search_cursor order by blocks')).rows;
  expect(await search('rebuild', '--tenant', 'org_acme', '--json')).toMatchObject({ code: 0, out: '{"logs":1,"blocks":2}\n' });
  expect(await blocks()).toEqual([{ tenant_id: (await trail.log('org_acme')).tenantId, blocks: 2 }]);
  expect(await search('rebuild')).toMatchObject({ code: 0, out: expect.stringMatching(/^indexed 3 blocks of \d logs\n$/) as string });
  expect(await trail.admin.query('select sum(blocks)::int as sum from indelible.search_cursor')).toMatchObject({ rows: [{ sum: 3 }] });
});

test('says when there is no such tenant', async () => {
  const answer = await search('rebuild', '--tenant', 'nobody');
  expect(answer).toMatchObject({ code: 3, out: '' });
  expect(answer.err).toContain('the tenant nobody has no log');
  expect(answer.err).toContain('Mend the parameter');
});
