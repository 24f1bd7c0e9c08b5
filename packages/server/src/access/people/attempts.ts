// How often somebody may try to sign in. Who tries from a device that has signed in to the account before is counted by that
// device alone; so whoever tries somebody else's account shuts out himself and other strangers, never the one who owns it.
//
//   device known ----> by device
//   device unknown --> by account (also one that there is not) and by address

import { Failure } from '@indelible/core';
import {
  SIGN_IN_KEPT_MAX,
  SIGN_IN_FAILURES_MAX,
  SIGN_IN_PLACE_FAILURES_MAX,
  SIGN_IN_WINDOW_MS,
  SIGN_INS_AT_ONCE_MAX,
} from '../../limits.ts';
import { placeOf } from '../address.ts';

export interface Attempt {
  /** The e-mail address that was given, in lower case. */
  readonly account: string;
  readonly address: string | undefined;
  /** Undefined for one that has never signed in to this account. */
  readonly device: string | undefined;
}

interface Count {
  failures: number;
  readonly until: number;
}

export class Attempts {
  readonly #counts = new Map<string, Count>();
  readonly #now: () => number;
  #underWay = 0;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /**
   * Runs an attempt. It counts from its beginning, so that many at once are not more than one after the other; undefined as its
   * result is a failure, anything else takes the count back.
   *
   * @throws Failure `rate_limited`
   */
  async run<Result>(attempt: Attempt, work: () => Promise<Result | undefined>): Promise<Result | undefined> {
    const limits = limitsOf(attempt);
    const full = limits.map(([name, most]) => this.#waitMs(name, most)).reduce((a, b) => Math.max(a, b), 0);
    if (full > 0)
      throw new Failure('rate_limited', 'too many attempts to sign in; wait, or use a device that has signed in before', {
        retryAfterSeconds: Math.ceil(full / 1_000),
      });
    // Each costs a hash that is slow by design.
    if (this.#underWay >= SIGN_INS_AT_ONCE_MAX)
      throw new Failure('rate_limited', 'too many people sign in at this moment', { retryAfterSeconds: 1 });
    const counts = limits.map(([name]) => this.#count(name));
    this.#underWay++;
    try {
      const result = await work();
      if (result !== undefined) for (const count of counts) count.failures--;
      return result;
    } finally {
      this.#underWay--;
    }
  }

  #waitMs(name: string, most: number): number {
    const count = this.#counts.get(name);
    return count === undefined || count.failures < most ? 0 : Math.max(0, count.until - this.#now());
  }

  #count(name: string): Count {
    let count = this.#counts.get(name);
    if (count === undefined || count.until <= this.#now()) {
      if (this.#counts.size >= SIGN_IN_KEPT_MAX) this.#forget();
      count = { failures: 0, until: this.#now() + SIGN_IN_WINDOW_MS };
      this.#counts.delete(name);
      this.#counts.set(name, count);
    }
    count.failures++;
    return count;
  }

  /** What is over, or else the oldest tenth. */
  #forget(): void {
    let most = SIGN_IN_KEPT_MAX / 10;
    for (const [name, { until }] of this.#counts) {
      if (until > this.#now() && most-- <= 0) return;
      this.#counts.delete(name);
    }
  }
}

function limitsOf({ account, address, device }: Attempt): [name: string, most: number][] {
  if (device !== undefined) return [[`device ${device}`, SIGN_IN_FAILURES_MAX]];
  const place = address === undefined ? undefined : placeOf(address);
  return [
    [`account ${account}`, SIGN_IN_FAILURES_MAX],
    ...(place === undefined ? [] : [[`place ${place}`, SIGN_IN_PLACE_FAILURES_MAX] as [string, number]]),
  ];
}
