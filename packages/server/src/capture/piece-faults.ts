// A piece of the stream that the trail does not take is tried again for ever, for nothing may be left out. After some
// attempts its rows are written one by one, so that the operator is told which one it is.

import type { ChangeItem, Item } from './replication/assemble.ts';
import { qualified } from './source/catalog.ts';
import { lsnText } from './replication/lsn.ts';
import type { Cursor } from './source/source-record.ts';

/** So many attempts may be bad luck. */
const ATTEMPTS_MAX = 3;

/** Outlives the sessions of a source. */
export class PieceFaults {
  #at: Cursor | undefined;
  #until: Cursor | undefined;
  #times = 0;

  /** How many rows the next piece may have; undefined: as many as ever. */
  rowsMax(cursor: Cursor): number | undefined {
    return this.#until !== undefined && this.#times >= ATTEMPTS_MAX && isBefore(cursor, this.#until) ? 1 : undefined;
  }

  /**
   * @param cursor where the piece was to go on
   * @returns the error that says the most: it names table and place where the piece had one row
   */
  failed(cursor: Cursor, items: readonly Item[], error: Error): Error {
    const changes = items.filter((item) => item.kind !== 'commit');
    const last = changes.at(-1);
    if (last === undefined) return error;
    // Among the rows of a piece that is looked through one by one, the place changes and the search goes on.
    if (this.rowsMax(cursor) === undefined) {
      this.#times = this.#at?.lsn === cursor.lsn && this.#at.ordinal === cursor.ordinal ? this.#times + 1 : 1;
      this.#at = cursor;
      this.#until = { lsn: last.begin.commitLsn, ordinal: last.ordinal };
    }
    return changes.length === 1 ? named(last, error) : error;
  }
}

function named(item: ChangeItem, error: Error): Error {
  const place = `${lsnText(item.begin.commitLsn)}:${item.ordinal}`;
  const what = item.kind === 'row' ? qualified(item.change.relation) : 'a DDL command';
  const told = new Error(`the change of ${what} at ${place} cannot be written to the trail: ${error.message}`, { cause: error });
  return Object.assign(told, { code: (error as { code?: unknown }).code });
}

function isBefore(a: Cursor, b: Cursor): boolean {
  return a.lsn < b.lsn || (a.lsn === b.lsn && a.ordinal < b.ordinal);
}
