// How often something may happen by name: each name has a bucket that holds so many tokens and fills up again with time.

export interface Rate {
  /** Tokens that come back in a second. */
  readonly perSecond: number;
  /** Tokens of a full bucket: what may come at once. */
  readonly burst: number;
}

export interface BucketsOptions extends Rate {
  /** How many buckets are remembered; of more, the one that was asked for longest ago is forgotten, which is a full one. */
  readonly entriesMax: number;
  /** Milliseconds that only grow. */
  readonly now?: () => number;
}

interface Bucket {
  readonly tokens: number;
  readonly atMs: number;
}

export class Buckets {
  readonly #options: Required<BucketsOptions>;
  /** In the order in which they were asked for. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: BucketsOptions) {
    this.#options = { now: () => performance.now(), ...options };
  }

  /**
   * Takes a token.
   *
   * @returns 0, or the seconds until there is one, when nothing was taken
   * @example const seconds = buckets.take('key key_1a2b'); if (seconds > 0) refuse(seconds);
   */
  take(name: string): number {
    const { perSecond } = this.#options;
    const tokens = this.#tokens(name);
    if (tokens < 1) return (1 - tokens) / perSecond;
    this.#set(name, tokens - 1);
    return 0;
  }

  /** Gives one back that was taken. */
  give(name: string): void {
    this.#set(name, Math.min(this.#options.burst, this.#tokens(name) + 1));
  }

  get size(): number {
    return this.#buckets.size;
  }

  #tokens(name: string): number {
    const { burst, perSecond, now } = this.#options;
    const bucket = this.#buckets.get(name);
    return bucket === undefined ? burst : Math.min(burst, bucket.tokens + ((now() - bucket.atMs) / 1_000) * perSecond);
  }

  #set(name: string, tokens: number): void {
    this.#buckets.delete(name);
    const [oldest] = this.#buckets.size >= this.#options.entriesMax ? this.#buckets.keys() : [];
    if (oldest !== undefined) this.#buckets.delete(oldest);
    this.#buckets.set(name, { tokens, atMs: this.#options.now() });
  }
}
