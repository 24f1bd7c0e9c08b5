// Captures one source for as long as the server runs: one consumer among all servers, sessions one after the other,
// with pauses that grow while the source or the store is away.

import type pg from 'pg';
import { setTimeout as pause } from 'node:timers/promises';
import { Failure, type Redaction, makeRedaction } from '@indelible/core';
import { ADVISORY_LOCK_CAPTURE_CLASS, CAPTURE_BACKOFF_MS_MAX, CAPTURE_BACKOFF_MS_MIN, CAPTURE_LEASE_MS } from '../limits.ts';
import { Foretold } from './replication/assemble-foretold.ts';
import { connect } from '../store/pool.ts';
import { type Counters, countersFrom } from './counters.ts';
import { type Gap, recordGap, stoppedText } from './gaps/gap.ts';
import { lsnText } from './replication/lsn.ts';
import { PieceFaults } from './piece-faults.ts';
import type { MapOptions } from './tables/resource-map.ts';
import { type CaptureLog, Session } from './session.ts';
import { SlotHolder } from './slot/slot-holder.ts';
import type { Waiting } from './slot/slot-wait.ts';
import { SlotWatch } from './slot/slot-watch.ts';
import { type SourceRecord, loadRecord } from './source/source-record.ts';

export interface CaptureOptions extends MapOptions {
  /** The name under which `captureSetup` registered the source. */
  readonly name: string;
  readonly sourceUrl: string;
  readonly appender: pg.Pool;
  /** The key shared with the application (INDELIBLE_CONTEXT_KEY); without one no attribution is verified. */
  readonly contextKey?: string;
  readonly redaction?: Redaction;
  readonly log: CaptureLog;
  /** A consumer that says nothing to the trail for so long loses the source to the next one. CAPTURE_LEASE_MS by default. */
  readonly leaseMs?: number;
  /** As many rows as one commit to the trail holds at most. CAPTURE_COMMIT_ROWS_MAX by default. */
  readonly commitRows?: number;
  /** Registers a source that the trail does not know yet; tried until it succeeds. Without it such a source rests. */
  readonly register?: (wait: Waiting) => Promise<void>;
}

export type CaptureState = 'starting' | 'standby' | 'streaming' | 'retrying' | 'stopped' | 'ended';

export interface CaptureStatus {
  readonly name: string;
  readonly state: CaptureState;
  /** Why it retries or was stopped, and what to do. */
  readonly reason: string | undefined;
  /** Bytes of the source's log that are not in the trail yet. */
  readonly lagBytes: number;
  /** The share of the log that the source keeps for the slot at most (max_slot_wal_keep_size) which it holds, 0 to 1; undefined without a limit. */
  readonly slotUsed: number | undefined;
  /** How old the oldest change is that is not in the trail yet, as far as this server can tell; undefined on one that has not captured the source. */
  readonly lagSeconds: number | undefined;
  readonly lastEventAt: Date | undefined;
  readonly counters: Counters;
}

const LOCK_RETRY_MS = 250;
const SLOT_RETRY_MS = 1_000;
/** How soon a source that was resumed goes on. */
const REST_MS = 2_000;

/**
 *   starting (register, while the trail does not know the source) --> standby --lock--> streaming --fault--> retrying --+
 *      ^  |         (another server captures)   \                  |
 *      |  +--gap on record--> stopped            \--gap--> stopped |
 *      +--------------------------------------------------------- -+
 *   stop() leads from everywhere to: ended. A stopped source starts again once somebody has resumed it.
 *
 * @example
 * const capture = new Capture({ name: 'app', sourceUrl, appender: store.appender, log });
 * capture.start();
 * await capture.stop();
 */
export class Capture {
  readonly #options: CaptureOptions;
  readonly #redaction: Redaction;
  readonly #abort = new AbortController();
  readonly #slotWatch: SlotWatch;
  readonly #slotHolder = new SlotHolder();
  readonly #foretold = new Foretold();
  readonly #pieceFaults = new PieceFaults();
  #state: CaptureState = 'starting';
  #reason: string | undefined;
  #record: SourceRecord | undefined;
  #session: Session | undefined;
  #running: Promise<void> | undefined;
  #tried: () => void = () => {};
  readonly #firstTry = new Promise<void>((resolve) => (this.#tried = resolve));
  /** While the stream is down: from when on changes may be missing in the trail. */
  #behindSinceMs: number | undefined;
  #backoffMs = CAPTURE_BACKOFF_MS_MIN;

  constructor(options: CaptureOptions) {
    this.#options = options;
    this.#slotWatch = new SlotWatch(options.name, options.log);
    this.#redaction = options.redaction ?? makeRedaction();
  }

