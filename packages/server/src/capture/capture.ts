// Captures one source for as long as the server runs: one consumer among all servers, sessions one after the other,
// with pauses that grow while the source or the store is away.

import type pg from 'pg';
import { setTimeout as pause } from 'node:timers/promises';
import { Failure, type Redaction, makeRedaction } from '@indelible/core';
import { ADVISORY_LOCK_CAPTURE_CLASS, CAPTURE_BACKOFF_MS_MAX, CAPTURE_BACKOFF_MS_MIN, CAPTURE_POLL_INTERVAL_MS } from '../limits.ts';
import { inTransaction } from '../store/pool.ts';
import { type Counters, countersFrom } from './counters.ts';
import { type Gap, GAP_REMEDY, recordGap } from './gap.ts';
import { lsnText } from './lsn.ts';
import type { MapOptions } from './resource-map.ts';
import { type CaptureLog, Session } from './session.ts';
import { type SourceRecord, loadRecord } from './source-record.ts';

export interface CaptureOptions extends MapOptions {
  /** The name under which `captureSetup` registered the source. */
  readonly name: string;
  readonly sourceUrl: string;
  readonly appender: pg.Pool;
  /** The key shared with the application (INDELIBLE_CONTEXT_KEY); without one no attribution is verified. */
  readonly contextKey?: string;
  readonly redaction?: Redaction;
  readonly log: CaptureLog;
  /** Registers a source that the trail does not know yet; tried until it succeeds. Without it such a source rests. */
  readonly register?: () => Promise<void>;
}

export type CaptureState = 'starting' | 'standby' | 'streaming' | 'retrying' | 'stopped' | 'ended';

export interface CaptureStatus {
  readonly name: string;
  readonly state: CaptureState;
  /** Why it retries or was stopped, and what to do. */
  readonly reason: string | undefined;
  /** Bytes of the source's log that are not in the trail yet. */
  readonly lagBytes: number;
  readonly lastEventAt: Date | undefined;
  readonly counters: Counters;
}

const LOCK_RETRY_MS = 1_000;

