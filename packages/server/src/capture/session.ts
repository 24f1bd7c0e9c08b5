// One connection's life: reads the stream into a bounded queue, writes it to the trail piece by piece, acknowledges what
// is durable, and looks after the slot and new tables every ten seconds. Any fault ends it; the next one goes on from the cursor.

import type pg from 'pg';
import type { Redaction } from '@indelible/core';
import {
  CAPTURE_COMMIT_BYTES_MAX,
  CAPTURE_COMMIT_ROWS_MAX,
  CAPTURE_LEASE_MS,
  CAPTURE_POLL_INTERVAL_MS,
  CAPTURE_QUEUE_BYTES_MAX,
} from '../limits.ts';
import { Assembler, type Item } from './replication/assemble.ts';
import type { Foretold } from './replication/assemble-foretold.ts';
import { BareRows } from './replication/bare-rows.ts';
import { type BatchResult, type BatchSettings, applyBatch } from './batch.ts';
import { checkContinuity } from './replication/continuity.ts';
import { type Counters, countersFrom } from './counters.ts';
import { DDL_PREFIX } from './ddl/ddl-message.ts';
import type { Gap } from './gaps/gap.ts';
import type { Lsn } from './replication/lsn.ts';
import { forgetNonces } from './attribution/nonces.ts';
import type { Output } from './replication/pgoutput.ts';
import type { PieceFaults } from './piece-faults.ts';
import { type Look, agrees, lookAt, noteCoverage } from './source/publication-memory.ts';
import { TablePublisher } from './source/publish-tables.ts';
import { ReplicationStream, connectReplication, identify, walEnd } from './replication/replication.ts';
import type { MapOptions } from './tables/resource-map.ts';
import type { SlotHolder } from './slot/slot-holder.ts';
import type { SlotWatch } from './slot/slot-watch.ts';
import { untilFree } from './slot/slot-free.ts';
import { connectSource } from './source/source-client.ts';
import { type Cursor, type SourceRecord, advanceIdle, loadPublicationMemory } from './source/source-record.ts';
import { lookUndisturbed } from './source/source-statements.ts';
import { SourceTables } from './tables/tables.ts';
import { type RowFault, faultLog } from './rows/unreadable-row.ts';

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
  /** These outlive the session. */
  readonly slotWatch: SlotWatch;
  readonly slotHolder: SlotHolder;
  readonly foretold: Foretold;
  readonly pieceFaults: PieceFaults;
  /** CAPTURE_LEASE_MS by default. */
  readonly leaseMs?: number;
  /** CAPTURE_COMMIT_ROWS_MAX by default. */
  readonly commitRows?: number;
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
  readonly #bareRows = new BareRows();
  readonly #publisher: TablePublisher;
  readonly #unreadable: (fault: RowFault) => void;
  #queue: Item[] = [];
  #queueBytes = 0;
  #cursor: Cursor;
  #counters: Counters;
  #acknowledged: Lsn;
  #idleAt: Lsn | undefined;
  #lastIdleMs = 0;
  #lastPollMs = 0;
  #trailMs = Date.now();
  #lastEventAt: Date | undefined;
  #applyingSinceMs: number | undefined;
  /** When the last transaction of which something is in the trail was committed. */
  #streamMs: number | undefined;
  #tablesStale = false;
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
    this.#lastEventAt = record.lastEventAt;
    this.#tables = new SourceTables(record, options);
    this.#publisher = new TablePublisher(record.name, options.log);
    this.#unreadable = faultLog(record.name, options.log);
    this.#assembler = new Assembler((item) => this.#enqueue(item), options.foretold);
  }

  /** Undefined until the stream runs. */
  get lagBytes(): number | undefined {
    return this.#stream?.lagBytes;
  }

  get counters(): Counters {
    return this.#counters;
  }

  /** When the oldest change was committed that was read and is not in the trail yet: milliseconds since 1970; undefined when there is none. */
  get waitingSinceMs(): number | undefined {
    return this.#applyingSinceMs ?? this.#queue.find((item) => item.kind !== 'commit')?.begin.committedAt ?? this.#assembler.waitingSinceMs;
  }

  get lastEventAt(): Date | undefined {
    return this.#lastEventAt;
  }

  /** Runs until `end` is called, the stream is to be read again, or a gap is found, which is returned. Throws for every other fault. */
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
      const { sourceId, slot, publication } = this.#record;
      const source = this.#source;
      const identity = await identify(replication);
      // Asked first, because a stream that cannot start says less of why.
      const health = await lookUndisturbed(this.#trail, sourceId, () =>
        checkContinuity(source, this.#record, identity, () => this.#acknowledged),
      );
      if (health === undefined) throw new Error('the source is being set up just now');
      if (health.slot !== undefined) this.#options.slotWatch.see(health.slot);
      if (health.gap !== undefined) return health.gap;
      await this.#trail.query(`select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'`);
      await this.#tables.refresh(source, this.#trail);
      if (health.slot?.activePid !== undefined) await this.#options.slotHolder.free(source, slot);
      await stream.start(slot, publication);
      this.#options.streaming();
      // Once more, now that nobody else can move the slot, and before anything is acknowledged.
      return (await this.#poll(source)) ?? (await this.#work(source, stream));
    } catch (error) {
      // What ended a connection says more than what the next query on it met.
      throw this.#failure ?? error;
    } finally {
      stream.close();
      await this.#tables.close();
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
      if (this.#queue.length === 0 && !this.#ending && !this.#assembler.over && this.#failure === undefined) await this.#sleep();
      if (this.#ending) return undefined;
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#assembler.over && this.#queue.length === 0) return await this.#leave(source, stream);
      if (this.#tables.mappingChanged) await this.#tables.refresh(source, this.#trail);
      if (this.#queue.length > 0) {
        await this.#applyNext(source, stream);
        if (this.#queue.length < CAPTURE_COMMIT_ROWS_MAX && this.#queueBytes < CAPTURE_QUEUE_BYTES_MAX / 2) stream.resume();
      }
      await this.#idle(stream);
      await this.#beat();
      if (Date.now() - this.#lastPollMs < CAPTURE_POLL_INTERVAL_MS) continue;
      const gap = await this.#poll(source);
      if (gap !== undefined) return gap;
    }
  }

  /** The next session reads the stream again, from what the source was told last. */
  async #leave(source: pg.Client, stream: ReplicationStream): Promise<undefined> {
    stream.close();
    await untilFree(source, this.#record.slot);
    return undefined;
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
    // A new key or reference shows in no relation message.
    if (output.kind === 'message' && output.prefix === DDL_PREFIX) {
      this.#tables.hear(output.content);
      this.#tablesStale = true;
    }
    this.#assembler.push(output, bytes);
    if (this.#assembler.over) this.#wake?.();
  }

  #enqueue(item: Item): void {
    this.#queue.push(item);
    if (item.kind !== 'commit') this.#queueBytes += item.bytes;
    // Transactions without a row count too: there may be a million of them.
    if (this.#queue.length >= CAPTURE_COMMIT_ROWS_MAX * 2 || this.#queueBytes >= CAPTURE_QUEUE_BYTES_MAX) this.#stream?.pause();
    this.#wake?.();
  }

  /** With nothing in flight, everything before the end of the source's log is in the trail, or was none of our business. */
  #keepalive(end: Lsn): void {
    if (this.#queue.length === 0 && !this.#assembler.inTransaction) this.#idleAt = end;
  }

  async #applyNext(source: pg.Client, stream: ReplicationStream): Promise<void> {
    // Taken before the catalog is read: what arrives meanwhile may tell of tables that were made after it was.
    const items = this.#take();
    if (this.#tablesStale) {
      this.#tablesStale = false;
      await this.#tables.refresh(source, this.#trail);
    }
    if (items.every((item) => item.kind === 'commit')) {
      // Transactions that only carried a message: nothing to write, so they are acknowledged like idle time.
      const last = items.findLast((item) => item.kind === 'commit');
      if (last !== undefined) this.#idleAt = last.endLsn;
      return;
    }
    const counters = { ...this.#counters };
    this.#applyingSinceMs = items.find((item) => item.kind !== 'commit')?.begin.committedAt;
    await this.#trail.query('begin');
    const { result, bare } = await this.#write(source, items, counters).catch(async (error: Error) => {
      const alive = await this.#trail.query('rollback').catch(() => undefined);
      throw alive === undefined ? error : this.#options.pieceFaults.failed(this.#cursor, items, error);
    });
    const answer = await this.#trail.query('commit');
    if (answer.command !== 'COMMIT') throw new Error('the trail rolled the piece back');
    this.#trailMs = Date.now();
    // Whoever changed the identity of a table shall not have to wait until it is mended.
    if (bare) this.#lastPollMs = 0;
    this.#applyingSinceMs = undefined;
    this.#streamMs = items.findLast((item) => item.kind !== 'commit')?.begin.committedAt;
    this.#cursor = result.cursor;
    this.#counters = counters;
    if (result.events > 0) this.#lastEventAt = new Date();
    if (result.acknowledge !== undefined) {
      if (result.acknowledge > this.#acknowledged) this.#acknowledged = result.acknowledge;
      stream.acknowledge(this.#acknowledged);
    }
  }

  async #write(source: pg.Client, items: readonly Item[], counters: Counters): Promise<{ result: BatchResult; bare: boolean }> {
    const record = { ...this.#record, cursor: this.#cursor };
    const result = await applyBatch(this.#trail, this.#record, this.#cursor, items, counters, this.#settings());
    return { result, bare: await this.#bareRows.note(this.#trail, record, this.#cursor, items, () => walEnd(source)) };
  }

  /** As many items as one commit may hold. */
  #take(): Item[] {
    const rowsMax = this.#options.pieceFaults.rowsMax(this.#cursor) ?? this.#options.commitRows ?? CAPTURE_COMMIT_ROWS_MAX;
    let rows = 0;
    let bytes = 0;
    let count = 0;
    for (const item of this.#queue) {
      if (item.kind !== 'commit') {
        if (rows >= rowsMax || (rows > 0 && bytes + item.bytes > CAPTURE_COMMIT_BYTES_MAX)) break;
        rows++;
        bytes += item.bytes;
      }
      count++;
    }
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
      unreadable: this.#unreadable,
    };
  }

  async #idle(stream: ReplicationStream): Promise<void> {
    const end = this.#idleAt;
    if (end === undefined || end <= this.#acknowledged || Date.now() - this.#lastIdleMs < CAPTURE_POLL_INTERVAL_MS) return;
    this.#lastIdleMs = Date.now();
    await advanceIdle(this.#trail, this.#record.sourceId, this.#cursor, end);
    this.#acknowledged = end;
    stream.acknowledge(end);
  }

  /** Keeps the lease: a trail that hears nothing for long gives the source to another server. */
  async #beat(): Promise<void> {
    if (Date.now() - this.#trailMs < (this.#options.leaseMs ?? CAPTURE_LEASE_MS) / 3) return;
    await this.#trail.query('select 1');
    this.#trailMs = Date.now();
  }

  /** @returns the gap that ends the session */
  async #poll(source: pg.Client): Promise<Gap | undefined> {
    this.#lastPollMs = Date.now();
    const { sourceId } = this.#record;
    const gap = await lookUndisturbed(this.#trail, sourceId, () => this.#look(source));
    if (this.#streamMs !== undefined) await forgetNonces(this.#trail, sourceId, this.#streamMs);
    return gap;
  }

  async #look(source: pg.Client): Promise<Gap | undefined> {
    const before = await walEnd(source);
    const memory = await loadPublicationMemory(this.#trail, this.#record.sourceId);
    const record = { ...this.#record, ...memory, cursor: this.#cursor, acknowledged: this.#acknowledged };
    const health = await checkContinuity(source, record, undefined, () => this.#acknowledged);
    if (health.slot !== undefined) this.#options.slotWatch.see(health.slot);
    if (health.gap !== undefined) return health.gap;
    const found = await this.#tablesFound(source, record.publication);
    if (found === undefined) {
      // Handled while it was looked at: the next look says what became of it. A publication is never made here.
      this.#lastPollMs = 0;
      return undefined;
    }
    const altered = await this.#publisher.publish(source, this.#tables.missing());
    await this.#noteCoverage(record, source, found, altered, before);
    return undefined;
  }

  /** As they are before anything is mended: what is mended shall be on record all the same. */
  async #tablesFound(source: pg.Client, publication: string): Promise<Look | undefined> {
    await this.#tables.refresh(source, this.#trail);
    const { catalog } = this.#tables;
    if (catalog?.publication === undefined) return undefined;
    const found = await lookAt(source, catalog, publication);
    return agrees(found, catalog) ? found : undefined;
  }

  async #noteCoverage(record: SourceRecord, source: pg.Client, found: Look, altered: boolean, before: Lsn): Promise<void> {
    const again = (): Promise<Look | undefined> => this.#tablesFound(source, record.publication);
    const now = altered ? ((await again()) ?? (await again()) ?? found) : found;
    const { catalog } = this.#tables;
    if (catalog === undefined) return;
    const after = await walEnd(source);
    await this.#trail.query('begin');
    const known = await noteCoverage(this.#trail, record, { catalog, found, now, altered }, before, after);
    const answer = await this.#trail.query('commit');
    if (answer.command !== 'COMMIT') throw new Error('the trail rolled the coverage back');
    this.#bareRows.know(known);
  }
}
