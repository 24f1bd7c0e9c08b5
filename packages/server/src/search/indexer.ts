// The indexer of text search: follows the logs and indexes each block of theirs that is full. One server at a time does it.
//
// Each step is one transaction that first asks for the advisory lock, so that nothing is held between two steps: another
// server goes on where this one ends, however it ends.

import type pg from 'pg';
import { ADVISORY_LOCK_SEARCH, SEARCH_INTERVAL_MS } from '../limits.ts';
import { inTransaction } from '../store/pool.ts';
import { findUnindexed, tryStepLock } from '../store/search-rows.ts';
import { indexNext } from './index-log.ts';

export interface SearchIndexerOptions {
  readonly projector: pg.Pool;
  /** Told of faults, when they begin; the next step tries again. */
  readonly onError?: (error: Error) => void;
}

export class SearchIndexer {
  readonly #options: SearchIndexerOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #stopped = true;
  #fault: string | undefined;

  constructor(options: SearchIndexerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#stopped = false;
    this.#schedule(0);
  }

  /** Ends after the step that is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  /**
   * One step: some blocks of one log.
   *
   * @returns how many blocks; 0 when there are none, or another server is at them
   */
  async step(): Promise<number> {
    return inTransaction(this.#options.projector, async (tx) => {
      if (!(await tryStepLock(tx, ADVISORY_LOCK_SEARCH))) return 0;
      const tenantId = await findUnindexed(tx);
      return tenantId === undefined ? 0 : indexNext(tx, tenantId);
    });
  }

  #schedule(delayMs: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#running = this.step().then(
        (blocks) => {
          this.#fault = undefined;
          this.#schedule(blocks > 0 ? 0 : SEARCH_INTERVAL_MS);
        },
        (error: Error) => {
          if (this.#fault !== error.message) this.#options.onError?.(error);
          this.#fault = error.message;
          this.#schedule(SEARCH_INTERVAL_MS);
        },
      );
    }, delayMs);
  }
}
