// The projector's life: one server at a time keeps the counters, some seconds behind the logs; a log that grows fast, a second.

import type pg from 'pg';
import {
  ADVISORY_LOCK_PROJECT,
  PROJECT_EAGER_EVENTS,
  PROJECT_EVENTS_MAX,
  PROJECT_INTERVAL_MS,
  PROJECT_LOGS_MAX,
  PROJECT_LOOKBACK_MS,
  PROJECT_SETTLE_MS,
  PROJECT_SWEEP_INTERVAL_MS,
} from '../limits.ts';
import { findUncounted, lockActive } from '../store/counter-cursors.ts';
import { connect } from '../store/pool.ts';
import { tryLock } from '../store/seal-rows.ts';
import { projectStep, SETTINGS } from './project.ts';

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
  #settledAt = Number.NEGATIVE_INFINITY;
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
   * One round: becomes the owner when nobody is, and counts what is there, many logs a step.
   *
   * @param least logs with fewer events that are not counted may wait
   * @returns whether more waits
   */
  async tick(least = 1): Promise<boolean> {
    try {
      const client = (this.#owned ??= await this.#acquire());
      if (client === undefined) return false;
      const startedAt = this.#now();
      this.#currentAt ??= startedAt;
      // Logs that wait for long, as after a start, have no recent event: a look at all of them comes now and then.
      const sweep = startedAt - this.#sweptAt >= PROJECT_SWEEP_INTERVAL_MS;
      const sinceT = sweep ? 0 : startedAt - PROJECT_LOOKBACK_MS;
      const logs = await findUncounted(client, { sinceT, least, limit: PROJECT_LOGS_MAX });
      if (least === 1) this.#settledAt = startedAt;
      let more = logs.length === PROJECT_LOGS_MAX;
      let isCurrent = least === 1;
      for (const step of stepsOf(logs)) {
        if (this.#stopped && this.#timer !== undefined) return false;
        await inStep(client, async () => {
          const cursors = await lockActive(client, step);
          const counted = await projectStep(client, cursors);
          more ||= counted.more;
          // A rebuild holds the others.
          isCurrent &&= cursors.length === step.length;
        });
      }
      if (!more && isCurrent) this.#currentAt = startedAt;
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
      // What is behind is counted with each answer; to write a row anew for each event would cost more.
      const settles = this.#now() - this.#settledAt >= PROJECT_SETTLE_MS;
      this.#running = this.tick(settles ? 1 : PROJECT_EAGER_EVENTS).then(
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

/** Logs that are counted together: as many as have a step's events between them. A long backlog is last, and keeps no other log waiting. */
function stepsOf(logs: readonly { tenantId: number; waiting: number }[]): number[][] {
  const steps: number[][] = [];
  let events = Number.POSITIVE_INFINITY;
  for (const { tenantId, waiting } of logs) {
    if (events + waiting > PROJECT_EVENTS_MAX) {
      steps.push([]);
      events = 0;
    }
    steps.at(-1)?.push(tenantId);
    events += waiting;
  }
  return steps;
}

async function inStep<Result>(client: pg.ClientBase, work: () => Promise<Result>): Promise<Result> {
  await client.query(`begin; ${SETTINGS}`);
  try {
    const result = await work();
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
}
