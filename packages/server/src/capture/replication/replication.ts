// A walsender client on node-postgres's connection: starts the stream, hands on decoded messages, and tells the
// source how far the consumer has got. What was only received is never acknowledged.

import pg from 'pg';
import { CAPTURE_SILENCE_MS_MAX, CAPTURE_STATUS_INTERVAL_MS } from '../../limits.ts';
import { type Lsn, parseLsn } from './lsn.ts';
import { Decoder, type Output } from './pgoutput.ts';
import { settleSession } from '../source/source-settings.ts';

/** Who the source is: a copy that was restored elsewhere, or promoted, answers otherwise. */
export interface SourceIdentity {
  readonly systemIdentifier: string;
  readonly timeline: number;
  readonly database: string;
}

export interface StreamHandler {
  /** @param bytes the size of the message on the wire */
  readonly output: (message: Output, bytes: number) => void;
  /** The source says where its log ends; everything that was committed before has been sent. */
  readonly keepalive: (walEnd: Lsn) => void;
  /** Once, when the stream ends for another reason than `close`. */
  readonly failed: (error: Error) => void;
}

const XLOG_DATA = 0x77; // w
const KEEPALIVE = 0x6b; // k
const XLOG_HEADER_BYTES = 25;
const POSTGRES_EPOCH_US = 946_684_800_000_000n;

/** A connection that speaks the replication protocol. `replication` is a startup parameter that the types do not list. */
export async function connectReplication(url: string): Promise<pg.Client> {
  const config: pg.ClientConfig & { replication: 'database' } = {
    connectionString: url,
    replication: 'database',
    application_name: 'indelible-capture',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  };
  const client = new pg.Client(config);
  client.on('error', () => {}); // Faults reach the caller through its query or through the stream's handler.
  await client.connect();
  await settleSession(client);
  return client;
}

export async function identify(client: pg.Client): Promise<SourceIdentity> {
  const answer = await client.query<{ systemid: string; timeline: number | string; dbname: string }>('IDENTIFY_SYSTEM');
  const row = answer.rows[0];
  if (row === undefined) throw new Error('the source did not answer IDENTIFY_SYSTEM');
  return { systemIdentifier: row.systemid, timeline: Number(row.timeline), database: row.dbname };
}

/** Asks a source who it is, by a connection of its own. */
export async function identifySource(url: string): Promise<SourceIdentity> {
  const client = await connectReplication(url);
  try {
    return await identify(client);
  } finally {
    await client.end();
  }
}

/** The stream of one slot. It lives until `close` or a fault. */
export class ReplicationStream {
  readonly #client: pg.Client;
  readonly #handler: StreamHandler;
  readonly #decoder = new Decoder();
  #received: Lsn = 0n;
  #acknowledged: Lsn = 0n;
  #walEnd: Lsn = 0n;
  #heardAt = Date.now();
  #paused = false;
  #over = false;
  #timer: NodeJS.Timeout | undefined;

  /** @param client made by `connectReplication`; the stream owns it from now on */
  constructor(client: pg.Client, handler: StreamHandler) {
    this.#client = client;
    this.#handler = handler;
  }

  /** Resolves when the source has begun to stream, from where the slot was last acknowledged. */
  async start(slot: string, publication: string): Promise<void> {
    const options = `proto_version '1', publication_names '${pg.escapeIdentifier(publication).replaceAll("'", "''")}', messages 'true'`;
    const connection = this.#client.connection;
    connection.on('copyData', (message: { chunk: Buffer }) => this.#chunk(message.chunk));
    this.#client.on('end', () => this.#fail(new Error('the source closed the connection')));
    this.#client.on('error', (error) => this.#fail(error));
    const begun = new Promise<void>((resolve) => connection.once('replicationStart', resolve));
    const ended = this.#client.query(`START_REPLICATION SLOT ${pg.escapeIdentifier(slot)} LOGICAL 0/0 (${options})`).then(
      () => this.#fail(new Error('the source ended the stream')),
      (cause: Error) => {
        this.#fail(cause);
        throw cause;
      },
    );
    ended.catch(() => {});
    await Promise.race([begun, ended]);
    this.#timer = setInterval(() => this.#tick(), CAPTURE_STATUS_INTERVAL_MS);
  }

