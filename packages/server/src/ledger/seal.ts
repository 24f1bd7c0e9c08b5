// The sealer: at most a second after events were appended it puts them under signed checkpoints.
//
//   standby --advisory lock is ours, signer opens--> owner --tick, tick, ...
//      ^                                               |
//      +---- any fault: lock, signer and memory go ----+    (a fault of one log is reported and passed over)
//
// One server at a time is owner. Whatever it holds in memory can be read again from what is stored.

import type pg from 'pg';
import { ADVISORY_LOCK_SEAL, SEAL_INTERVAL_MS } from '../limits.ts';
import { connect } from '../store/pool.ts';
import { commitDurably, tryLock } from '../store/seal-rows.ts';
import { openSession, type SealSession, type SessionHooks } from './seal-session.ts';
import type { Signer } from './signer.ts';

/** What one tick sealed. */
export interface Sealed {
  readonly logs: number;
  /** Leaves of the tenants' logs that are now under a checkpoint. */
  readonly leaves: number;
  readonly milliseconds: number;
}

export interface SealerOptions extends SessionHooks {
  readonly appender: pg.Pool;
  /** Opened when this server becomes the owner, closed when it ceases to be. */
  readonly openSigner: () => Promise<Signer>;
  /** Told after each tick that published something. */
  readonly onSeal?: (sealed: Sealed) => void;
  /** Told of faults; `origin` when only one log is held up. The same fault again is told once a minute. */
  readonly onError?: (error: Error, origin?: string) => void;
}

export interface SealerStatus {
  readonly owner: boolean;
  /** Milliseconds since 1970; undefined before the first. */
  readonly lastTickAt: number | undefined;
  /** How long ago everything that was there then was under published checkpoints, at least; undefined when this server is not the owner. */
  readonly lagMs: number | undefined;
  readonly lastError: string | undefined;
  /** Logs that are held up, and by what. */
  readonly failing: readonly { readonly origin: string; readonly message: string }[];
}

const TOLD_AGAIN_MS = 60_000;

export class Sealer {
  readonly #options: SealerOptions;
  readonly #now: () => number;
  readonly #told = new Map<string, number>();
  readonly #onBroken = (error: Error): void => this.#tell(error);
  #owned: { readonly client: pg.PoolClient; readonly session: SealSession; readonly signer: Signer } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<unknown> | undefined;
  #stopped = true;
  #lastTickAt: number | undefined;
  #sealedAt: number | undefined;
  #lastError: string | undefined;

  constructor(options: SealerOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Begins to tick; faults are told to `onError` and tried again. */
  start(): void {
    this.#stopped = false;
    this.#schedule(0);
  }

  /** Ends after the tick that is under way; another server may take over then. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running?.catch(() => {});
    await this.#yield();
  }

  status(): SealerStatus {
    const owner = this.#owned !== undefined;
    return {
      owner,
      lastTickAt: this.#lastTickAt,
      lagMs: owner && this.#sealedAt !== undefined ? Math.max(0, this.#now() - this.#sealedAt) : undefined,
      lastError: this.#lastError,
      failing: [...(this.#owned?.session.failing.values() ?? [])].map(({ origin, error }) => ({ origin, message: error.message })),
    };
  }

  /**
   * One round: becomes the owner when nobody is, and seals what is there.
   *
   * @returns undefined when another server is the owner
   * @throws whatever kept it from sealing; nothing is lost, the next tick goes on
   */
  async tick(): Promise<(Sealed & { readonly more: boolean }) | undefined> {
    try {
      const owned = (this.#owned ??= await this.#acquire());
      if (owned === undefined) {
        // What kept this server from sealing is over: another one seals.
        this.#lastError = undefined;
        return undefined;
      }
      const started = this.#now();
      const from = performance.now();
      const { logs, leaves, published, more } = await owned.session.tick();
      const sealed = { logs, leaves, milliseconds: performance.now() - from };
      this.#lastTickAt = started;
      // Where a log is held up the lag grows, from when this server took over at the latest.
      const whole = !more && owned.session.failing.size === 0;
      this.#sealedAt = whole ? started : (this.#sealedAt ?? started);
      if (owned.session.failing.size === 0) this.#lastError = undefined;
      if (published) this.#options.onSeal?.(sealed);
      return { ...sealed, more };
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      this.#lastError = error.message;
      await this.#yield(error);
      throw error;
    }
  }

  #schedule(delayMs: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#running = this.tick().then(
        (result) => this.#schedule(result?.more === true ? 0 : SEAL_INTERVAL_MS),
        (error: Error) => {
          this.#tell(error);
          this.#schedule(SEAL_INTERVAL_MS);
        },
      );
    }, delayMs);
  }

  async #acquire(): Promise<{ client: pg.PoolClient; session: SealSession; signer: Signer } | undefined> {
    const client = await connect(this.#options.appender);
    // A connection that breaks between two statements would otherwise end the process; the next tick notices.
    client.on('error', this.#onBroken);
    let signer: Signer | undefined;
    try {
      if (!(await tryLock(client, ADVISORY_LOCK_SEAL))) {
        client.off('error', this.#onBroken);
        client.release();
        return undefined;
      }
      await commitDurably(client);
      signer = await this.#options.openSigner();
      const onLogError = (error: Error, origin: string): void => {
        this.#lastError = `${origin}: ${error.message}`;
        this.#tell(error, origin);
      };
      const session = await openSession(client, signer, onLogError, this.#options);
      return { client, session, signer };
    } catch (error) {
      await signer?.close();
      // Ending the connection gives the lock back.
      client.release(error as Error);
      throw error;
    }
  }

  async #yield(error: Error | true = true): Promise<void> {
    const owned = this.#owned;
    this.#owned = undefined;
    this.#sealedAt = undefined;
    if (owned === undefined) return;
    await owned.signer.close().catch((cause: Error) => this.#tell(cause));
    owned.client.release(error);
  }

  #tell(error: Error, origin?: string): void {
    const key = `${origin ?? ''}\n${error.message}`;
    const now = this.#now();
    if (now - (this.#told.get(key) ?? Number.NEGATIVE_INFINITY) < TOLD_AGAIN_MS) return;
    if (this.#told.size > 1_000) this.#told.clear();
    this.#told.set(key, now);
    this.#options.onError?.(error, origin);
  }
}
