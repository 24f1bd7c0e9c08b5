// What the attribution did, counted: it stays silent towards the application, so this is where its faults show.

export interface AttributionStats {
  /** Messages put ahead of a write. */
  emitted: number;
  /** Messages put ahead of a COMMIT, or behind a statement that may have written. Sent only if the transaction wrote. */
  deferred: number;
  /** Writes that ran outside of any context and went out untouched. */
  withoutContext: number;
  /** Contexts whose message had to be shortened. */
  trimmed: number;
  /** Faults of our own or of a lazy actor. The statement went out all the same. */
  faults: number;
  /** Messages that the database refused, for example because EXECUTE on pg_logical_emit_message was revoked. */
  refused: number;
}

/** Counters since the process began. */
export const counters: AttributionStats = { emitted: 0, deferred: 0, withoutContext: 0, trimmed: 0, faults: 0, refused: 0 };

/** Runs what must not disturb the application: a fault is counted, and the answer undefined. */
export function attempt<T>(fn: () => T): T | undefined {
  try {
    return fn();
  } catch {
    counters.faults += 1;
    return undefined;
  }
}
