// A log with more than one group of 256 blocks: signatures that are bit-sliced, and words that are rare, common, or in some blocks.

import { parse } from '@indelible/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { explainEvents, listEvents } from '../query/page.ts';
import { readPage } from '../query/read-page.ts';
import { makeSearchedRead } from '../query/read-searched.ts';
import { makeScan } from '../query/scan.ts';
import { searchPlan } from '../query/search-plan.ts';
import { openTestTrail, type TestTrail } from '../query/trail.test.fixture.ts';
import { monthStart } from '../store/partitions.ts';
import type { TenantLog } from '../store/tenants.ts';
import { rebuildIndex, reindexBlock } from './index-log.ts';
import { SearchIndexer } from './indexer.ts';

const FIRST_MONTH = monthStart(new Date(), -4);
const EVENTS = 300 * 256 + 100;
const SLOW_MS = 180_000;

let trail: TestTrail;
let log: TenantLog;

/** What the event with a sequence number says, and how long before its recording it occurred, in hours. */
const noteOf = (seq: number): string => `w${seq % 5_000} c${seq % 10} zone${Math.floor(seq / 9_000)}`;
const ageOf = (seq: number): number => (seq % 10 === 3 ? (seq * 7_919) % 2_000 : 0);

beforeAll(async () => {
  trail = await openTestTrail(FIRST_MONTH);
  const start = FIRST_MONTH.getTime() + 20 * 86_400_000;
  await trail.append('org_acme', [{ action: 'bot.viewed', actor: { id: 'usr_1' }, metadata: { note: 'NOTE' } }], start);
  log = await trail.log('org_acme');
  // Sixty times as fast as by the API: the same event again, each with a note, a time and a key of its own.
  const columns = 'category, operation, outcome, severity, actor_type, attribution, source_kind, action, actor_id, leaf_hash, salts';
  await trail.owner.query(
    `insert into indelible.event (seq, recorded_at, occurred_at, id, tenant_id, disclosures, ${columns})
     select i, e.recorded_at + i * interval '20 seconds', e.recorded_at + i * interval '20 seconds' - case when i % 10 = 3 then (i * 7919 % 2000) else 0 end * interval '1 hour',
       gen_random_uuid(), e.tenant_id, replace(e.disclosures, 'NOTE', format('w%s c%s zone%s', i % 5000, i % 10, i / 9000)), ${columns}
     from indelible.event e, generate_series(2, $1::int - 1) i where e.tenant_id = $2 and e.seq = 1`,
    [EVENTS, log.tenantId],
  );
  await trail.owner.query(
    `insert into indelible.event_key (seq, recorded_at, id, tenant_id) select seq, recorded_at, id, tenant_id from indelible.event where tenant_id = $1 and seq > 1`,
    [log.tenantId],
  );
  await trail.owner.query('update indelible.log set size = $1 where tenant_id = $2', [EVENTS, log.tenantId]);
  const indexer = new SearchIndexer({ projector: trail.projector });
  while ((await indexer.step()) > 0);
}, SLOW_MS);

afterAll(async () => {
  await trail?.close();
});

function expectedSeqs(holds: (seq: number) => boolean, order: 'asc' | 'desc'): number[] {
  const found = Array.from({ length: EVENTS - 2 }, (_, index) => index + 2).filter(holds);
  const place = (seq: number): number => seq * 20 - ageOf(seq) * 3_600;
  const sign = order === 'asc' ? 1 : -1;
  return found.sort((a, b) => sign * (place(a) - place(b) || a - b));
}

async function found(q: string, order: 'asc' | 'desc', limit = 1_000): Promise<number[]> {
  const all: number[] = [];
  let cursor: string | undefined;
  do {
    const page = await listEvents(trail.reader, log, { q, order, limit, cursor });
    all.push(...page.events.map(({ seq }) => seq));
    cursor = page.next;
  } while (cursor !== undefined);
  return all;
}

async function counts(): Promise<unknown> {
  const { rows } = await trail.owner.query(
    `select (select blocks from indelible.search_cursor) as blocks, (select count(*)::int from indelible.search_block) as known,
       (select count(*)::int from indelible.search_open) as open, (select sum(length(members))::int from indelible.search_slices) as sliced`,
  );
  return rows[0];
}

test('people are told that the index of text search led', async () => {
  const { plan } = await explainEvents(trail.reader, log, { q: 'w123' });
  expect(plan.length).toBeGreaterThan(0);
  for (const look of plan) expect(look).toMatchObject({ lead: 'text search', whole: true });
  expect(plan.reduce((sum, { found: count }) => sum + count, 0)).toBe(expectedSeqs((seq) => seq % 5_000 === 123, 'desc').length);
});

