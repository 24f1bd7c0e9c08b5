// Puts the messages of the stream together: gives every row change and every DDL command its place (commit LSN, ordinal) and
// the attribution message that is in force for it. What comes before a transaction's first message is held back for it; when
// that is too much, the transaction is read to its message first, and then once more.

import { MESSAGE_PREFIX } from '@indelible/sdk';
import { CAPTURE_HELD_BYTES_MAX, CAPTURE_HELD_ROWS_MAX } from '../../limits.ts';
import type { Foretold } from './assemble-foretold.ts';
import { DDL_PREFIX } from '../ddl/ddl-message.ts';
import type { Lsn } from './lsn.ts';
import type { Begin, Delete, Insert, Output, Relation, Update } from './pgoutput.ts';

/** One table of a TRUNCATE. */
export interface Truncated {
  readonly kind: 'truncate';
  readonly relation: Relation;
}

export type RowChange = Insert | Update | Delete | Truncated;

export interface RowItem {
  readonly kind: 'row';
  readonly begin: Begin;
  /** The number of the row change or DDL message within its transaction, from 0; the same however often it is sent. */
  readonly ordinal: number;
  readonly change: RowChange;
  /** The text of the attribution message in force; undefined when the transaction had none so far. */
  readonly message: string | undefined;
  readonly bytes: number;
}

/** What the source's event trigger says of a DDL command; not read yet. */
export interface DdlItem extends Pick<RowItem, 'begin' | 'ordinal' | 'message' | 'bytes'> {
  readonly kind: 'ddl';
  readonly text: string;
}

export interface CommitItem {
  readonly kind: 'commit';
  readonly commitLsn: Lsn;
  readonly endLsn: Lsn;
}

/** What has a place of its own in the trail. */
export type ChangeItem = RowItem | DdlItem;

export type Item = ChangeItem | CommitItem;

/**
 *   idle --begin, foretold----------------------> passing --commit--> idle
 *     \--begin--> holding --first message, commit----^
 *                    \--too much held--> looking --first message, commit--> over
 *
 * `over`: what the transaction says of itself is foretold now, and the stream is to be read again from where the source
 * was told that the trail has got to. Nothing that comes after is taken.
 */
export class Assembler {
  readonly #emit: (item: Item) => void;
  readonly #foretold: Foretold;
  #state: 'holding' | 'passing' | 'looking' | 'over' = 'passing';
  #begin: Begin | undefined;
  #ordinal = 0;
  #message: string | undefined;
  #held: ChangeItem[] = [];
  #heldBytes = 0;

  /** @param emit told of rows, DDL and commits in the order of the stream */
  constructor(emit: (item: Item) => void, foretold: Foretold) {
    this.#emit = emit;
    this.#foretold = foretold;
  }

  /** The stream is to be read again, by another assembler. */
  get over(): boolean {
    return this.#state === 'over';
  }

  /** When the transaction was committed of which something was read and not handed on: milliseconds since 1970. */
  get waitingSinceMs(): number | undefined {
    return this.#held.length > 0 || this.#state === 'looking' || this.over ? this.#begin?.committedAt : undefined;
  }

  /** True between a Begin and its Commit: the source must not be told to go beyond it. */
  get inTransaction(): boolean {
    return this.#begin !== undefined;
  }

  push(output: Output, bytes: number): void {
    if (this.over) return;
    switch (output.kind) {
      case 'begin':
        this.#begin = output;
        this.#ordinal = 0;
        this.#message = this.#foretold.messageOf(output);
        this.#state = this.#foretold.knows(output) ? 'passing' : 'holding';
        return;
      case 'message':
        // Others may use messages too, and one outside a transaction belongs to no change.
        if (!output.transactional || this.#begin === undefined) return;
        if (output.prefix === DDL_PREFIX) this.#hold({ kind: 'ddl', ...this.#place(this.#begin, bytes), text: output.content });
        if (output.prefix !== MESSAGE_PREFIX) return;
        this.#message = output.content;
        this.#settle(this.#begin);
        return;
      case 'insert':
      case 'update':
      case 'delete':
        this.#row(output, bytes);
        return;
      case 'truncate':
        for (const relation of output.relations) this.#row({ kind: 'truncate', relation }, bytes);
        return;
      case 'commit':
        if (this.#begin !== undefined) this.#settle(this.#begin);
        if (this.over) return;
        this.#begin = undefined;
        this.#emit({ kind: 'commit', commitLsn: output.commitLsn, endLsn: output.endLsn });
        return;
      case 'relation':
      case 'other':
        return;
    }
  }

  #row(change: RowChange, bytes: number): void {
    if (this.#begin === undefined) throw new TypeError('pgoutput sent a row outside a transaction');
    this.#hold({ kind: 'row', ...this.#place(this.#begin, bytes), change });
  }

  #place(begin: Begin, bytes: number): Pick<RowItem, 'begin' | 'ordinal' | 'message' | 'bytes'> {
    return { begin, ordinal: this.#ordinal++, message: this.#message, bytes };
  }

  #hold(item: ChangeItem): void {
    if (this.#state === 'looking') return;
    if (this.#state === 'passing') {
      this.#emit(item);
      return;
    }
    this.#held.push(item);
    this.#heldBytes += item.bytes;
    if (this.#held.length < CAPTURE_HELD_ROWS_MAX && this.#heldBytes < CAPTURE_HELD_BYTES_MAX) return;
    this.#state = 'looking';
    this.#held = [];
    this.#heldBytes = 0;
  }

  /** The first message is known, or that there is none. */
  #settle(begin: Begin): void {
    const message = this.#message;
    if (this.#state === 'looking') {
      this.#foretold.note(begin, message);
      this.#state = 'over';
      return;
    }
    this.#state = 'passing';
    const held = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    for (const item of held) this.#emit({ ...item, message });
  }
}
