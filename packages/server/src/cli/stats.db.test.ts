// indelible stats rebuild, as a process beside a trail.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSealedTrail, type SealedTrail } from '../ledger/sealed-trail.test.fixture.ts';
import { facets } from '../stats/facets.ts';

// Processes run the compiled code: Node 20 does not read TypeScript.
const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

let trail: SealedTrail;
beforeAll(async () => {
  trail = await openSealedTrail();
  await trail.append('org_acme', 20);
  await trail.append('org_other', 3);
});
afterAll(async () => {
  await trail?.close();
});

function stats(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { ...process.env, INDELIBLE_DATABASE_URL: trail.url };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, 'stats', ...args], { env }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

test('the counters are made from the log, of one tenant or of all', async () => {
  const counted = async (): Promise<unknown> =>
    (await trail.admin.query('select tenant, projected from indelible.counter_cursor join indelible.log using (tenant_id) order by tenant'))
      .rows;
  expect(await stats('rebuild', '--tenant', 'org_other')).toEqual({ code: 0, out: 'counted 4 events of 1 log\n', err: '' });
  expect(await counted()).toEqual([{ tenant: 'org_other', projected: '4' }]);
  const all = await stats('rebuild', '--json');
  expect(JSON.parse(all.out)).toMatchObject({ logs: expect.any(Number) as number });
  expect(await counted()).toEqual(
    expect.arrayContaining([
      { tenant: 'org_acme', projected: '21' },
      { tenant: 'org_other', projected: '4' },
    ]),
  );
  const { fields } = await facets(trail.store.reader, await trail.log('org_acme'), { fields: ['outcome'] });
  expect(fields.outcome?.values).toEqual([{ value: 'success', count: 21 }]);
});

test('a tenant without a log is a fault', async () => {
  const answer = await stats('rebuild', '--tenant', 'nobody');
  expect(answer.code).toBe(3);
  expect(answer.err).toContain('the tenant nobody has no log');
});