/**
 *   starting (register, while the trail does not know the source) --> standby --lock--> streaming --fault--> retrying --+
 *      ^  |         (another server captures)   \                  |
 *      |  +--gap on record--> stopped            \--gap--> stopped |
 *      +--------------------------------------------------------- -+
 *   stop() leads from everywhere to: ended. A stopped source starts again once setup has been run for it.
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
  #state: CaptureState = 'starting';
  #reason: string | undefined;
  #record: SourceRecord | undefined;
  #session: Session | undefined;
  #running: Promise<void> | undefined;
  #backoffMs = CAPTURE_BACKOFF_MS_MIN;

  constructor(options: CaptureOptions) {
    this.#options = options;
    this.#redaction = options.redaction ?? makeRedaction();
  }

  /** Returns at once; faults show in `status` and in the log. */
  start(): void {
    this.#running ??= this.#loop();
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
      lagBytes: session?.lagBytes ?? 0,
      lastEventAt: session?.lastEventAt ?? this.#record?.lastEventAt,
      counters: session?.counters ?? countersFrom(this.#record?.counters ?? {}),
    };
  }

  get #ended(): boolean {
    return this.#abort.signal.aborted;
  }

  async #loop(): Promise<void> {
    while (!this.#ended) {
      try {
        await this.#attempt();
      } catch (error) {
        await this.#retryLater(error instanceof Error ? error : new Error(String(error)));
      }
    }
  }

  async #attempt(): Promise<void> {
    const { name, appender, register } = this.#options;
    const record = await loadRecord(appender, name);
    this.#record = record;
    if (record === undefined && register !== undefined) return this.#register(register);
    if (record === undefined) return this.#rest('stopped', `the source ${name} has not been set up; run "indelible capture setup"`);
    if (record.stoppedReason !== undefined) return this.#rest('stopped', record.stoppedReason);
    const trail = await appender.connect();
    let broken: Error | undefined;
    const noticed = (error: Error): void => {
      broken = error;
      this.#session?.fail(error);
    };
    trail.on('error', noticed);
    try {
      if (await this.#lock(trail, record.sourceId)) await this.#consume(trail, name);
    } catch (error) {
      // A connection that may still hold the lock, or be in a transaction, is not given back.
      // What ended the connection says more than what its next query met.
      broken ??= error instanceof Error ? error : new Error(String(error));
      throw broken;
    } finally {
      trail.off('error', noticed);
      if (broken === undefined)
        broken = await trail.query('select pg_advisory_unlock_all()').then(
          () => undefined,
          (error: Error) => error,
        );
      trail.release(broken);
    }
  }

  /** A source may be down when it is captured for the first time: nothing is lost yet, and it is set up once it is there. */
  async #register(register: () => Promise<void>): Promise<void> {
    try {
      await register();
    } catch (error) {
      const cause = error instanceof Error ? error : new Error(String(error));
      const detail = `the source has not been set up yet, and its changes are not captured: ${cause.message}`;
      throw new Failure('capture_invalid', detail, {}, { cause });
    }
    this.#backoffMs = CAPTURE_BACKOFF_MS_MIN;
  }

  /** Waits until no other server captures this source. */
  async #lock(trail: pg.PoolClient, sourceId: number): Promise<boolean> {
    while (!this.#ended) {
      const answer = await trail.query<{ mine: boolean }>('select pg_try_advisory_lock($1::int4, $2::int4) as mine', [
        ADVISORY_LOCK_CAPTURE_CLASS,
        sourceId,
      ]);
      if (answer.rows[0]?.mine === true) return true;
      this.#state = 'standby';
      this.#reason = 'another server captures this source';
      await this.#sleep(LOCK_RETRY_MS);
    }
    return false;
  }

  async #consume(trail: pg.PoolClient, name: string): Promise<void> {
    // Read again under the lock: the consumer before us may have moved it.
    const record = await loadRecord(trail, name);
    if (record === undefined || record.stoppedReason !== undefined || this.#ended) return;
    this.#record = record;
    const { log } = this.#options;
    const session = new Session(record, trail, {
      ...this.#options,
      contextKey: this.#options.contextKey,
      redaction: this.#redaction,
      streaming: () => this.#streaming(record),
    });
    this.#session = session;
    try {
      const gap = await session.run();
      if (gap !== undefined) await this.#stopFor(gap, record, log);
    } finally {
      this.#record = { ...record, lastEventAt: session.lastEventAt, counters: session.counters };
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

  async #stopFor(gap: Gap, record: SourceRecord, log: CaptureLog): Promise<void> {
    await inTransaction(this.#options.appender, (tx) => recordGap(tx, record, gap));
    this.#state = 'stopped';
    this.#reason = `${gap.reason}: ${gap.detail}; ${GAP_REMEDY}`;
    const range = { from: lsnText(gap.from), ...(gap.to === undefined ? {} : { to: lsnText(gap.to) }) };
    log.error(
      { source: record.name, reason: gap.reason, ...range },
      `capture of ${record.name} has a gap and is stopped: ${gap.detail}; ${GAP_REMEDY}`,
    );
  }

  async #rest(state: CaptureState, reason: string): Promise<void> {
    if (this.#reason !== reason)
      this.#options.log.error({ source: this.#options.name }, `capture of ${this.#options.name} is stopped: ${reason}`);
    this.#state = state;
    this.#reason = reason;
    await this.#sleep(CAPTURE_POLL_INTERVAL_MS);
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
    await this.#sleep(this.#backoffMs);
    this.#backoffMs = Math.min(this.#backoffMs * 2, CAPTURE_BACKOFF_MS_MAX);
  }

  async #sleep(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.#abort.signal }).catch(() => {});
  }
}
