// Text search by blocks gives what a look at every event gives, whatever is indexed by then.

import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { expected } from '../query/model.test.fixture.ts';
import { listEvents } from '../query/page.ts';
import type { PresentedEvent } from '../query/present.ts';
import { type ModelEvent, openTestTrail, type TestTrail } from '../query/trail.test.fixture.ts';
import { monthStart } from '../store/partitions.ts';
import { inTransaction } from '../store/pool.ts';
import type { TenantLog } from '../store/tenants.ts';
import { indexNext, rebuildIndex, reindexBlock } from './index-log.ts';
import { SearchIndexer } from './indexer.ts';
import { hugeText, textInputs, textQueries } from './search.test.fixture.ts';

const NOW_MS = Date.now();
const FIRST_MONTH = monthStart(new Date(NOW_MS), -5);
const SLOW_MS = 180_000;

async function pages(
  trail: TestTrail,
  log: TenantLog,
  q: string,
  order: 'asc' | 'desc' = 'desc',
  limit = 1_000,
): Promise<PresentedEvent[]> {
  const all: PresentedEvent[] = [];
  let cursor: string | undefined;
  do {
    const page = await listEvents(trail.reader, log, { q, order, limit, cursor, nowMs: NOW_MS });
    all.push(...page.events);
    cursor = page.next;
  } while (cursor !== undefined);
  return all;
}

const seqs = (events: readonly { readonly seq: number }[]): number[] => events.map(({ seq }) => seq);

async function indexAll(trail: TestTrail): Promise<number> {
  const indexer = new SearchIndexer({ projector: trail.projector });
  let blocks = 0;
  for (let step = await indexer.step(); step > 0; step = await indexer.step()) blocks += step;
  return blocks;
}

/** Indexes the first blocks of a log and no more. */
async function indexSome(trail: TestTrail, log: TenantLog, blocks: number): Promise<void> {
  await inTransaction(trail.projector, (tx) => indexNext(tx, log.tenantId));
  for (const table of ['search_block', 'search_open'])
    await trail.owner.query(`delete from indelible.${table} where block >= $1`, [blocks]);
  await trail.owner.query('update indelible.search_cursor set blocks = $1', [blocks]);
}

/** Everything that the index holds, in one order. */
async function dump(trail: TestTrail): Promise<unknown[]> {
  const tables = ['search_cursor', 'search_block', 'search_open', 'search_slices', 'search_places'];
  const answers = await Promise.all(tables.map((table) => trail.owner.query(`select * from indelible.${table} t order by t`)));
  return answers.map(({ rows }) => rows as unknown);
}

