// How far a question about a resource reads, back and forth, when most of its events tell nothing.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { STATE_EVENTS_MAX } from '../limits.ts';
import { asTenant } from '../store/as-tenant.ts';
import { monthStart } from '../store/partitions.ts';
import type { TenantLog } from '../store/tenants.ts';
import { makeGaps } from './gaps.ts';
import { type Next, readNext } from './history-read.ts';
import { measured } from './measured-reader.test.fixture.ts';
import { resourceState, type StateReader } from './state.ts';
import { openTestTrail, type TestTrail } from './trail.test.fixture.ts';
import { makeTruncations } from './truncations.ts';

const FIRST_MS = monthStart(new Date(), -1).getTime() + 86_400_000;
const CHUNK_EVENTS = 1_000;
const LARGE_EVENTS = 40;

let trail: TestTrail;
let log: TenantLog;
let largeBytes: number;

/** Refused: it tells nothing of the resource. */
function refused(id: string, reason: string): object {
  return { action: 'bot.updated', outcome: 'denied', actor: { id: 'usr_1' }, resource: { type: 'bot', id }, metadata: { reason } };
}

beforeAll(async () => {
  trail = await openTestTrail(monthStart(new Date(), -1));
  const many = Array.from({ length: CHUNK_EVENTS }, (_, index) => refused('many', `${index}`));
  for (let count = 0; count <= STATE_EVENTS_MAX; count += CHUNK_EVENTS) await trail.append('org_acme', many, FIRST_MS + count);
  const text = 'no such right '.repeat(14_000);
  for (let count = 0; count < LARGE_EVENTS; count++) await trail.append('org_acme', [refused('large', text)], FIRST_MS + 10_000 + count);
  await trail.append(
    'org_acme',
    [{ action: 'bot.created', actor: { id: 'usr_1' }, resource: { type: 'bot', id: 'large' } }],
    FIRST_MS + 20_000,
  );
  log = await trail.log('org_acme');
  const answer = await trail.owner.query<{ bytes: number }>('select max(octet_length(disclosures)) as bytes from indelible.event');
  largeBytes = answer.rows[0]?.bytes ?? Number.NaN;
}, 180_000);

afterAll(async () => {
  await trail?.close();
});

async function next(id: string, deadline: number, most?: { events: number; bytes: number }): Promise<Next> {
  const question = { scope: log, resource: { type: 'bot', id }, untilMs: FIRST_MS - 1, deadline };
  return asTenant(trail.reader, log.tenantId, 60_000, (tx) => readNext(tx, question, most), 'ordered');
}

test('what comes next is read as far as the limits go: of events, of bytes, of time', async () => {
  const never = Number.POSITIVE_INFINITY;
  expect(await next('large', never)).toMatchObject({ reach: 'whole', events: { length: LARGE_EVENTS + 1 } });
  expect(await next('large', never, { events: 9, bytes: never })).toMatchObject({ reach: 'partial', events: { length: 9 } });
  expect(await next('large', performance.now() - 1)).toMatchObject({ reach: 'partial', events: { length: 1 } });
  const { reach, events } = await next('large', never, { events: never, bytes: 5 * largeBytes });
  expect(reach).toBe('partial');
  expect(events.length).toBeGreaterThanOrEqual(5);
  expect(events.length).toBeLessThanOrEqual(2 * 5 + 1);
  expect(await next('nobody', performance.now() - 1)).toEqual({ reach: 'whole', events: [] });
});

test('a state before events that tell nothing says that it did not look at all of them, and a chunk is no larger than it may be', async () => {
  const reader = measured(trail.reader);
  const ask: StateReader = {
    reader,
    truncations: makeTruncations(),
    gaps: makeGaps(trail.reader, { byName: async () => undefined } as never),
  };
  const at = new Date(FIRST_MS - 1).toISOString();
  const many = await resourceState(ask, log, { type: 'bot', id: 'many' }, { at });
  expect(many).toMatchObject({ standing: 'unknown', partial: true, values: {} });
  expect(many).not.toHaveProperty('searchedBackTo');
  expect(many).not.toHaveProperty('knownSince');
  const large = await resourceState(ask, log, { type: 'bot', id: 'large' }, { at });
  expect(large).toMatchObject({ standing: 'absent', knownSince: new Date(FIRST_MS + 20_000).toISOString() });
  expect(large).not.toHaveProperty('partial');
  const now = await resourceState(ask, log, { type: 'bot', id: 'large' }, { at: new Date(FIRST_MS + 15_000).toISOString() });
  expect(now).toMatchObject({ standing: 'absent' });
  expect(Math.max(...reader.fetched.map(({ bytes }) => bytes))).toBeLessThan(4 * 1024 * 1024 + largeBytes + 1);
});
