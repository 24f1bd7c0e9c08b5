// Puts the messages of the stream together: gives every row change its place (commit LSN, ordinal) and the attribution
// message that is in force for it. Rows of a transaction before its first message are held back for it, within bounds.

import { MESSAGE_PREFIX } from '@indelible/sdk';
import { CAPTURE_HELD_BYTES_MAX, CAPTURE_HELD_ROWS_MAX } from '../limits.ts';
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
  /** The number of the row change within its transaction, from 0; the same however often it is sent. */
  readonly ordinal: number;
  readonly change: RowChange;
  /** The text of the attribution message in force; undefined when the transaction had none so far. */
  readonly message: string | undefined;
  readonly bytes: number;
}

export interface CommitItem {
  readonly kind: 'commit';
  readonly commitLsn: Lsn;
  readonly endLsn: Lsn;
}

export type Item = RowItem | CommitItem;

/**
 *   idle --begin--> holding --first message, or too much held--> passing --commit--> idle
 *                      \--commit--> idle
 */
export class Assembler {
  readonly #emit: (item: Item) => void;
  #begin: Begin | undefined;
  #ordinal = 0;
  #message: string | undefined;
  #passing = false;
  #held: RowItem[] = [];
  #heldBytes = 0;

  /** @param emit told of rows and commits in the order of the stream */
  constructor(emit: (item: Item) => void) {
    this.#emit = emit;
  }

  /** True between a Begin and its Commit: the source must not be told to go beyond it. */
  get inTransaction(): boolean {
    return this.#begin !== undefined;
  }

  push(output: Output, bytes: number): void {
    switch (output.kind) {
      case 'begin':
        this.#begin = output;
        this.#ordinal = 0;
        this.#message = undefined;
        this.#passing = false;
        return;
      case 'message':
        // Others may use messages too, and one outside a transaction belongs to no change.
        if (!output.transactional || output.prefix !== MESSAGE_PREFIX || this.#begin === undefined) return;
        this.#message = output.content;
        this.#release();
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
        this.#release();
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
    const item: RowItem = { kind: 'row', begin: this.#begin, ordinal: this.#ordinal++, change, message: this.#message, bytes };
    if (this.#passing) {
      this.#emit(item);
      return;
    }
    this.#held.push(item);
    this.#heldBytes += bytes;
    if (this.#held.length >= CAPTURE_HELD_ROWS_MAX || this.#heldBytes >= CAPTURE_HELD_BYTES_MAX) this.#release();
  }

  #release(): void {
    this.#passing = true;
    const message = this.#message;
    const held = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    for (const item of held) this.#emit({ ...item, message });
  }
}