describe('a log of six months with texts of many kinds', () => {
  let trail: TestTrail;
  let log: TenantLog;
  let other: TenantLog;
  const model: ModelEvent[] = [];
  const otherModel: ModelEvent[] = [];
  const HUGE = new Map([
    [2, 6],
    [4, 10],
  ]);
  const fullBlocks = (): number => [model, otherModel].reduce((sum, all) => sum + Math.floor(all.length / 256), 0);

  beforeAll(async () => {
    trail = await openTestTrail(FIRST_MONTH);
    for (let month = 0; month < 6; month++) {
      const recordedMs = Math.min(monthStart(FIRST_MONTH, month).getTime() + 3 * 86_400_000, NOW_MS - 60_000);
      model.push(...(await trail.append('org_acme', fc.sample(textInputs(recordedMs), { seed: month, numRuns: 260 }), recordedMs)));
      const others = fc.sample(textInputs(recordedMs), { seed: 100 + month, numRuns: 290 });
      // Texts of 64 KiB: six of them fit into a signature, ten do not.
      for (let count = 0; count < (HUGE.get(month) ?? 0); count++)
        others.unshift({ action: 'bot.updated', actor: { id: 'usr_1' }, metadata: { text: hugeText(month * 100 + count) } });
      otherModel.push(...(await trail.append('org_other', others, recordedMs)));
    }
    log = await trail.log('org_acme');
    other = await trail.log('org_other');
    // Leaf 0 is the log's own event, with words that nobody chose.
    for (const [of, all] of [
      [log, model],
      [other, otherModel],
    ] as const) {
      const { log: _, seq, ...event } = (await listEvents(trail.reader, of, { q: 'seq:0' })).events[0] as PresentedEvent;
      all.unshift({ event, seq });
    }
  }, SLOW_MS);
  afterAll(async () => {
    await trail?.close();
  });
  afterEach(async () => {
    await trail.owner.query(
      'truncate indelible.search_cursor, indelible.search_block, indelible.search_open, indelible.search_slices, indelible.search_places',
    );
  });

  test(
    'any query, in both orders, page by page, is answered as without an index, however far the index goes',
    async () => {
      for (const [round, blocks] of [0, 2, Number.POSITIVE_INFINITY].entries()) {
        if (blocks === 2) await indexSome(trail, log, blocks);
        if (blocks > 2) await indexAll(trail);
        let matched = 0;
        await fc.assert(
          fc.asyncProperty(
            textQueries(model, NOW_MS),
            fc.constantFrom('asc' as const, 'desc' as const),
            fc.integer({ min: 3, max: 60 }),
            async (q, order, limit) => {
              const right = seqs(expected(model, q, order, NOW_MS));
              const found = seqs(await pages(trail, log, q, order, Math.max(limit, Math.ceil(right.length / 6))));
              const differs = right.findIndex((seq, index) => seq !== found[index]);
              expect({ q, order, found: found.length, differs }).toEqual({ q, order, found: right.length, differs: -1 });
              if (right.length > 0) matched++;
            },
          ),
          { numRuns: round === 2 ? 120 : 40, seed: round },
        );
        expect(matched).toBeGreaterThan(round === 2 ? 50 : 15);
      }
    },
    SLOW_MS,
  );

  test(
    'the index is asked: where it says that a word is in no block, nothing is found but what it does not know',
    async () => {
      expect(await indexAll(trail)).toBe(fullBlocks());
      expect(await pages(trail, other, 'huge203n50')).toHaveLength(1);
      const full = await trail.owner.query<{ block: number }>('select block from indelible.search_open where bits = 0');
      expect(full.rowCount).toBe(1);
      await trail.owner.query(`update indelible.search_open set signature = decode(repeat('00', bits / 8), 'hex')`);
      expect(await pages(trail, other, 'huge203n50')).toHaveLength(0);
      expect(await pages(trail, other, 'huge403n50')).toHaveLength(1);
      const unknown = new Set([Math.floor(otherModel.length / 256), full.rows[0]?.block]);
      const rest = otherModel.filter(({ seq }) => unknown.has(Math.floor(seq / 256)));
      expect(seqs(await pages(trail, other, 'mi'))).toEqual(seqs(expected(rest, 'mi', 'desc', NOW_MS)));
      // So too the beginning of a word, changed fields, and where one of several will do.
      for (const q of ['huge203n5*', 'huge203n50 OR huge204n50', 'huge203n50 actor.id:usr_1'])
        expect(await pages(trail, other, q)).toHaveLength(0);
      for (const q of ['changed:note', 'changed:list OR changed:note'])
        expect(seqs(await pages(trail, other, q))).toEqual(seqs(expected(rest, q, 'desc', NOW_MS)));
      // Of one or two letters nothing is known: those events are looked at.
      expect(await pages(trail, other, 'huge203n50 OR hu*')).not.toHaveLength(0);
    },
    SLOW_MS,
  );

  test(
    'of a block that holds the words only those events are read that have them',
    async () => {
      await indexAll(trail);
      const right = {
        mi: seqs(expected(otherModel, 'mi', 'desc', NOW_MS)),
        note: seqs(expected(otherModel, 'changed:note', 'desc', NOW_MS)),
      };
      // The directory of a block's places, and nothing in any of its buckets.
      await trail.owner.query(`update indelible.search_places set places = decode(repeat('00', ((1 << bits) + 1) * 3), 'hex')`);
      const { rows } = await trail.owner.query<{ block: number }>(
        'select block from indelible.search_open o where tenant_id = $1 and bits = 0',
        [other.tenantId],
      );
      const unknown = new Set([Math.floor(otherModel.length / 256), ...rows.map(({ block }) => block)]);
      const rest = otherModel.filter(({ seq }) => unknown.has(Math.floor(seq / 256)));
      expect(seqs(await pages(trail, other, 'mi'))).toEqual(seqs(expected(rest, 'mi', 'desc', NOW_MS)));
      expect(seqs(await pages(trail, other, 'changed:note'))).toEqual(seqs(expected(rest, 'changed:note', 'desc', NOW_MS)));
      // Without places every event of a block is looked into.
      await trail.owner.query('delete from indelible.search_places');
      for (const order of ['asc', 'desc'] as const)
        for (const [q, found] of [
          ['mi', right.mi],
          ['changed:note', right.note],
        ] as const)
          expect(seqs(await pages(trail, other, q, order, 100))).toEqual(
            order === 'desc' ? found : seqs(expected(otherModel, q, order, NOW_MS)),
          );
    },
    SLOW_MS,
  );

  test(
    'a step that ends before its commit leaves nothing, and two indexers make one index',
    async () => {
      const crash = inTransaction(trail.projector, async (tx) => {
        await indexNext(tx, log.tenantId);
        throw new Error('crash');
      });
      await expect(crash).rejects.toThrow('crash');
      expect(await dump(trail)).toEqual([[], [], [], [], []]);
      const killed = inTransaction(trail.projector, async (tx) => {
        await indexNext(tx, log.tenantId);
        const { rows } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
        await trail.owner.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
        await tx.query('select 1');
      });
      await expect(killed).rejects.toMatchObject({ code: 'store_unavailable' });
      expect(await dump(trail)).toEqual([[], [], [], [], []]);
      await indexAll(trail);
      const right = await dump(trail);
      await trail.owner.query(
        'truncate indelible.search_cursor, indelible.search_block, indelible.search_open, indelible.search_slices, indelible.search_places',
      );
      await Promise.all([indexAll(trail), indexAll(trail), rebuildIndex(trail.projector, { tenant: 'org_acme' })]);
      await indexAll(trail);
      expect(await dump(trail)).toEqual(right);
    },
    SLOW_MS,
  );

  test(
    'rebuilding gives the index that was there, and says how far it is',
    async () => {
      await indexAll(trail);
      const right = await dump(trail);
      await trail.owner.query(`update indelible.search_open set bits = 0, signature = ''`);
      const progress: number[][] = [];
      const rebuilt = await rebuildIndex(trail.projector, { onProgress: (done, total) => progress.push([done, total]) });
      expect(rebuilt).toEqual({ logs: 2, blocks: fullBlocks() });
      expect(progress.at(-1)).toEqual([fullBlocks(), fullBlocks()]);
      expect(await dump(trail)).toEqual(right);
      expect(await rebuildIndex(trail.projector, { tenant: 'nobody' })).toEqual({ logs: 0, blocks: 0 });
    },
    SLOW_MS,
  );

  test(
    'a block whose event was erased no longer has its words',
    async () => {
      await indexAll(trail);
      const [found] = await pages(trail, other, 'huge203n9');
      const block = Math.floor((found?.seq ?? -1) / 256);
      const before = await dump(trail);
      const { rows } = await trail.owner.query<{ disclosures: string; salts: Buffer }>(
        'select disclosures, salts from indelible.event where tenant_id = $1 and seq = $2',
        [other.tenantId, found?.seq],
      );
      const put = (disclosures: string): Promise<unknown> =>
        trail.owner.query('update indelible.event set disclosures = $3 where tenant_id = $1 and seq = $2', [
          other.tenantId,
          found?.seq,
          disclosures,
        ]);
      await put('');
      await reindexBlock(trail.projector, other.tenantId, block);
      const bits = await trail.owner.query<{ bits: number }>('select bits from indelible.search_open where tenant_id = $1 and block = $2', [
        other.tenantId,
        block,
      ]);
      expect(await dump(trail)).not.toEqual(before);
      expect(bits.rows[0]?.bits).toBeGreaterThan(0);
      expect(await pages(trail, other, 'huge203n9')).toEqual([]);
      await put('core {not json');
      await reindexBlock(trail.projector, other.tenantId, block);
      const any = await trail.owner.query('select 1 from indelible.search_open where tenant_id = $1 and block = $2 and bits = 0', [
        other.tenantId,
        block,
      ]);
      expect(any.rowCount).toBe(1);
      await put(rows[0]?.disclosures ?? '');
      await reindexBlock(trail.projector, other.tenantId, block);
      expect(await dump(trail)).toEqual(before);
      // What is not indexed yet is the indexer's.
      await reindexBlock(trail.projector, other.tenantId, 1_000);
      expect(await dump(trail)).toEqual(before);
    },
    SLOW_MS,
  );

  test('one tenant sees nothing of the index of another', async () => {
    await indexAll(trail);
    for (const table of ['search_cursor', 'search_block', 'search_open', 'search_slices', 'search_places'])
      expect((await trail.reader.query(`select 1 from indelible.${table}`)).rowCount).toBe(0);
  });
});