test('a full group is stored in slices, and its blocks leave the open ones', async () => {
  expect(await counts()).toEqual({ blocks: 300, known: 300, open: 44, sliced: 256 });
});

const cases: [q: string, holds: (seq: number) => boolean][] = [
  ['w123', (seq) => seq % 5_000 === 123],
  ['"w7 c7 zone3"', (seq) => seq % 5_000 === 7 && Math.floor(seq / 9_000) === 3],
  ['c3', (seq) => seq % 10 === 3],
  ['zone1', (seq) => Math.floor(seq / 9_000) === 1],
  ['zone8 c4', (seq) => Math.floor(seq / 9_000) === 8 && seq % 10 === 4],
  ['zone2 actor.id:usr_1 seq:<20000', (seq) => Math.floor(seq / 9_000) === 2 && seq < 20_000],
  ['absent', () => false],
];
for (const order of ['desc', 'asc'] as const) {
  test.each(cases)(
    `%s, ${order}`,
    async (q, holds) => {
      expect(noteOf(70_123)).toBe('w123 c3 zone7');
      expect(await found(q, order)).toEqual(expectedSeqs(holds, order));
    },
    SLOW_MS,
  );
}

test(
  'a look that has no time says how far it came, and the pages joined are the answer all the same',
  async () => {
    for (const [q, holds] of cases.filter(([q]) => ['w123', '"w7 c7 zone3"', 'c3', 'zone8 c4'].includes(q))) {
      for (const order of ['desc', 'asc'] as const) {
        const query = parse(q);
        const all: number[] = [];
        let cursor: string | undefined;
        do {
          const plan = (nowMs: number): Parameters<typeof readPage>[2]['plan'] extends (nowMs: number) => infer Plan ? Plan : never => {
            const clock = { nowMs, zone: 'UTC' };
            const search = searchPlan(query, clock);
            if (search === undefined) throw new Error('the index cannot narrow this');
            return {
              seq: {},
              occurredFromMs: Number.NEGATIVE_INFINITY,
              ...makeSearchedRead(log.tenantId, search, makeScan(log, query, clock), 0),
            };
          };
          const page = await readPage(trail.reader, log, { kind: 'test', question: q, plan }, { order, cursor, limit: 700 }, Date.now(), {
            walkMs: 0,
          });
          all.push(...page.events.map(({ seq }) => seq));
          cursor = page.next;
        } while (cursor !== undefined);
        expect({ q, order, count: all.length }).toEqual({ q, order, count: expectedSeqs(holds, order).length });
        expect(all).toEqual(expectedSeqs(holds, order));
      }
    }
  },
  SLOW_MS,
);

test(
  'a block of a full group is written anew in its place',
  async () => {
    const dump = async (): Promise<unknown[]> =>
      (await trail.owner.query('select grp, bits, members, slices, occurred_from, occurred_to from indelible.search_slices order by bits'))
        .rows;
    const before = await dump();
    const seq = 10_123;
    const texts = await trail.owner.query<{ disclosures: string }>('select disclosures from indelible.event where seq = $1', [seq]);
    const put = async (disclosures: string | undefined): Promise<void> => {
      await trail.owner.query('update indelible.event set disclosures = $2 where seq = $1', [seq, disclosures]);
      await reindexBlock(trail.projector, log.tenantId, Math.floor(seq / 256));
    };
    await put('');
    expect(await dump()).not.toEqual(before);
    expect(await found('w123', 'desc')).toEqual(expectedSeqs((at) => at % 5_000 === 123 && at !== seq, 'desc'));
    await put(texts.rows[0]?.disclosures.replace('w123', 'elsewhere'));
    expect(await found('elsewhere', 'asc')).toEqual([seq]);
    await put(texts.rows[0]?.disclosures);
    expect(await dump()).toEqual(before);
    expect(await counts()).toMatchObject({ open: 44, sliced: 256 });
  },
  SLOW_MS,
);

test(
  'the slices are asked, and a rebuilt index is the same',
  async () => {
    const before = (await trail.owner.query('select * from indelible.search_slices order by bits')).rows as unknown;
    await trail.owner.query(`update indelible.search_slices set slices = decode(repeat('00', length(slices)), 'hex')`);
    expect(await found('w123', 'desc')).toEqual(expectedSeqs((seq) => seq % 5_000 === 123 && seq >= 65_536, 'desc'));
    await rebuildIndex(trail.projector);
    expect((await trail.owner.query('select * from indelible.search_slices order by bits')).rows).toEqual(before);
  },
  SLOW_MS,
);
