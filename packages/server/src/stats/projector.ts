// The projector's life: one server at a time keeps the counters, a second behind the log at most while it keeps up.

import type pg from 'pg';
import { ADVISORY_LOCK_PROJECT, PROJECT_INTERVAL_MS, PROJECT_LOGS_MAX, PROJECT_LOOKBACK_MS, PROJECT_SWEEP_INTERVAL_MS } from '../limits.ts';
import { findUncounted, lockActive } from '../store/counter-rows.ts';
import { connect } from '../store/pool.ts';
import { tryLock } from '../store/seal-rows.ts';
import { projectStep } from './project.ts';

export interface ProjectorOptions {
  /** Connections as the projector. */
  readonly pool: pg.Pool;
  readonly onError: (error: Error) => void;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export class Projector {
  readonly #options: ProjectorOptions;
  readonly #now: () => number;
  readonly #onBroken = (error: Error): void => this.#options.onError(error);
  #owned: pg.PoolClient | undefined;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<unknown> | undefined;
  #stopped = true;
  #sweptAt = Number.NEGATIVE_INFINITY;
  #currentAt: number | undefined;
  #lastFault = '';

  constructor(options: ProjectorOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  start(): void {
    this.#stopped = false;
    this.#schedule(0);
  }

  /** Ends after the step that is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running?.catch(() => {});
    this.#yield();
  }

  /** How long ago everything that was in the logs then was counted; undefined when another server counts. */
  lagMs(): number | undefined {
    return this.#owned === undefined || this.#currentAt === undefined ? undefined : Math.max(0, this.#now() - this.#currentAt);
  }

  /**
   * One round: becomes the owner when nobody is, and counts what is there, each log a step.
   *
   * @returns whether more waits
   */
  async tick(): Promise<boolean> {
    try {
      const client = (this.#owned ??= await this.#acquire());
      if (client === undefined) return false;
      const startedAt = this.#now();
      this.#currentAt ??= startedAt;
      // Logs that wait for long, as after a start, have no recent event: a look at all of them comes now and then.
      const sweep = startedAt - this.#sweptAt >= PROJECT_SWEEP_INTERVAL_MS;
      const logs = await findUncounted(client, sweep ? 0 : startedAt - PROJECT_LOOKBACK_MS, PROJECT_LOGS_MAX);
      let more = logs.length === PROJECT_LOGS_MAX;
      for (const { tenantId } of logs) {
        if (this.#stopped && this.#timer !== undefined) return false;
        const { projected, size } = await inStep(client, () =>
          lockActive(client, tenantId).then((cursor) => projectStep(client, tenantId, cursor)),
        );
        more ||= projected < size;
      }
      if (!more) this.#currentAt = startedAt;
      if (sweep && !more) this.#sweptAt = startedAt;
      this.#lastFault = '';
      return more;
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      this.#yield(error);
      throw error;
    }
  }

  #schedule(delayMs: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#running = this.tick().then(
        (more) => this.#schedule(more ? 0 : PROJECT_INTERVAL_MS),
        (error: Error) => {
          // The same fault is told once, until a round goes well.
          if (error.message !== this.#lastFault) this.#options.onError(error);
          this.#lastFault = error.message;
          this.#schedule(PROJECT_INTERVAL_MS);
        },
      );
    }, delayMs);
  }

  async #acquire(): Promise<pg.PoolClient | undefined> {
    const client = await connect(this.#options.pool);
    try {
      if (!(await tryLock(client, ADVISORY_LOCK_PROJECT))) {
        client.release();
        return undefined;
      }
      client.on('error', this.#onBroken);
      return client;
    } catch (error) {
      client.release(error as Error);
      throw error;
    }
  }

  /** Ending the connection gives the lock back. */
  #yield(error: Error | true = true): void {
    const owned = this.#owned;
    this.#owned = undefined;
    this.#currentAt = undefined;
    owned?.off('error', this.#onBroken);
    owned?.release(error);
  }
}

/** Counts need not wait for the disk: rows and cursor are lost together, and counted again. */
async function inStep<Result>(client: pg.ClientBase, work: () => Promise<Result>): Promise<Result> {
  await client.query('begin; set local synchronous_commit = off');
  try {
    const result = await work();
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
}
