// Group commit: concurrent requests of one tenant share a transaction.
//
//            append()                     a group is free to go
//   request ----------> queue of the lane ----------------------> commitFast --ok--> receipts
//                       (prepared already)                            | another writer was first, or an id was seen before
//                                                                     v
//                                                                commitLocked -----> receipts, or id_conflict for its request alone
//
// While a group is on its way to PostgreSQL the next requests are prepared, so that both work at the same time.

import { Failure, type NewEvent } from '@indelible/core';
import type pg from 'pg';
import { COMMIT_BYTES_MAX, COMMIT_EVENTS_MAX, COMMIT_WAIT_MS_MAX, QUEUE_BYTES_MAX, QUEUE_EVENTS_MAX } from '../limits.ts';
import { appendLocked, type Receipt } from './append.ts';
import { writeEvents } from './event-rows.ts';
import { createLog, findLog, type LogRow } from './log-row.ts';
import { connect, inTransaction, storeFailure } from './pool.ts';
import { type Prepared, prepare, restamp } from './prepare.ts';

interface Job {
  readonly items: readonly Prepared[];
  readonly bytes: number;
  readonly resolve: (receipts: Receipt[]) => void;
  readonly reject: (error: Error) => void;
}

/** One tenant's way into its log. */
interface Lane {
  readonly log: LogRow;
  /** Where the log stood after our last commit; undefined when somebody else may have written since. */
  base: { size: number; lastT: number } | undefined;
  issuedT: number;
  queue: Job[];
  queued: number;
  running: boolean;
}

// SQLSTATE: division_by_zero (the log was not where we thought), unique_violation (an id was seen before), and
// serialisation faults that a second try under the lock mends.
const SECOND_TRY = new Set(['22012', '23505', '40001', '40P01']);

export interface CommitterOptions {
  readonly appender: pg.Pool;
  /** How many events of one tenant may wait; QUEUE_EVENTS_MAX by default. */
  readonly queueEventsMax?: number;
  /** Told of each commit, for the metrics and for those who listen. */
  readonly onCommit?: (commit: { tenant: string; events: number; milliseconds: number }) => void;
}

export class Committer {
  readonly #options: CommitterOptions;
  readonly #lanes = new Map<string, Promise<Lane>>();
  /** How much waits in all lanes. */
  #bytes = 0;

  constructor(options: CommitterOptions) {
    this.#options = options;
  }

