// When the projector counts a log: at once where much waits, after a while where little does.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openTestTrail, type TestTrail } from '../query/trail.test.fixture.ts';
import { monthStart } from '../store/partitions.ts';
import { Projector } from './projector.ts';

const EAGER = 20;
const SETTLE_MS = 60_000;
vi.mock('../limits.ts', async (original) => ({
  ...(await original<object>()),
  PROJECT_EAGER_EVENTS: 20,
  PROJECT_SETTLE_MS: 60_000,
  PROJECT_INTERVAL_MS: 20,
}));

let trail: TestTrail;
let clock: number;
let projector: Projector;
beforeEach(async () => {
  clock = Date.now();
  trail = await openTestTrail(monthStart(new Date(clock), -1));
  projector = new Projector({ pool: trail.projector, onError: () => undefined, now: () => clock });
});
afterEach(async () => {
  await projector?.stop();
  await trail?.close();
});

async function append(tenant: string, count: number): Promise<void> {
  const inputs = Array.from({ length: count }, () => ({ action: 'bot.updated', actor: { id: 'usr_1' } }));
  await trail.append(tenant, inputs, clock);
}

async function waiting(): Promise<Record<string, number>> {
  const { rows } = await trail.owner.query<{ tenant: string; waiting: string }>(
    `select l.tenant, l.size - coalesce(c.projected, 0) as waiting from indelible.log l
     left join indelible.counter_cursor c on c.tenant_id = l.tenant_id and c.active where l.tenant_id <> 0`,
  );
  return Object.fromEntries(rows.map((row) => [row.tenant, Number(row.waiting)]));
}

test('what waits at the start is counted; then little waits for a while, and much does not', async () => {
  await append('org_busy', 3);
  await append('org_quiet', 1);
  projector.start();
  await expect.poll(waiting, { timeout: 30_000 }).toEqual({ org_busy: 0, org_quiet: 0 });
  await append('org_quiet', 1);
  await append('org_busy', EAGER);
  await expect.poll(waiting, { timeout: 30_000 }).toEqual({ org_busy: 0, org_quiet: 1 });
  clock += SETTLE_MS - 1;
  await append('org_busy', EAGER);
  await expect.poll(waiting, { timeout: 30_000 }).toEqual({ org_busy: 0, org_quiet: 1 });
  expect(projector.lagMs()).toBe(SETTLE_MS - 1);
  clock += 1;
  await expect.poll(waiting, { timeout: 30_000 }).toEqual({ org_busy: 0, org_quiet: 0 });
  await expect.poll(() => projector.lagMs(), { timeout: 30_000 }).toBe(0);
});

test('a log that somebody else holds is left out, and counted later', async () => {
  await append('org_held', 5);
  await append('org_free', 5);
  while (await projector.tick());
  const holder = await trail.projector.connect();
  try {
    await holder.query('begin');
    await holder.query(
      `select from indelible.counter_cursor c join indelible.log l using (tenant_id) where l.tenant = 'org_held' for update of c`,
    );
    await append('org_held', 2);
    await append('org_free', 2);
    clock += 1_000;
    while (await projector.tick());
    expect(await waiting()).toEqual({ org_held: 2, org_free: 0 });
    // It does not say that all is counted.
    expect(projector.lagMs()).toBe(1_000);
    await holder.query('rollback');
  } finally {
    holder.release();
  }
  while (await projector.tick());
  expect(await waiting()).toEqual({ org_held: 0, org_free: 0 });
  expect(projector.lagMs()).toBe(0);
});
