// Binary COPY of several tables in one write: the statements travel as one simple query, the rows right behind it, and
// PostgreSQL answers once. (Protocol: PostgreSQL manual, "Message Formats" and "COPY", binary format.)

import type pg from 'pg';
import type { Connection, Submittable } from 'pg';

// The signature, then flags and the length of the header's extension, both 0.
const HEADER = Buffer.from('5047434f50590aff0d0a000000000000000000', 'hex');
const POSTGRES_EPOCH_MS = 946_684_800_000;

/** Grows as rows are written; one for each table of a batch. */
export class CopyRows {
  #buffer: Buffer;
  #length = 0;

  constructor(bytes = 64 * 1024) {
    this.#buffer = Buffer.allocUnsafe(bytes);
    // Room for the CopyData frame, which is written at the end.
    this.#length = 5;
    HEADER.copy(this.#buffer, this.#length);
    this.#length += HEADER.length;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + bytes));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }

  row(columns: number): void {
    this.#reserve(2);
    this.#length = this.#buffer.writeInt16BE(columns, this.#length);
  }

  int2(value: number): void {
    this.#reserve(6);
    this.#length = this.#buffer.writeInt32BE(2, this.#length);
    this.#length = this.#buffer.writeInt16BE(value, this.#length);
  }

  int4(value: number): void {
    this.#reserve(8);
    this.#length = this.#buffer.writeInt32BE(4, this.#length);
    this.#length = this.#buffer.writeInt32BE(value, this.#length);
  }

  int8(value: number): void {
    this.#reserve(12);
    const high = Math.floor(value / 0x1_0000_0000);
    this.#length = this.#buffer.writeInt32BE(8, this.#length);
    this.#length = this.#buffer.writeInt32BE(high, this.#length);
    this.#length = this.#buffer.writeUInt32BE(value - high * 0x1_0000_0000, this.#length);
  }

  /** @param ms milliseconds since 1970 */
  timestamp(ms: number): void {
    this.int8((ms - POSTGRES_EPOCH_MS) * 1000);
  }

  text(value: string | undefined): void {
    if (value === undefined) {
      this.#null();
      return;
    }
    this.#reserve(4 + value.length * 3);
    const bytes = this.#buffer.write(value, this.#length + 4, 'utf8');
    this.#buffer.writeInt32BE(bytes, this.#length);
    this.#length += 4 + bytes;
  }

  /** @param value bytes written as hex, base64 or, for a Buffer, as they are */
  bytes(value: Buffer | undefined): void {
    if (value === undefined) {
      this.#null();
      return;
    }
    this.#reserve(4 + value.length);
    this.#length = this.#buffer.writeInt32BE(value.length, this.#length);
    this.#length += value.copy(this.#buffer, this.#length);
  }

  base64(value: string, bytes: number): void {
    this.#reserve(4 + bytes);
    this.#length = this.#buffer.writeInt32BE(bytes, this.#length);
    this.#length += this.#buffer.write(value, this.#length, bytes, 'base64');
  }

  uuid(value: string): void {
    this.#reserve(20);
    this.#length = this.#buffer.writeInt32BE(16, this.#length);
    this.#length += this.#buffer.write(value.replaceAll('-', ''), this.#length, 16, 'hex');
  }

  /** @param address the 4 or 16 bytes of an address */
  inet(address: Uint8Array | undefined): void {
    if (address === undefined) {
      this.#null();
      return;
    }
    const version4 = address.length === 4;
    this.#reserve(8 + address.length);
    this.#length = this.#buffer.writeInt32BE(4 + address.length, this.#length);
    this.#buffer[this.#length++] = version4 ? 2 : 3;
    this.#buffer[this.#length++] = address.length * 8;
    this.#buffer[this.#length++] = 0;
    this.#buffer[this.#length++] = address.length;
    this.#buffer.set(address, this.#length);
    this.#length += address.length;
  }

  #null(): void {
    this.#reserve(4);
    this.#length = this.#buffer.writeInt32BE(-1, this.#length);
  }

  /** The CopyData message with every row, and CopyDone behind it. The rows cannot be written to afterwards. */
  message(): Buffer {
    this.#reserve(7);
    this.#length = this.#buffer.writeInt16BE(-1, this.#length);
    this.#buffer[0] = 0x64;
    this.#buffer.writeInt32BE(this.#length - 1, 1);
    this.#buffer[this.#length] = 0x63;
    this.#buffer.writeInt32BE(4, this.#length + 1);
    return this.#buffer.subarray(0, this.#length + 5);
  }
}

/**
 * Sends statements, some of them `copy ... from stdin (format binary)`, and the rows for each of these in order.
 * Outside a transaction block they are one transaction. Resolves when PostgreSQL is ready again, which is after the commit;
 * rejects with its error otherwise: then it drops the rows that were on their way.
 */
export function copyBatch(client: pg.ClientBase, sql: string, rows: readonly CopyRows[]): Promise<void> {
  return new Promise((resolve, reject) => {
    client.query(new CopyBatch(sql, rows, (error) => (error === undefined ? resolve() : reject(error))));
  });
}

class CopyBatch implements Submittable {
  readonly #sql: string;
  readonly #rows: readonly CopyRows[];
  #done: ((error?: Error) => void) | undefined;

  constructor(sql: string, rows: readonly CopyRows[], done: (error?: Error) => void) {
    this.#sql = sql;
    this.#rows = rows;
    this.#done = done;
  }

  submit(connection: Connection): void {
    const query = Buffer.allocUnsafe(6 + Buffer.byteLength(this.#sql));
    query[0] = 0x51;
    query.writeInt32BE(query.length - 1, 1);
    query.write(this.#sql, 5);
    query[query.length - 1] = 0;
    connection.stream.cork();
    connection.stream.write(query);
    for (const table of this.#rows) connection.stream.write(table.message());
    connection.stream.uncork();
  }

  handleError(error: Error): void {
    this.#finish(error);
  }

  handleReadyForQuery(): void {
    this.#finish();
  }

  #finish(error?: Error): void {
    const done = this.#done;
    this.#done = undefined;
    done?.(error);
  }

  // What comes in between carries nothing that is needed: the one answer that counts is ReadyForQuery.
  handleCopyInResponse(): void {}
  handleCommandComplete(): void {}
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
}
