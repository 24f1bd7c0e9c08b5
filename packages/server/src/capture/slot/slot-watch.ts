// Watches how near a slot is to being lost (max_slot_wal_keep_size), also while nothing is streamed from it, and says so
// in the log: once when half of the room is used, once at four fifths, and once when all is well again.

import { CAPTURE_POLL_INTERVAL_MS } from '../../limits.ts';
import { type SlotState, loadSlot } from './slot-state.ts';
import { connectSource } from '../source/source-client.ts';

/** Shares of the room at which somebody is told. */
const LEVELS = [0.5, 0.8] as const;
/** Below this all is well again: not just below a level, or the log would fill with the same news. */
const WELL = 0.4;
const CONNECT_MS = 3_000;

interface WatchLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export class SlotWatch {
  readonly #source: string;
  readonly #log: WatchLog;
  #told = 0;
  #last: Pick<SlotState, 'lagBytes' | 'used'> | undefined;
  #lookedMs = 0;

  /** @param source the name of the source */
  constructor(source: string, log: WatchLog) {
    this.#source = source;
    this.#log = log;
  }

  /** What was seen last. */
  get last(): Pick<SlotState, 'lagBytes' | 'used'> | undefined {
    return this.#last;
  }

  see(state: Pick<SlotState, 'lagBytes' | 'used'>): void {
    this.#last = state;
    this.#lookedMs = Date.now();
    const { used = 0 } = state;
    const reached = LEVELS.findLast((level) => used >= level) ?? 0;
    const fields = { source: this.#source, used: Math.round(used * 100) / 100, lagBytes: state.lagBytes };
    if (reached > this.#told) {
      this.#told = reached;
      this.#log.warn(
        fields,
        `the slot of ${this.#source} uses ${Math.round(used * 100)} % of the log that the source keeps for it (max_slot_wal_keep_size); beyond that it is lost, and changes with it: see why capture is behind, or raise the limit`,
      );
    } else if (this.#told > 0 && used < WELL) {
      this.#told = 0;
      this.#log.info(
        fields,
        `the slot of ${this.#source} is well again: it uses ${Math.round(used * 100)} % of the log that the source keeps for it`,
      );
    }
  }

  /** For times when no session looks: by a connection of its own, at most once an interval. A source that is away says nothing. */
  async look(url: string, slot: string): Promise<void> {
    if (Date.now() - this.#lookedMs < CAPTURE_POLL_INTERVAL_MS) return;
    this.#lookedMs = Date.now();
    const source = await connectSource(url, CONNECT_MS, CONNECT_MS).catch(() => undefined);
    if (source === undefined) return;
    try {
      const state = await loadSlot(source, slot);
      if (state !== undefined) this.see(state);
    } catch {
      // The next look tells.
    } finally {
      await source.end().catch(() => {});
    }
  }
}