  /** Returns at once; faults show in `status` and in the log. */
  start(): void {
    this.#running ??= this.#loop();
  }

  /** Resolves when the source is registered, or the first attempt at it has failed, or was ended. */
  firstTry(): Promise<void> {
    return this.#firstTry;
  }

  /** Lets the piece that is being written come to its end; resolves when every connection is closed. */
  async stop(): Promise<void> {
    this.#abort.abort();
    this.#session?.end();
    await this.#running;
    this.#state = 'ended';
  }

  status(): CaptureStatus {
    const session = this.#session;
    return {
      name: this.#options.name,
      state: this.#state,
      reason: this.#reason,
      lagBytes: session?.lagBytes ?? this.#slotWatch.last?.lagBytes ?? 0,
      slotUsed: this.#slotWatch.last?.used,
      lagSeconds: this.#lagSeconds(),
      lastEventAt: session?.lastEventAt ?? this.#record?.lastEventAt,
      counters: session?.counters ?? countersFrom(this.#record?.counters ?? {}),
    };
  }

  #lagSeconds(): number | undefined {
    const sinceMs = this.#state === 'streaming' ? (this.#session?.waitingSinceMs ?? Date.now()) : this.#behindSinceMs;
    return sinceMs === undefined || this.#state === 'standby' ? undefined : Math.max(0, Date.now() - sinceMs) / 1000;
  }

