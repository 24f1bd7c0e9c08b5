// The snapshot that the tenant map is filled from, and its place in the stream. It waits for every transaction that writes in
// the source, so capture does not wait for it: it is there when it is there.

import { setTimeout as pause } from 'node:timers/promises';
import { type Snapshot, takeSnapshot } from '../baseline/baseline-snapshot.ts';
import type { SourceIdentity } from '../replication/replication.ts';

interface Attempt {
  readonly abort: AbortController;
  readonly done: Promise<void>;
  snapshot: Snapshot | undefined;
}

export class FillSnapshot {
  readonly #sourceUrl: string;
  readonly #identity: SourceIdentity;
  readonly #failed: (error: Error) => void;
  #attempt: Attempt | undefined;

  /** @param failed told why a snapshot could not be had; the next `take` tries again */
  constructor(sourceUrl: string, identity: SourceIdentity, failed: (error: Error) => void) {
    this.#sourceUrl = sourceUrl;
    this.#identity = identity;
    this.#failed = failed;
  }

  /** Whether `take` gives one at once. */
  get ready(): boolean {
    return this.#attempt?.snapshot !== undefined;
  }

  /**
   * Begins to take a snapshot, unless one is being taken.
   *
   * @param waitMs how long the first call waits for it
   * @returns undefined as long as there is none; the caller closes it
   */
  async take(waitMs: number): Promise<Snapshot | undefined> {
    if (this.#attempt === undefined) {
      const attempt = this.#begin();
      const timer = new AbortController();
      await Promise.race([attempt.done, pause(waitMs, undefined, { signal: timer.signal }).catch(() => {})]);
      timer.abort();
    }
    const snapshot = this.#attempt?.snapshot;
    if (snapshot !== undefined) this.#attempt = undefined;
    return snapshot;
  }

  /** Lets go of what there is: what is filled from now on needs a later one. */
  async discard(): Promise<void> {
    const attempt = this.#attempt;
    this.#attempt = undefined;
    attempt?.abort.abort();
    await attempt?.done;
    await attempt?.snapshot?.close();
  }

  #begin(): Attempt {
    const abort = new AbortController();
    const attempt: Attempt = { abort, snapshot: undefined, done: this.#run(abort, (snapshot) => (attempt.snapshot = snapshot)) };
    this.#attempt = attempt;
    return attempt;
  }

  async #run(abort: AbortController, taken: (snapshot: Snapshot) => void): Promise<void> {
    try {
      taken(await takeSnapshot(this.#sourceUrl, (identity) => this.#check(identity), abort.signal));
    } catch (error) {
      if (abort.signal.aborted) return;
      this.#attempt = undefined;
      this.#failed(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #check({ systemIdentifier, timeline, database }: SourceIdentity): void {
    const { systemIdentifier: system, timeline: line, database: name } = this.#identity;
    if (systemIdentifier !== system || timeline !== line || database !== name)
      throw new Error('another database answers than the one that is captured');
  }
}
