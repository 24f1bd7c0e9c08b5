// One connection's life: reads the stream into a bounded queue, writes it to the trail piece by piece, acknowledges what
// is durable, and looks after the slot and new tables every ten seconds. Any fault ends it; the next one goes on from the cursor.

import type pg from 'pg';
import type { Redaction } from '@indelible/core';
import {
  CAPTURE_COMMIT_BYTES_MAX,
  CAPTURE_COMMIT_ROWS_MAX,
  CAPTURE_NONCE_DAYS,
  CAPTURE_POLL_INTERVAL_MS,
  CAPTURE_QUEUE_BYTES_MAX,
} from '../limits.ts';
import { Assembler, type Item } from './assemble.ts';
import { type BatchSettings, applyBatch } from './batch.ts';
import { type Counters, countersFrom } from './counters.ts';
import { noteCoverage } from './coverage.ts';
import { type Gap, checkContinuity } from './gap.ts';
import type { Lsn } from './lsn.ts';
import type { Output } from './pgoutput.ts';
import { ReplicationStream, connectReplication, identify, walEnd } from './replication.ts';
import type { MapOptions } from './resource-map.ts';
import { connectSource } from './source-client.ts';
import { type Cursor, type SourceRecord, advanceIdle } from './source-record.ts';
import { SourceTables } from './tables.ts';

/** Where capture tells the operator what it does; pino's loggers fit. */
export interface CaptureLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface SessionOptions extends MapOptions {
  readonly sourceUrl: string;
  readonly contextKey: string | undefined;
  readonly redaction: Redaction;
  readonly log: CaptureLog;
  /** Told when the stream runs. */
  readonly streaming: () => void;
}

const WAKE_MS = 1_000;

export class Session {
  readonly #record: SourceRecord;
  readonly #trail: pg.PoolClient;
  readonly #options: SessionOptions;
  readonly #tables: SourceTables;
  readonly #assembler: Assembler;
  #queue: Item[] = [];
  #queueRows = 0;
  #queueBytes = 0;
  #cursor: Cursor;
  #counters: Counters;
  #acknowledged: Lsn;
  #publishedAt: Lsn;
  #idleAt: Lsn | undefined;
  #lastIdleMs = 0;
  #lastPollMs = 0;
  #slotLagBytes = 0;
  #lastEventAt: Date | undefined;
  #tablesStale = false;
  #refused = new Set<string>();
  #failure: Error | undefined;
  #ending = false;
  #wake: (() => void) | undefined;
  #stream: ReplicationStream | undefined;
  #source: pg.Client | undefined;

  /** @param trail a connection of the appender that holds the lock of this source, and is used for nothing else */
  constructor(record: SourceRecord, trail: pg.PoolClient, options: SessionOptions) {
    this.#record = record;
    this.#trail = trail;
    this.#options = options;
    this.#cursor = record.cursor;
    this.#counters = countersFrom(record.counters);
    this.#acknowledged = record.acknowledged;
    this.#publishedAt = record.publishedAt;
    this.#lastEventAt = record.lastEventAt;
    this.#tables = new SourceTables(record, options);
    this.#assembler = new Assembler((item) => this.#enqueue(item));
  }

  get lagBytes(): number {
    return this.#stream?.lagBytes ?? this.#slotLagBytes;
  }

  get counters(): Counters {
    return this.#counters;
  }

  get lastEventAt(): Date | undefined {
    return this.#lastEventAt;
  }

