// How often somebody may try to sign in. Who tries from a device that has signed in to the account before is counted by that
// device alone; so whoever tries somebody else's account shuts out himself and other strangers, never the one who owns it.
//
//   device known ----> by device
//   device unknown --> by account (also one that there is not) and by address; codes after a right password by account and day

import { Failure } from '@indelible/core';
import {
  SIGN_IN_CODE_FAILURES_MAX,
  SIGN_IN_CODE_WINDOW_MS,
  SIGN_IN_FAILURES_MAX,
  SIGN_IN_KEPT_MAX,
  SIGN_IN_PLACE_FAILURES_MAX,
  SIGN_IN_WINDOW_MS,
  SIGN_INS_AT_ONCE_MAX,
  STRANGERS_AT_ONCE_MAX,
} from '../../limits.ts';
import { placeOf } from '../address.ts';

export interface Attempt {
  /** The e-mail address that was given, in lower case. */
  readonly account: string;
  readonly address: string | undefined;
  /** Undefined for one that has never signed in to this account. */
  readonly device: string | undefined;
}

interface Limit {
  readonly name: string;
  readonly most: number;
  readonly windowMs: number;
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
   * Runs an attempt with a password. It counts from its beginning, so that many at once are not more than one after the other;
   * undefined as its result is a failure, anything else takes the count back.
   *
   * @throws Failure `rate_limited`
   */
  async run<Result>(attempt: Attempt, work: () => Promise<Result | undefined>): Promise<Result | undefined> {
    // Each costs a hash that is slow by design; strangers leave some of them to those who are known.
    if (this.#underWay >= (attempt.device === undefined ? STRANGERS_AT_ONCE_MAX : SIGN_INS_AT_ONCE_MAX))
      throw new Failure('rate_limited', 'too many people sign in at this moment', { retryAfterSeconds: 1 });
    return this.#counted(limitsOf(attempt), async () => {
      this.#underWay++;
      try {
        return await work();
      } finally {
        this.#underWay--;
      }
    });
  }

  /**
   * The same for the code of a second factor, of somebody whose password was right: of a million there are few that can be tried.
   *
   * @throws Failure `rate_limited`
   */
  ofCode<Result>({ account, device }: Attempt, work: () => Promise<Result | undefined>): Promise<Result | undefined> {
    const limit =
      device === undefined
        ? { name: `code ${account}`, most: SIGN_IN_CODE_FAILURES_MAX, windowMs: SIGN_IN_CODE_WINDOW_MS }
        : { name: `code of device ${device}`, most: SIGN_IN_FAILURES_MAX, windowMs: SIGN_IN_WINDOW_MS };
    return this.#counted([limit], work);
  }

  /** The same for what somebody brings from a provider, before it is known who they are. @throws Failure `rate_limited` */
  ofPlace<Result>(address: string | undefined, work: () => Promise<Result | undefined>): Promise<Result | undefined> {
    return this.#counted(limitOfPlace(address), work);
  }

  async #counted<Result>(limits: readonly Limit[], work: () => Promise<Result | undefined>): Promise<Result | undefined> {
    const full = limits.map((limit) => this.#waitMs(limit)).reduce((a, b) => Math.max(a, b), 0);
    if (full > 0)
      throw new Failure('rate_limited', 'too many attempts to sign in; wait, or use a device that has signed in before', {
        retryAfterSeconds: Math.ceil(full / 1_000),
      });
    const counts = limits.map((limit) => this.#count(limit));
    const result = await work();
    if (result !== undefined) for (const count of counts) count.failures--;
    return result;
  }

  #waitMs({ name, most }: Limit): number {
    const count = this.#counts.get(name);
    return count === undefined || count.failures < most ? 0 : Math.max(0, count.until - this.#now());
  }

  #count({ name, windowMs }: Limit): Count {
    let count = this.#counts.get(name);
    if (count === undefined || count.until <= this.#now()) {
      if (this.#counts.size >= SIGN_IN_KEPT_MAX) this.#forget();
      count = { failures: 0, until: this.#now() + windowMs };
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

function limitsOf({ account, address, device }: Attempt): Limit[] {
  const most = SIGN_IN_FAILURES_MAX;
  if (device !== undefined) return [{ name: `device ${device}`, most, windowMs: SIGN_IN_WINDOW_MS }];
  return [{ name: `account ${account}`, most, windowMs: SIGN_IN_WINDOW_MS }, ...limitOfPlace(address)];
}

function limitOfPlace(address: string | undefined): Limit[] {
  const place = address === undefined ? undefined : placeOf(address);
  return place === undefined ? [] : [{ name: `place ${place}`, most: SIGN_IN_PLACE_FAILURES_MAX, windowMs: SIGN_IN_WINDOW_MS }];
}
