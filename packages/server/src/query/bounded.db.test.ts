// What one question may take, of memory and of everybody's time, however large the events are.

import { parse, QUERY_WORDS_MAX } from '@indelible/core';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHECK_BYTES_MAX, PAGE_BYTES_MAX, WORK_MS_MAX } from '../limits.ts';
import { scanEvents } from '../stats/scan.ts';
import { asTenant } from '../store/as-tenant.ts';
import { monthStart } from '../store/partitions.ts';
import type { TenantLog } from '../store/tenants.ts';
import { resourceHistory } from './history.ts';
import type { WorkClock } from './in-turns.ts';
import { measured } from './measured-reader.test.fixture.ts';
import { expected, inputs, queries } from './model.test.fixture.ts';
import { firstEvents, listEvents } from './page.ts';
import type { PresentedEvent } from './present.ts';
import type { Page } from './read-page.ts';
import { makeSearchedRead } from './read-searched.ts';
import { searchPlan } from './search-plan.ts';
import { type ModelEvent, openTestTrail, type TestTrail } from './trail.test.fixture.ts';

const NOW_MS = Date.now();
const FIRST_MONTH = monthStart(new Date(NOW_MS), -3);
const ORDERS = ['desc', 'asc'] as const;
const SLOW_MS = 180_000;
/** As long as it takes: what ends a page is not the time. */
const PATIENT = { walkMs: SLOW_MS, statementMs: SLOW_MS };
const LARGE_EVENTS = 50;
const LARGE = { type: 'document', id: 'd_1' };

let trail: TestTrail;
let log: TenantLog;
const model: ModelEvent[] = [];
/** The bytes that a page counts, by sequence number. */
let sizes: ReadonlyMap<number, number>;

beforeAll(async () => {
  trail = await openTestTrail(FIRST_MONTH);
  const word = 'abcdefghijklmnopqrstuvwxyz'.repeat(2);
  for (let month = 0; month < 3; month++) {
    const recordedMs = monthStart(FIRST_MONTH, month).getTime() + 3 * 86_400_000;
    model.push(...(await trail.append('org_acme', fc.sample(inputs(recordedMs), { seed: month, numRuns: 40 }), recordedMs)));
    for (let index = 0; index < (month === 2 ? 0 : LARGE_EVENTS / 2); index++) {
      // Longer than what PostgreSQL keeps in its place, and shorter than an event may be.
      const text = `alpha ${index % 2 === 0 ? 'even' : 'odd'} ${`${word}${index} `.repeat(4_000)} omega`;
      const input = { action: 'document.updated', actor: { id: 'usr_7' }, resource: LARGE, change: { after: { text } } };
      model.push(...(await trail.append('org_acme', [input], recordedMs + index)));
    }
  }
  log = await trail.log('org_acme');
  // Leaf 0 is the log's own event.
  const { log: _, seq: first, ...event } = (await listEvents(trail.reader, log, { q: 'seq:0' })).events[0] as PresentedEvent;
  model.unshift({ event, seq: first });
  const answer = await trail.owner.query<{ seq: string; bytes: number }>(
    'select seq, octet_length(disclosures) as bytes from indelible.event where tenant_id = $1',
    [log.tenantId],
  );
  sizes = new Map(answer.rows.map(({ seq, bytes }) => [Number(seq), bytes]));
}, SLOW_MS);

afterAll(async () => {
  await trail?.close();
});

const sizeOf = (events: readonly { readonly seq: number }[]): number => events.reduce((sum, { seq }) => sum + (sizes.get(seq) ?? 0), 0);
const seqs = (events: readonly { readonly seq: number }[]): number[] => events.map(({ seq }) => seq);

test('a page ends at its bytes, with a cursor, and the pages joined are the whole answer, in both orders', async () => {
  const asked = {
    'a walk': '',
    'an index': 'action:document.updated',
    'an index and more to look at': 'action:document.updated -reason:x',
    'few events': 'seq:0..1000',
    words: 'alpha',
    'a phrase that is checked': '"omega" -"even odd"',
    alternatives: `resource:${LARGE.type}/${LARGE.id} OR actor:b_1`,
  };
  for (const [kind, q] of Object.entries(asked)) {
    for (const order of ORDERS) {
      const reader = measured(trail.reader);
      const right = seqs(expected(model, q, order, NOW_MS));
      const joined: number[] = [];
      let pages = 0;
      let cursor: string | undefined;
      do {
        const page = await listEvents(reader, log, { q, order, limit: 1_000, cursor, nowMs: NOW_MS }, PATIENT);
        expect(sizeOf(page.events)).toBeLessThanOrEqual(PAGE_BYTES_MAX);
        joined.push(...seqs(page.events));
        pages++;
        cursor = page.next;
      } while (cursor !== undefined);
      expect({ kind, order, pages }).toEqual({ kind, order, pages: 2 });
      expect(joined).toEqual(right);
      // No statement fetches more than a page, and the event that is too much.
      expect(Math.max(...reader.fetched.map(({ bytes }) => bytes))).toBeLessThan(Math.max(PAGE_BYTES_MAX, CHECK_BYTES_MAX) + 300_000);
    }
  }
});

