import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestTrail, type TestTrail } from '../query/trail.test.fixture.ts';
import { monthStart } from './partitions.ts';
import { readLogTail } from './read-log-tail.ts';
import type { TenantLog } from './tenants.ts';

const NOW_MS = Date.now();
const EARLIER_MS = monthStart(new Date(NOW_MS), -1).getTime() + 86_400_000;
const ALL = { from: 0, to: 100, events: 1_000, bytes: 1_000_000 };

let trail: TestTrail;
let log: TenantLog;
beforeAll(async () => {
  trail = await openTestTrail(monthStart(new Date(NOW_MS), -2));
  const events = (count: number): object[] => Array.from({ length: count }, () => ({ action: 'bot.updated', actor: { id: 'usr_1' } }));
  await trail.append('org_acme', events(10), EARLIER_MS);
  await trail.append('org_other', events(5), EARLIER_MS);
  await trail.append('org_acme', events(20), NOW_MS - 1_000);
  log = await trail.log('org_acme');
});
afterAll(async () => {
  await trail?.close();
});

test('what is known to be new is read in one message, and is the same', async () => {
  const rows = await readLogTail(trail.reader, log.tenantId, ALL, 5_000);
  expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 31 }, (_, seq) => seq));
  for (const range of [
    ALL,
    { ...ALL, from: 7, to: 19 },
    { ...ALL, from: 12, events: 3 },
    { ...ALL, from: 12, bytes: 1 },
    { ...ALL, from: 31 },
  ]) {
    const wanted = await readLogTail(trail.reader, log.tenantId, range, 5_000);
    const first = wanted[0]?.recordedMs ?? EARLIER_MS;
    expect(await readLogTail(trail.reader, log.tenantId, { ...range, recordedFromMs: first }, 5_000)).toEqual(wanted);
  }
  expect(await readLogTail(trail.reader, log.tenantId, { ...ALL, from: 15, bytes: 1, recordedFromMs: NOW_MS - 1_000 }, 5_000)).toHaveLength(
    1,
  );
});

test('the connection sees no tenant afterwards', async () => {
  await readLogTail(trail.reader, log.tenantId, { ...ALL, recordedFromMs: EARLIER_MS }, 5_000);
  for (let connection = 0; connection < 4; connection++) {
    const { rows } = await trail.reader.query(
      `select (select count(*) from indelible.event) as seen, current_setting('indelible.tenant', true) as tenant, current_setting('statement_timeout') as timeout`,
    );
    expect(rows).toEqual([{ seen: '0', tenant: '', timeout: '0' }]);
  }
});

test('a fault leaves the connection as it was', async () => {
  await trail.owner.query('alter table indelible.event rename to event_away');
  try {
    await expect(readLogTail(trail.reader, log.tenantId, { ...ALL, recordedFromMs: EARLIER_MS }, 5_000)).rejects.toThrow('does not exist');
  } finally {
    await trail.owner.query('alter table indelible.event_away rename to event');
  }
  expect(await readLogTail(trail.reader, log.tenantId, { ...ALL, recordedFromMs: EARLIER_MS }, 5_000)).toHaveLength(31);
});