  /**
   * Appends the events of one request, all or none; resolves after the commit.
   *
   * @throws Failure `id_conflict`, `store_unavailable`, or `rate_limited` when too many events wait already
   */
  async append(tenant: string, events: readonly NewEvent[]): Promise<Receipt[]> {
    if (events.length === 0) return [];
    const lane = await this.#lane(tenant);
    if (lane.queued + events.length > (this.#options.queueEventsMax ?? QUEUE_EVENTS_MAX)) {
      throw new Failure('rate_limited', `${lane.queued} events of this tenant wait to be written`, { retryAfterSeconds: 1 });
    }
    if (this.#bytes > QUEUE_BYTES_MAX) throw new Failure('rate_limited', 'too much waits to be written', { retryAfterSeconds: 1 });
    lane.issuedT = Math.max(Date.now(), lane.issuedT);
    const items = events.map((event) => prepare(event, lane.issuedT, lane.log.macKey));
    const bytes = items.reduce((sum, item) => sum + item.disclosures.length, 0);
    lane.queued += events.length;
    this.#bytes += bytes;
    return new Promise<Receipt[]>((resolve, reject) => {
      lane.queue.push({ items, bytes, resolve, reject });
      if (!lane.running) void this.#run(tenant, lane);
    });
  }

  /** Ends when every request that was taken has its answer. */
  async idle(): Promise<void> {
    const lanes = await Promise.allSettled(this.#lanes.values());
    while (lanes.some((lane) => lane.status === 'fulfilled' && lane.value.running)) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  #lane(tenant: string): Promise<Lane> {
    const known = this.#lanes.get(tenant);
    if (known !== undefined) return known;
    const lane = this.#openLane(tenant);
    this.#lanes.set(tenant, lane);
    lane.catch(() => this.#lanes.delete(tenant));
    return lane;
  }

  async #openLane(tenant: string): Promise<Lane> {
    const log = await inTransaction(this.#options.appender, async (tx) => (await findLog(tx, tenant)) ?? (await createLog(tx, tenant)));
    return { log, base: { size: log.size, lastT: log.lastT }, issuedT: log.lastT, queue: [], queued: 0, running: false };
  }

  async #run(tenant: string, lane: Lane): Promise<void> {
    lane.running = true;
    let client: pg.PoolClient | undefined;
    while (lane.queue.length > 0) {
      const group = takeGroup(lane);
      const started = performance.now();
      try {
        client ??= await connect(this.#options.appender);
        await this.#commit(client, tenant, lane, group);
        this.#options.onCommit?.({ tenant, events: count(group), milliseconds: performance.now() - started });
      } catch (error) {
        // Whether the commit was reached is not known here: the ids make a second try of the sender safe.
        const failure = storeFailure(error);
        for (const job of group) job.reject(failure);
        lane.base = undefined;
        client?.release(failure);
        client = undefined;
      }
      lane.queued -= count(group);
      this.#bytes -= group.reduce((sum, job) => sum + job.bytes, 0);
    }
    client?.release();
    lane.running = false;
  }

  async #commit(client: pg.PoolClient, tenant: string, lane: Lane, group: readonly Job[]): Promise<void> {
    if (lane.base !== undefined) {
      try {
        await commitFast(client, lane, lane.base, group);
        return;
      } catch (error) {
        if (!SECOND_TRY.has((error as { code?: string }).code ?? '')) throw error;
      }
    }
    lane.base = undefined;
    await this.#commitLocked(client, tenant, lane, group);
  }

  async #commitLocked(client: pg.PoolClient, tenant: string, lane: Lane, group: readonly Job[]): Promise<void> {
    await client.query('begin');
    const log = await findLog(client, tenant, true);
    if (log === undefined || log.tenantId !== lane.log.tenantId) {
      await client.query('rollback');
      this.#lanes.delete(tenant);
      for (const job of group)
        job.reject(new Failure('log_frozen', 'another log has taken the place of this one; send again', { retryAfterSeconds: 1 }));
      return;
    }
    const accepted = await withoutConflicts(client, log, group);
    await client.query('commit');
    lane.base = { size: accepted.size, lastT: accepted.lastT };
    for (const [job, receipts] of accepted.receipts) job.resolve(receipts);
  }
}

function count(group: readonly Job[]): number {
  return group.reduce((sum, job) => sum + job.items.length, 0);
}

function takeGroup(lane: Lane): Job[] {
  let events = 0;
  let bytes = 0;
  const fits = lane.queue.findIndex((job, index) => {
    events += job.items.length;
    bytes += job.bytes;
    return index > 0 && (events > COMMIT_EVENTS_MAX || bytes > COMMIT_BYTES_MAX);
  });
  return lane.queue.splice(0, fits === -1 ? lane.queue.length : fits);
}

async function commitFast(client: pg.PoolClient, lane: Lane, base: { size: number; lastT: number }, group: readonly Job[]): Promise<void> {
  const items = group.flatMap((job) => freshened(job.items, base.lastT));
  await writeEvents(client, lane.log.tenantId, base.size, items);
  let seq = base.size;
  lane.base = { size: base.size + items.length, lastT: items.at(-1)?.t ?? base.lastT };
  let next = 0;
  for (const job of group) {
    job.resolve(
      job.items.map(({ event }) => ({ id: event.id, log: lane.log.origin, seq: seq++, leafHash: (items[next++] as Prepared).leafHash })),
    );
  }
}

/** Events whose time lies before the log's last, or that have waited long, get a later one: their place is what counts. */
function freshened(items: readonly Prepared[], lastT: number): readonly Prepared[] {
  const floor = Math.max(lastT, Date.now() - COMMIT_WAIT_MS_MAX);
  return items.map((item) => (item.t < floor ? restamp(item, floor) : item));
}

interface Accepted {
  readonly size: number;
  readonly lastT: number;
  readonly receipts: readonly (readonly [Job, Receipt[]])[];
}

/** Appends request by request under the lock; one whose id was seen with another body fails alone, without a trace. */
async function withoutConflicts(client: pg.PoolClient, log: LogRow, group: readonly Job[]): Promise<Accepted> {
  let { size, lastT } = log;
  const receipts: [Job, Receipt[]][] = [];
  for (const job of group) {
    const items = freshened(job.items, lastT);
    await client.query('savepoint request');
    const verdicts = await appendLocked(client, { ...log, size, lastT }, items);
    const conflict = verdicts.find((verdict) => verdict instanceof Failure);
    if (conflict instanceof Failure) {
      await client.query('rollback to savepoint request');
      job.reject(conflict);
      continue;
    }
    await client.query('release savepoint request');
    const taken = verdicts as Receipt[];
    const fresh = taken.filter((receipt) => receipt.seq >= size);
    if (fresh.length > 0) lastT = Math.max(lastT, items.at(-1)?.t ?? lastT);
    size = Math.max(size, ...fresh.map((receipt) => receipt.seq + 1));
    receipts.push([job, taken]);
  }
  return { size, lastT, receipts };
}