test('a history ends its pages in the same way, and whoever wants many events at once gets them all', async () => {
  const joined: PresentedEvent[] = [];
  let [pages, cursor]: [number, string | undefined] = [0, undefined];
  do {
    const page: Page = await resourceHistory(trail.reader, log, LARGE, { limit: 1_000, cursor });
    expect(sizeOf(page.events)).toBeLessThanOrEqual(PAGE_BYTES_MAX);
    joined.push(...page.events);
    pages++;
    cursor = page.next;
  } while (cursor !== undefined);
  expect(pages).toBeGreaterThanOrEqual(2);
  const right = seqs(expected(model, `resource:${LARGE.type}/${LARGE.id}`, 'desc', NOW_MS));
  expect(seqs(joined)).toEqual(right);
  expect(seqs(await firstEvents(trail.reader, log, 'action:document.updated', LARGE_EVENTS - 1))).toEqual(right.slice(0, -1));
});

test(
  'any query gives pages of any size in bytes, each as full as it can be',
  async () => {
    let cut = 0;
    await fc.assert(
      fc.asyncProperty(
        queries(NOW_MS),
        fc.constantFrom(...ORDERS),
        fc.integer({ min: 5, max: 40 }),
        fc.constantFrom(9_000, 40_000, 500_000),
        async (q, order, limit, bytes) => {
          const right = expected(model, q, order, NOW_MS);
          const joined: PresentedEvent[] = [];
          let cursor: string | undefined;
          do {
            const page = await listEvents(trail.reader, log, { q, order, limit, cursor, nowMs: NOW_MS }, { ...PATIENT, bytes });
            const size = sizeOf(page.events);
            joined.push(...page.events);
            cursor = page.next;
            expect(size <= bytes || page.events.length === 1).toBe(true);
            expect(page.partial).toBeUndefined();
            if (cursor === undefined || page.events.length === limit) continue;
            cut++;
            expect(size + (sizes.get(right[joined.length]?.seq ?? -1) ?? Number.NaN) > bytes || size > bytes).toBe(true);
          } while (cursor !== undefined);
          expect({ q, order, seqs: seqs(joined) }).toEqual({ q, order, seqs: seqs(right) });
        },
      ),
      { numRuns: 16, seed: 7 },
    );
    expect(cut).toBeGreaterThan(20);
  },
  SLOW_MS,
);

test('checks stop at the first large event when the time is up, and go on from there', async () => {
  for (const order of ORDERS) {
    const joined: number[] = [];
    let [pages, cursor]: [number, string | undefined] = [0, undefined];
    do {
      const page = await listEvents(trail.reader, log, { q: '-"even omega"', order, limit: 1_000, cursor, nowMs: NOW_MS }, { walkMs: 0 });
      expect(page.events.filter(({ action }) => action === 'document.updated').length).toBeLessThanOrEqual(1);
      joined.push(...seqs(page.events));
      cursor = page.next;
      pages++;
    } while (cursor !== undefined);
    expect(joined).toEqual(seqs(expected(model, '-"even omega"', order, NOW_MS)));
    expect(pages).toBeGreaterThanOrEqual(LARGE_EVENTS);
  }
});

test('checks give way as often as their time says, whatever is asked', async () => {
  // Each look at the clock finds a fourth of the time over.
  let [ms, turns] = [0, 0];
  const work: WorkClock = { now: () => (ms += WORK_MS_MAX / 4), giveWay: async () => turns++ };
  const absent = Array.from({ length: QUERY_WORDS_MAX }, (_, index) => `-absent${index}`).join(' ');
  const { events } = await listEvents(trail.reader, log, { q: absent, limit: 1_000, nowMs: NOW_MS }, { ...PATIENT, work });
  expect(events.length).toBeGreaterThan(30);
  expect(turns).toBeGreaterThanOrEqual(Math.floor(events.length / 4) - 1);
});

test('a search that comes to nothing ends when its time is over in any case', async () => {
  const plan = searchPlan(parse('alpha'), { nowMs: NOW_MS, zone: 'UTC' });
  if (plan === undefined) throw new Error('the index is not asked');
  const asked: string[] = [];
  const { read } = makeSearchedRead(log.tenantId, plan, {
    plans: 'ordered',
    read: async () => ({ rows: [] }),
    readFew: async (_tx, slice, { isOver }) => {
      asked.push(slice.order);
      // As far as it began.
      for (;;) if (isOver(slice.after ?? { occurredMs: 0, seq: 0 })) return { rows: [] };
    },
  });
  const recorded = { fromMs: FIRST_MONTH.getTime(), toMs: NOW_MS };
  const after = { occurredMs: FIRST_MONTH.getTime() + 86_400_000, seq: 5 };
  for (const order of ORDERS) {
    const past = Number.NEGATIVE_INFINITY;
    const ended = asTenant(trail.reader, log.tenantId, 60_000, (tx) =>
      read(tx, { recorded, order, limit: 10, after }, { soon: past, end: past }),
    );
    await expect(ended).rejects.toMatchObject({ code: 'query_timeout' });
  }
  expect(asked).toEqual(ORDERS);
});

test('counting checks events in batches of so many bytes', async () => {
  const reader = measured(trail.reader);
  const query = parse('-"even omega"');
  const clock = { nowMs: NOW_MS, zone: 'UTC' };
  const span = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };
  // Time stands still.
  const work: WorkClock = { now: () => 0, giveWay: async () => undefined };
  const { counted, searchedBackToMs } = await scanEvents(reader, { scope: log, query, clock, span, slots: 'none', facets: [] }, work);
  expect(searchedBackToMs).toBeUndefined();
  expect(counted.reduce((sum, { count }) => sum + count, 0)).toBe(model.length);
  expect(Math.max(...reader.fetched.map(({ bytes }) => bytes))).toBeLessThan(CHECK_BYTES_MAX + 300_000);
});
