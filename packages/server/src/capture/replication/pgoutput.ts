// Decodes the messages of PostgreSQL's output plugin pgoutput, protocol version 1 with logical messages.
// Format: PostgreSQL documentation, "Logical Replication Message Formats". Values stay text; their column knows the type.

import type { Lsn } from './lsn.ts';

/** A value that did not change and is stored out of line: it is not in the stream. */
export const UNCHANGED = Symbol('unchanged');

/** One value as text, NULL as null. */
export type Cell = string | null | typeof UNCHANGED;
/** The values of a row, in the order of the relation's columns. */
export type Tuple = readonly Cell[];

export interface Column {
  readonly name: string;
  /** The type's OID in the source. */
  readonly type: number;
}

export interface Relation {
  readonly kind: 'relation';
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** d: default, n: nothing, f: full, i: index. */
  readonly identity: string;
  readonly columns: readonly Column[];
}

export interface Begin {
  readonly kind: 'begin';
  /** Where the commit record lies; known before the first row. */
  readonly commitLsn: Lsn;
  /** Milliseconds since 1970. */
  readonly committedAt: number;
  readonly xid: number;
}

export interface Commit {
  readonly kind: 'commit';
  readonly commitLsn: Lsn;
  /** The first byte after the commit record: what is acknowledged once the transaction is durable. */
  readonly endLsn: Lsn;
}

export interface Insert {
  readonly kind: 'insert';
  readonly relation: Relation;
  readonly after: Tuple;
}

/** The row before: whole, its key columns only (the rest is null there), or absent. */
export type Before = { readonly kind: 'full' | 'key'; readonly tuple: Tuple } | undefined;

export interface Update {
  readonly kind: 'update';
  readonly relation: Relation;
  readonly before: Before;
  readonly after: Tuple;
}

export interface Delete {
  readonly kind: 'delete';
  readonly relation: Relation;
  readonly before: Before;
}

export interface Truncate {
  readonly kind: 'truncate';
  readonly relations: readonly Relation[];
}

export interface Message {
  readonly kind: 'message';
  readonly transactional: boolean;
  readonly prefix: string;
  readonly content: string;
}

/** Origins, types and the end of what was rolled back carry nothing that an event needs. */
export interface Other {
  readonly kind: 'other';
}

export type Output = Relation | Begin | Commit | Insert | Update | Delete | Truncate | Message | Other;

const POSTGRES_EPOCH_MS = 946_684_800_000;

/** Remembers the relations that the stream has described; one decoder serves one connection. */
export class Decoder {
  readonly #relations = new Map<number, Relation>();

