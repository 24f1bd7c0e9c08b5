// The other witness: a second slot on the same source, read by PostgreSQL's own test_decoding. Whatever it says that was
// written must be in the trail. Nothing here uses capture's decoder, its map, or its rules for values.

import pg from 'pg';

/** A column's text; null for NULL, undefined for a large value that did not change and is not in the log. */
export interface OracleCell {
  readonly type: string;
  readonly text: string | null | undefined;
}

export type OracleRow = ReadonlyMap<string, OracleCell>;

export interface OracleChange {
  readonly xid: string;
  readonly kind: 'insert' | 'update' | 'delete' | 'truncate';
  /** As the source names them: schema.table, without quotes. TRUNCATE may name several. */
  readonly tables: readonly string[];
  /** What the source logged of the row before; its NULLs are left out. */
  readonly before: OracleRow | undefined;
  readonly after: OracleRow | undefined;
  /** The text of the attribution message in force: the last one before the change, else the transaction's first. */
  readonly message?: string;
}

export interface Oracle {
  /** All changes that were committed since the last call, in the order of their commits. */
  take(): Promise<OracleChange[]>;
  /** Drops the slot. */
  close(): Promise<void>;
}

const PIECE_LINES = 20_000;

/**
 * Values are printed as the session likes them, so that the source's own settings do not matter. And all is decoded in memory:
 * of what was rolled back and is too large for that, test_decoding 18.4 is told the end without ever having heard of it
 * (`stream_abort`), and the whole server falls.
 */
const SETTINGS = `set datestyle = 'ISO'; set intervalstyle = postgres; set timezone = 'UTC'; set bytea_output = hex;
  set extra_float_digits = 1; set logical_decoding_work_mem = '1GB'`;

/**
 * From here on everything that is committed in the source's database is remembered.
 *
 * @param url the source, as one who may replicate
 */
export async function openOracle(url: string, slot: string): Promise<Oracle> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  await client.query(SETTINGS);
  await client.query(`select pg_create_logical_replication_slot($1, 'test_decoding')`, [slot]);
  return {
    take: async () => {
      const found: OracleChange[] = [];
      const messages = new Messages();
      for (;;) {
        const answer = await client.query<{ xid: string; data: string }>(
          `select xid::text, data from pg_logical_slot_get_changes($1, null, $2)`,
          [slot, PIECE_LINES],
        );
        for (const { xid, data } of answer.rows) {
          const change = parseDecoded(xid, data);
          if (change !== undefined) found.push(messages.attach(change));
          else messages.hear(data);
        }
        if (answer.rows.length === 0) return found;
      }
    },
    close: async () => {
      await client.query('select pg_drop_replication_slot($1)', [slot]);
      await client.end();
    },
  };
}

/**
 * One line of test_decoding; undefined for those that are no change of a row.
 *
 * @example parseDecoded('7', "table public.bots: INSERT: id[integer]:1 name[text]:'it''s'")
 */
export function parseDecoded(xid: string, line: string): OracleChange | undefined {
  if (/^(BEGIN|COMMIT|message:)/.test(line)) return undefined;
  const reader = new LineReader(line);
  reader.expect('table ');
  const tables = [reader.table()];
  while (reader.take(', ')) tables.push(reader.table());
  reader.expect(': ');
  if (reader.take('TRUNCATE:')) return { xid, kind: 'truncate', tables, before: undefined, after: undefined };
  if (reader.take('INSERT:')) return { xid, kind: 'insert', tables, before: undefined, after: reader.row() };
  if (reader.take('DELETE:')) return { xid, kind: 'delete', tables, before: reader.row(), after: undefined };
  reader.expect('UPDATE:');
  const before = reader.take(' old-key:') ? reader.row() : undefined;
  if (before !== undefined) reader.expect(' new-tuple:');
  return { xid, kind: 'update', tables, before, after: reader.row() };
}

const MESSAGE = /^message: transactional: 1 prefix: indelible, sz: \d+ content:/;

/** Which attribution message each change of a transaction is under. */
class Messages {
  #current: string | undefined;
  #early: { message?: string }[] = [];

  hear(line: string): void {
    if (line.startsWith('BEGIN')) {
      this.#current = undefined;
      this.#early = [];
    }
    const head = MESSAGE.exec(line)?.[0];
    if (head === undefined) return;
    this.#current = line.slice(head.length);
    for (const change of this.#early) change.message = this.#current;
    this.#early = [];
  }

  attach(change: OracleChange): OracleChange {
    const told: OracleChange & { message?: string } = this.#current === undefined ? { ...change } : { ...change, message: this.#current };
    if (this.#current === undefined) this.#early.push(told);
    return told;
  }
}

class LineReader {
  readonly #line: string;
  #at = 0;

  constructor(line: string) {
    this.#line = line;
  }

  take(text: string): boolean {
    if (!this.#line.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  expect(text: string): void {
    if (!this.take(text)) throw new Error(`"${text}" was expected at ${this.#at} of: ${this.#line.slice(0, 500)}`);
  }

  table(): string {
    const schema = this.#identifier(/[.:,]/);
    this.expect('.');
    return `${schema}.${this.#identifier(/[.:,]/)}`;
  }

  row(): OracleRow {
    const row = new Map<string, OracleCell>();
    if (this.take(' (no-tuple-data)')) return row;
    while (this.#at < this.#line.length && !this.#line.startsWith(' new-tuple:', this.#at)) {
      this.expect(' ');
      const name = this.#identifier(/\[/);
      this.expect('[');
      // A type may be an array, so that its own bracket comes first.
      const type = this.#until(']:');
      row.set(name, { type, text: this.#value() });
    }
    return row;
  }

  #identifier(end: RegExp): string {
    if (this.take('"')) return this.#quoted('"');
    const from = this.#at;
    while (this.#at < this.#line.length && !end.test(this.#line[this.#at] ?? '')) this.#at++;
    return this.#line.slice(from, this.#at);
  }

  #value(): string | null | undefined {
    if (this.take('unchanged-toast-datum')) return undefined;
    if (this.take("B'") || this.take("'")) return this.#quoted("'");
    const from = this.#at;
    while (this.#at < this.#line.length && this.#line[this.#at] !== ' ') this.#at++;
    const bare = this.#line.slice(from, this.#at);
    return bare === 'null' ? null : bare;
  }

  #until(end: string): string {
    const stop = this.#line.indexOf(end, this.#at);
    if (stop === -1) throw new Error(`"${end}" is missing after ${this.#at} of: ${this.#line.slice(0, 500)}`);
    const text = this.#line.slice(this.#at, stop);
    this.#at = stop + end.length;
    return text;
  }

  /** After the opening quote; a quote within is doubled. */
  #quoted(quote: string): string {
    let text = '';
    for (;;) {
      const stop = this.#line.indexOf(quote, this.#at);
      if (stop === -1) throw new Error(`an open ${quote} in: ${this.#line.slice(0, 500)}`);
      text += this.#line.slice(this.#at, stop);
      this.#at = stop + 1;
      if (!this.take(quote)) return text;
      text += quote;
    }
  }
}

/** Whether an update left every value as it was: capture counts it, and writes no event. */
export function leftUnchanged({ kind, before, after }: OracleChange): boolean {
  if (kind !== 'update' || before === undefined || after === undefined) return false;
  for (const [name, { text }] of after) if (text !== undefined && text !== (before.get(name)?.text ?? null)) return false;
  return true;
}