  /** Runs until `end` is called, or a gap is found, which is returned. Throws for every other fault. */
  async run(): Promise<Gap | undefined> {
    const replication = await connectReplication(this.#options.sourceUrl);
    const stream = new ReplicationStream(replication, {
      output: (output, bytes) => this.#output(output, bytes),
      keepalive: (end) => this.#keepalive(end),
      failed: (error) => this.fail(error),
    });
    this.#stream = stream;
    try {
      this.#source = await connectSource(this.#options.sourceUrl);
      this.#source.on('error', (error) => this.fail(error));
      const health = await checkContinuity(this.#source, this.#record, await identify(replication), () => this.#acknowledged);
      if (health.gap !== undefined) return health.gap;
      await this.#trail.query(`select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'`);
      await this.#tables.refresh(this.#source, this.#trail);
      await stream.start(this.#record.slot, this.#record.publication);
      this.#options.streaming();
      return await this.#work(this.#source, stream);
    } catch (error) {
      // What ended a connection says more than what the next query on it met.
      throw this.#failure ?? error;
    } finally {
      stream.close();
      await this.#source?.end().catch(() => {});
    }
  }

  /** Lets the piece that is being written come to its end, then ends the session. */
  end(): void {
    this.#ending = true;
    this.#wake?.();
  }

  fail(error: Error): void {
    this.#failure ??= error;
    this.#wake?.();
  }

  async #work(source: pg.Client, stream: ReplicationStream): Promise<Gap | undefined> {
    for (;;) {
      if (this.#queue.length === 0 && !this.#ending && this.#failure === undefined) await this.#sleep();
      if (this.#ending) return undefined;
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#queue.length > 0) await this.#applyNext(source, stream);
      await this.#idle(stream);
      if (Date.now() - this.#lastPollMs >= CAPTURE_POLL_INTERVAL_MS) {
        this.#lastPollMs = Date.now();
        const gap = await this.#poll(source);
        if (gap !== undefined) return gap;
      }
    }
  }

  #sleep(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, WAKE_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #output(output: Output, bytes: number): void {
    if (output.kind === 'relation' && !this.#tables.knows(output)) this.#tablesStale = true;
    this.#assembler.push(output, bytes);
  }

  #enqueue(item: Item): void {
    this.#queue.push(item);
    if (item.kind === 'row') {
      this.#queueRows++;
      this.#queueBytes += item.bytes;
      if (this.#queueRows >= CAPTURE_COMMIT_ROWS_MAX * 2 || this.#queueBytes >= CAPTURE_QUEUE_BYTES_MAX) this.#stream?.pause();
    }
    this.#wake?.();
  }

  /** With nothing in flight, everything before the end of the source's log is in the trail, or was none of our business. */
  #keepalive(end: Lsn): void {
    if (this.#queue.length === 0 && !this.#assembler.inTransaction) this.#idleAt = end;
  }

  async #applyNext(source: pg.Client, stream: ReplicationStream): Promise<void> {
    if (this.#tablesStale) {
      this.#tablesStale = false;
      await this.#tables.refresh(source, this.#trail);
    }
    const items = this.#take();
    if (!items.some((item) => item.kind === 'row')) {
      // Transactions that only carried a message: nothing to write, so they are acknowledged like idle time.
      const last = items.findLast((item) => item.kind === 'commit');
      if (last !== undefined) this.#idleAt = last.endLsn;
      return;
    }
    const counters = { ...this.#counters };
    await this.#trail.query('begin');
    const result = await applyBatch(this.#trail, this.#record, this.#cursor, items, counters, this.#settings()).catch(
      async (error: unknown) => {
        await this.#trail.query('rollback').catch(() => {});
        throw error;
      },
    );
    const answer = await this.#trail.query('commit');
    if (answer.command !== 'COMMIT') throw new Error('the trail rolled the piece back');
    this.#cursor = result.cursor;
    this.#counters = counters;
    if (result.events > 0) this.#lastEventAt = new Date();
    if (result.acknowledge !== undefined) {
      if (result.acknowledge > this.#acknowledged) this.#acknowledged = result.acknowledge;
      stream.acknowledge(this.#acknowledged);
    }
    if (this.#queueRows < CAPTURE_COMMIT_ROWS_MAX && this.#queueBytes < CAPTURE_QUEUE_BYTES_MAX / 2) stream.resume();
  }

  /** As many items as one commit may hold. */
  #take(): Item[] {
    let rows = 0;
    let bytes = 0;
    let count = 0;
    for (const item of this.#queue) {
      if (item.kind === 'row') {
        if (rows >= CAPTURE_COMMIT_ROWS_MAX || (rows > 0 && bytes + item.bytes > CAPTURE_COMMIT_BYTES_MAX)) break;
        rows++;
        bytes += item.bytes;
      }
      count++;
    }
    this.#queueRows -= rows;
    this.#queueBytes -= bytes;
    return this.#queue.splice(0, count);
  }

  #settings(): BatchSettings {
    return {
      name: this.#record.name,
      systemIdentifier: this.#record.systemIdentifier,
      timeline: this.#record.timeline,
      era: this.#record.era,
      nowMs: Date.now(),
      contextKey: this.#options.contextKey,
      redaction: this.#options.redaction,
      types: this.#tables.types,
      mapOf: (relation) => this.#tables.mapOf(relation),
    };
  }

  async #idle(stream: ReplicationStream): Promise<void> {
    const end = this.#idleAt;
    if (end === undefined || end <= this.#acknowledged || Date.now() - this.#lastIdleMs < CAPTURE_POLL_INTERVAL_MS) return;
    this.#lastIdleMs = Date.now();
    await advanceIdle(this.#trail, this.#record.sourceId, end);
    this.#acknowledged = end;
    stream.acknowledge(end);
  }

  async #poll(source: pg.Client): Promise<Gap | undefined> {
    const at = await walEnd(source);
    const record = { ...this.#record, cursor: this.#cursor, acknowledged: this.#acknowledged, publishedAt: this.#publishedAt };
    const health = await checkContinuity(source, record, undefined, () => this.#acknowledged);
    if (health.gap !== undefined) return health.gap;
    this.#slotLagBytes = health.lagBytes;
    await this.#tables.refresh(source, this.#trail);
    await this.#publishNew(source);
    await this.#noteCoverage(record, at, await walEnd(source));
    this.#publishedAt = at;
    await this.#trail.query(`delete from indelible.capture_nonce where source_id = $1 and seen_at < now() - make_interval(days => $2)`, [
      this.#record.sourceId,
      CAPTURE_NONCE_DAYS,
    ]);
    return undefined;
  }

  /** One transaction for all: a table is never published before its identity is whole. */
  async #publishNew(source: pg.Client): Promise<void> {
    const { statements, added } = this.#tables.missing();
    if (statements.length === 0) return;
    const { log } = this.#options;
    try {
      await source.query('begin');
      for (const statement of statements) await source.query(statement);
      await source.query('commit');
    } catch (error) {
      await source.query('rollback');
      const message = error instanceof Error ? error.message : String(error);
      if (this.#refused.has(message)) return;
      this.#refused.add(message);
      log.warn(
        { source: this.#record.name, statements, error: message },
        `capture of ${this.#record.name} cannot cover new tables: ${message}; run "indelible capture setup" as their owner`,
      );
      return;
    }
    log.info({ source: this.#record.name, statements }, `capture of ${this.#record.name} covers ${added.length} more tables`);
    await this.#tables.refresh(source, this.#trail);
  }

  async #noteCoverage(record: SourceRecord, before: Lsn, after: Lsn): Promise<void> {
    const { catalog } = this.#tables;
    if (catalog === undefined) return;
    await this.#trail.query('begin');
    await noteCoverage(this.#trail, record, catalog, before, after);
    const answer = await this.#trail.query('commit');
    if (answer.command !== 'COMMIT') throw new Error('the trail rolled the coverage back');
  }
}