  /** Everything before this position is durable in the trail: the source may forget it. */
  acknowledge(lsn: Lsn): void {
    if (lsn <= this.#acknowledged) return;
    this.#acknowledged = lsn;
    this.#sendStatus(false);
  }

  /** Stops reading from the socket, so that a slow trail slows the source's sender and not our memory. */
  pause(): void {
    if (this.#paused || this.#over) return;
    this.#paused = true;
    this.#client.connection.stream.pause();
  }

  resume(): void {
    if (!this.#paused || this.#over) return;
    this.#paused = false;
    this.#heardAt = Date.now();
    this.#client.connection.stream.resume();
  }

  /** How many bytes of the source's log are not acknowledged yet, as far as this stream has heard; unknown at first. */
  get lagBytes(): number | undefined {
    if (this.#acknowledged === 0n) return undefined;
    const end = this.#walEnd > this.#received ? this.#walEnd : this.#received;
    return end > this.#acknowledged ? Number(end - this.#acknowledged) : 0;
  }

  /** Ends the connection at once; the source keeps what was not acknowledged. */
  close(): void {
    this.#over = true;
    clearInterval(this.#timer);
    this.#client.connection.stream.destroy();
  }

  #chunk(chunk: Buffer): void {
    if (this.#over) return;
    this.#heardAt = Date.now();
    try {
      if (chunk[0] === XLOG_DATA) {
        const end = chunk.readBigUInt64BE(9);
        if (end > this.#received) this.#received = end;
        this.#handler.output(this.#decoder.decode(chunk.subarray(XLOG_HEADER_BYTES)), chunk.length);
      } else if (chunk[0] === KEEPALIVE) {
        this.#walEnd = chunk.readBigUInt64BE(1);
        this.#handler.keepalive(this.#walEnd);
        if (chunk[17] === 1) this.#sendStatus(false);
      }
    } catch (cause) {
      this.#fail(cause instanceof Error ? cause : new Error(String(cause)));
    }
  }

  #tick(): void {
    const silence = this.#paused ? 0 : Date.now() - this.#heardAt;
    if (silence > CAPTURE_SILENCE_MS_MAX) this.#fail(new Error(`the source was silent for ${CAPTURE_SILENCE_MS_MAX / 1000} s`));
    else this.#sendStatus(silence > CAPTURE_SILENCE_MS_MAX / 3);
  }

  /** Standby status update; written and flushed positions are what the trail holds durably. */
  #sendStatus(replyWanted: boolean): void {
    if (this.#over) return;
    const frame = Buffer.alloc(39);
    frame.write('d', 0, 'latin1'); // CopyData
    frame.writeInt32BE(38, 1);
    frame.write('r', 5, 'latin1');
    frame.writeBigUInt64BE(this.#received > this.#acknowledged ? this.#received : this.#acknowledged, 6);
    frame.writeBigUInt64BE(this.#acknowledged, 14);
    frame.writeBigUInt64BE(this.#acknowledged, 22);
    frame.writeBigInt64BE(BigInt(Date.now()) * 1000n - POSTGRES_EPOCH_US, 30);
    frame.writeUInt8(replyWanted ? 1 : 0, 38);
    const stream = this.#client.connection.stream;
    if (stream.writable) stream.write(frame);
  }

  #fail(error: Error): void {
    if (this.#over) return;
    this.close();
    this.#handler.failed(error);
  }
}

/** Where the source's log ends now, with what is not written to it yet: every commit that can be seen is before it. */
export async function logEnd(source: pg.ClientBase): Promise<Lsn> {
  const answer = await source.query<{ lsn: string }>('select pg_current_wal_insert_lsn()::text as lsn');
  return parseLsn(answer.rows[0]?.lsn ?? '0/0');
}

/** Where the source's log ends now. */
export async function walEnd(source: pg.ClientBase): Promise<Lsn> {
  const answer = await source.query<{ lsn: string }>('select pg_current_wal_lsn()::text as lsn');
  return parseLsn(answer.rows[0]?.lsn ?? '0/0');
}