  get #ended(): boolean {
    return this.#abort.signal.aborted;
  }

  async #loop(): Promise<void> {
    while (!this.#ended) {
      try {
        await this.#attempt();
      } catch (error) {
        this.#tried();
        await this.#retryLater(error instanceof Error ? error : new Error(String(error)));
      }
    }
    this.#tried();
  }

  async #attempt(): Promise<void> {
    const { name, appender, register } = this.#options;
    const record = await loadRecord(appender, name);
    this.#record = record;
    if (record === undefined && register !== undefined) return this.#register(register);
    this.#tried();
    if (record === undefined) return this.#rest('stopped', `the source ${name} has not been set up; run "indelible capture setup"`);
    if (record.stoppedReason !== undefined) return this.#rest('stopped', record.stoppedReason);
    const trail = await this.#lock(appender, record.sourceId);
    if (trail === undefined) return;
    let broken: Error | undefined;
    const noticed = (error: Error): void => {
      broken = error;
      this.#session?.fail(error);
    };
    trail.on('error', noticed);
    try {
      await this.#lease(trail);
      await this.#consume(trail, name);
    } catch (error) {
      // A connection that may still hold the lock, or be in a transaction, is not given back.
      // What ended the connection says more than what its next query met.
      broken ??= error instanceof Error ? error : new Error(String(error));
      throw broken;
    } finally {
      trail.off('error', noticed);
      if (broken === undefined)
        broken = await trail.query('reset all; select pg_advisory_unlock_all()').then(
          () => undefined,
          (error: Error) => error,
        );
      trail.release(broken);
    }
  }

  /** A source may be down when it is captured for the first time: nothing is lost yet, and it is set up once it is there. */
  async #register(register: (wait: Waiting) => Promise<void>): Promise<void> {
    this.#state = 'starting';
    try {
      await register({ signal: this.#abort.signal, waiting: (what) => this.#waitFor(what) });
    } catch (error) {
      const cause = error instanceof Error ? error : new Error(String(error));
      const detail = `the source has not been set up yet, and its changes are not captured: ${cause.message}`;
      throw new Failure('capture_invalid', detail, {}, { cause });
    }
    this.#backoffMs = CAPTURE_BACKOFF_MS_MIN;
    this.#reason = undefined;
  }

  #waitFor(what: string): void {
    this.#reason = `the source has not been set up yet, and its changes are not captured: ${what}`;
    this.#options.log.warn({ source: this.#options.name }, `capture of ${this.#options.name}: ${this.#reason}`);
  }

  /** Waits until no other server captures this source, and holds no connection meanwhile: there are few. */
  async #lock(appender: pg.Pool, sourceId: number): Promise<pg.PoolClient | undefined> {
    while (!this.#ended) {
      const trail = await connect(appender);
      try {
        const answer = await trail.query<{ mine: boolean }>('select pg_try_advisory_lock($1::int4, $2::int4) as mine', [
          ADVISORY_LOCK_CAPTURE_CLASS,
          sourceId,
        ]);
        if (answer.rows[0]?.mine === true) return trail;
      } catch (error) {
        trail.release(true);
        throw error;
      }
      trail.release();
      this.#state = 'standby';
      this.#reason = 'another server captures this source';
      await this.#sleep(LOCK_RETRY_MS);
    }
    return undefined;
  }

  /**
   * A process that is stopped, or whose host went away, keeps its connections and with them the lock. The trail ends a
   * connection that is silent for too long: then the lock is free, and that process can write nothing any more.
   */
  async #lease(trail: pg.ClientBase): Promise<void> {
    await trail.query(
      `select set_config(name, $1, false) from unnest(array['idle_session_timeout', 'idle_in_transaction_session_timeout']) as s(name)`,
      [String(this.#options.leaseMs ?? CAPTURE_LEASE_MS)],
    );
  }

  async #consume(trail: pg.PoolClient, name: string): Promise<void> {
    // Read again under the lock: the consumer before us may have moved it.
    const record = await loadRecord(trail, name);
    if (record === undefined || record.stoppedReason !== undefined || this.#ended) return;
    this.#record = record;
    const { log } = this.#options;
    let streamed = false;
    const session = new Session(record, trail, {
      ...this.#options,
      contextKey: this.#options.contextKey,
      redaction: this.#redaction,
      slotWatch: this.#slotWatch,
      slotHolder: this.#slotHolder,
      foretold: this.#foretold,
      pieceFaults: this.#pieceFaults,
      streaming: () => {
        streamed = true;
        this.#streaming(record);
      },
    });
    this.#session = session;
    try {
      const gap = await session.run();
      if (gap !== undefined) await this.#stopFor(trail, gap, record, log);
    } finally {
      this.#record = { ...record, lastEventAt: session.lastEventAt, counters: session.counters };
      if (streamed) this.#behindSinceMs = session.waitingSinceMs ?? Date.now();
      this.#session = undefined;
    }
  }

  #streaming(record: SourceRecord): void {
    this.#state = 'streaming';
    this.#reason = undefined;
    this.#backoffMs = CAPTURE_BACKOFF_MS_MIN;
    this.#options.log.info(
      { source: record.name, slot: record.slot, cursor: `${lsnText(record.cursor.lsn)}:${record.cursor.ordinal}` },
      `capture of ${record.name} runs`,
    );
  }

  /** On the connection that holds the lock: a server that has lost it does not stop the next one. */
  async #stopFor(trail: pg.ClientBase, gap: Gap, record: SourceRecord, log: CaptureLog): Promise<void> {
    await trail.query('begin');
    const first = await recordGap(trail, record, gap);
    const answer = await trail.query('commit');
    if (answer.command !== 'COMMIT') throw new Error('the trail rolled the gap back');
    this.#state = 'stopped';
    this.#reason = stoppedText(record.name, gap);
    if (!first) return;
    const range = { from: lsnText(gap.from), ...(gap.to === undefined ? {} : { to: lsnText(gap.to) }) };
    log.error({ source: record.name, reason: gap.reason, ...range }, `capture of ${record.name} has a gap and is stopped: ${this.#reason}`);
  }

  async #rest(state: CaptureState, reason: string): Promise<void> {
    if (this.#reason !== reason)
      this.#options.log.error({ source: this.#options.name }, `capture of ${this.#options.name} is stopped: ${reason}`);
    this.#state = state;
    this.#reason = reason;
    await this.#watchSlot();
    await this.#sleep(REST_MS);
  }

  /** While nothing is read, the slot holds the source's log back: somebody must know how long that goes well. */
  async #watchSlot(): Promise<void> {
    if (this.#record === undefined || this.#ended) return;
    await this.#slotWatch.look(this.#options.sourceUrl, this.#record.slot);
  }

  async #retryLater(error: Error): Promise<void> {
    if (this.#ended) return;
    const reason = error.message;
    // The same trouble is told once, and again when the pauses have become long.
    if (this.#reason !== reason) {
      this.#options.log.warn(
        { source: this.#options.name, error: reason, retryMs: this.#backoffMs },
        `capture of ${this.#options.name} was interrupted and tries again: ${reason}`,
      );
    }
    this.#state = 'retrying';
    this.#reason = reason;
    await this.#watchSlot();
    await this.#sleep(this.#backoffMs);
    // Whoever holds the slot and is silent is to go soon.
    const OBJECT_IN_USE = '55006';
    const most = (error as { code?: string }).code === OBJECT_IN_USE ? SLOT_RETRY_MS : CAPTURE_BACKOFF_MS_MAX;
    this.#backoffMs = Math.min(this.#backoffMs * 2, most);
  }

  async #sleep(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.#abort.signal }).catch(() => {});
  }
}