test(
  'events that are appended while the index is made and asked are found as soon as they are there',
  async () => {
    const trail = await openTestTrail(FIRST_MONTH);
    try {
      const start = NOW_MS - 3_600_000;
      const given = fc
        .sample(textInputs(start), { seed: 5, numRuns: 2_000 })
        .map((input, index) => ({ ...input, metadata: { mark: index % 7 === 0 ? 'marked' : 'plain' } }));
      const model = await trail.append('org_live', given.slice(0, 20), start);
      const log = await trail.log('org_live');
      const indexer = new SearchIndexer({ projector: trail.projector, onError: (error) => expect.unreachable(error.message) });
      const append = async (): Promise<void> => {
        for (let at = 20; at < given.length; at += 60)
          model.push(...(await trail.append('org_live', given.slice(at, at + 60), start + at)));
      };
      const ask = async (): Promise<void> => {
        while (model.length < given.length) {
          const before = seqs(expected(model, 'marked', 'desc', NOW_MS));
          const found = seqs(await pages(trail, log, 'marked', 'desc', 1_000));
          expect(new Set(found).size).toBe(found.length);
          expect(before.filter((seq) => !found.includes(seq))).toEqual([]);
          await indexer.step();
        }
      };
      await Promise.all([append(), ask()]);
      await indexAll(trail);
      expect(seqs(await pages(trail, log, 'marked', 'asc', 100))).toEqual(seqs(expected(model, 'marked', 'asc', NOW_MS)));
      expect(model.length).toBe(2_000);
    } finally {
      await trail.close();
    }
  },
  SLOW_MS,
);