  /** @param bytes one message, without the header of the copy stream; not kept after the call */
  decode(bytes: Buffer): Output {
    const reader = new Reader(bytes);
    const tag = String.fromCharCode(reader.byte());
    switch (tag) {
      case 'B':
        return { kind: 'begin', commitLsn: reader.long(), committedAt: reader.milliseconds(), xid: reader.unsigned() };
      case 'C':
        reader.byte();
        return { kind: 'commit', commitLsn: reader.long(), endLsn: reader.long() };
      case 'R':
        return this.#relation(reader);
      case 'I': {
        const relation = this.#known(reader.unsigned());
        reader.byte();
        return { kind: 'insert', relation, after: reader.tuple() };
      }
      case 'U':
        return this.#update(reader);
      case 'D': {
        const relation = this.#known(reader.unsigned());
        const kind = reader.byte() === FULL_TUPLE ? 'full' : 'key';
        return { kind: 'delete', relation, before: { kind, tuple: reader.tuple() } };
      }
      case 'T': {
        const count = reader.unsigned();
        reader.byte();
        return { kind: 'truncate', relations: Array.from({ length: count }, () => this.#known(reader.unsigned())) };
      }
      case 'M': {
        const transactional = (reader.byte() & 1) === 1;
        reader.long();
        return { kind: 'message', transactional, prefix: reader.name(), content: reader.text() };
      }
      case 'O':
      case 'Y':
      // Protocol 1 does not have the end of what was rolled back, and PostgreSQL 18 sends it now and then all the same: of that
      // nothing was sent, as nothing ever is before its commit.
      case 'A':
        return { kind: 'other' };
      default:
        throw new TypeError(`pgoutput sent a message "${tag}" that protocol version 1 does not have`);
    }
  }

  #relation(reader: Reader): Relation {
    const oid = reader.unsigned();
    const schema = reader.name() || 'pg_catalog';
    const name = reader.name();
    const identity = String.fromCharCode(reader.byte());
    const columns: Column[] = [];
    for (let left = reader.short(); left > 0; left--) {
      reader.byte(); // Under REPLICA IDENTITY FULL every column is flagged as key, so the flag says nothing.
      const column = { name: reader.name(), type: reader.unsigned() };
      reader.unsigned();
      columns.push(column);
    }
    const relation: Relation = { kind: 'relation', oid, schema, name, identity, columns };
    this.#relations.set(oid, relation);
    return relation;
  }

  #update(reader: Reader): Update {
    const relation = this.#known(reader.unsigned());
    let mark = reader.byte();
    let before: Before;
    if (mark === FULL_TUPLE || mark === KEY_TUPLE) {
      before = { kind: mark === FULL_TUPLE ? 'full' : 'key', tuple: reader.tuple() };
      mark = reader.byte();
    }
    return { kind: 'update', relation, before, after: reader.tuple() };
  }

  #known(oid: number): Relation {
    const relation = this.#relations.get(oid);
    if (relation === undefined) throw new TypeError(`pgoutput sent a row of relation ${oid} before describing it`);
    return relation;
  }
}

const FULL_TUPLE = 0x4f; // O
const KEY_TUPLE = 0x4b; // K
const CELL_NULL = 0x6e; // n
const CELL_UNCHANGED = 0x75; // u
const CELL_TEXT = 0x74; // t

/** Reads big-endian fields one after the other. */
class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  byte(): number {
    return this.#bytes.readUInt8(this.#at++);
  }

  short(): number {
    const value = this.#bytes.readUInt16BE(this.#at);
    this.#at += 2;
    return value;
  }

  unsigned(): number {
    const value = this.#bytes.readUInt32BE(this.#at);
    this.#at += 4;
    return value;
  }

  long(): bigint {
    const value = this.#bytes.readBigUInt64BE(this.#at);
    this.#at += 8;
    return value;
  }

  /** A time in microseconds since 2000, rounded down to a millisecond since 1970. */
  milliseconds(): number {
    const micros = this.#bytes.readBigInt64BE(this.#at);
    this.#at += 8;
    return Math.floor(Number(micros) / 1000) + POSTGRES_EPOCH_MS;
  }

  /** A text that ends at a zero byte. */
  name(): string {
    const end = this.#bytes.indexOf(0, this.#at);
    if (end < 0) throw new RangeError('pgoutput sent a name without its end');
    const text = this.#bytes.toString('utf8', this.#at, end);
    this.#at = end + 1;
    return text;
  }

  /** A text after its length in bytes. */
  text(): string {
    const length = this.unsigned();
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError('pgoutput sent a value that ends early');
    const text = this.#bytes.toString('utf8', this.#at, end);
    this.#at = end;
    return text;
  }

  tuple(): Cell[] {
    const cells: Cell[] = [];
    for (let left = this.short(); left > 0; left--) {
      const kind = this.byte();
      if (kind === CELL_TEXT) cells.push(this.text());
      else if (kind === CELL_NULL) cells.push(null);
      else if (kind === CELL_UNCHANGED) cells.push(UNCHANGED);
      else throw new TypeError(`pgoutput sent a value of the unknown kind ${kind}`);
    }
    return cells;
  }
}
