// What large transactions say of themselves after their rows: the application's message may come last, and the rows are too
// many to be held back for it. Such a transaction is read to its message, or to its end, and then once more from its
// beginning. This memory outlives the session, because the second reading is another one's.

import { CAPTURE_FORETOLD_CHARS_MAX, CAPTURE_FORETOLD_MAX } from '../../limits.ts';
import type { Begin } from './pgoutput.ts';

export class Foretold {
  readonly #messages = new Map<string, string | undefined>();

  knows(begin: Begin): boolean {
    return this.#messages.has(nameOf(begin));
  }

  /** The text of the transaction's first message; undefined when it has none. */
  messageOf(begin: Begin): string | undefined {
    return this.#messages.get(nameOf(begin));
  }

  note(begin: Begin, message: string | undefined): void {
    // Nobody's message is so long: what is left of it is unsound as the whole is.
    this.#messages.set(nameOf(begin), message?.slice(0, CAPTURE_FORETOLD_CHARS_MAX));
    const [oldest] = this.#messages.keys();
    if (this.#messages.size > CAPTURE_FORETOLD_MAX && oldest !== undefined) this.#messages.delete(oldest);
  }
}

/** A source that was put back to an older state writes other transactions to the same places. */
function nameOf({ commitLsn, xid, committedAt }: Begin): string {
  return `${commitLsn} ${xid} ${committedAt}`;
}
