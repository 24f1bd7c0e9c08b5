// Rows that come without their earlier values although their table should have REPLICA IDENTITY FULL: the stream tells of an
// identity that was changed and changed back, which nobody sees who only looks now and then.

import type pg from 'pg';
import type { Item } from './assemble.ts';
import { qualified } from '../source/catalog.ts';
import { recordBareRows } from '../gaps/gap.ts';
import type { Lsn } from './lsn.ts';
import type { TablesKnown } from '../source/publication-memory.ts';
import type { Cursor, SourceRecord } from '../source/source-record.ts';

export class BareRows {
  /** Tables of which it is on record that their earlier values are missing, until somebody mends that. */
  #known: ReadonlySet<number> = new Set();
  /** Up to where it is on record, by table. */
  readonly #told = new Map<number, Lsn>();

  /** Takes over what the last look at the tables put on record. */
  know({ bare, told, upTo }: TablesKnown): void {
    this.#known = bare;
    for (const oid of told) this.#told.set(oid, upTo);
  }

  /**
   * Writes a `capture.gap` in the transaction that holds the rows.
   *
   * @param from what is before it, was in the trail already
   * @param walEnd where the source's log ends now: what it holds up to there counts as told
   * @returns whether there was one: then the tables are worth a look
   */
  async note(tx: pg.ClientBase, record: SourceRecord, from: Cursor, items: readonly Item[], walEnd: () => Promise<Lsn>): Promise<boolean> {
    const tables = new Map<number, string>();
    let first: Lsn | undefined;
    for (const item of items) {
      if (item.kind !== 'row' || (item.change.kind !== 'update' && item.change.kind !== 'delete')) continue;
      if (item.change.before?.kind === 'full') continue;
      const { relation } = item.change;
      const { commitLsn } = item.begin;
      if (this.#known.has(relation.oid) || commitLsn <= (this.#told.get(relation.oid) ?? 0n)) continue;
      if (commitLsn < from.lsn || (commitLsn === from.lsn && item.ordinal <= from.ordinal)) continue;
      tables.set(relation.oid, qualified(relation));
      first ??= commitLsn;
    }
    if (first === undefined) return false;
    const to = await walEnd();
    await recordBareRows(tx, record, [...tables.values()], first, to);
    for (const oid of tables.keys()) this.#told.set(oid, to);
    return true;
  }
}
