// One HTTP connection that is kept alive, on a bare socket: the sender shares the machine with the server and the
// database, so it does no more than it must. One request at a time, and only answers whose length is announced.

import { connect, type Socket } from 'node:net';
import { once } from 'node:events';

interface Waiting {
  readonly resolve: (status: number) => void;
  readonly reject: (error: Error) => void;
}

export class Connection {
  readonly #socket: Socket;
  readonly #head: string;
  #waiting: Waiting | undefined;
  #header = '';
  #status = 0;
  /** Bytes of the body that are still to come; undefined while the header is read. */
  #rest: number | undefined;

  private constructor(socket: Socket, head: string) {
    this.#socket = socket;
    this.#head = head;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the server closed the connection')));
  }

  static async open(url: URL, path: string, headers: Readonly<Record<string, string>>): Promise<Connection> {
    const socket = connect(Number(url.port), url.hostname);
    await once(socket, 'connect');
    const lines = Object.entries({ host: url.host, 'content-type': 'application/json', ...headers }).map(
      ([name, value]) => `${name}: ${value}`,
    );
    return new Connection(socket, `POST ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\ncontent-length: `);
  }

  /** Sends a body and resolves to the status when the whole answer has come. */
  post(body: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.cork();
      this.#socket.write(`${this.#head}${body.length}\r\n\r\n`, 'latin1');
      this.#socket.write(body);
      this.#socket.uncork();
    });
  }

  close(): void {
    this.#waiting = undefined;
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    let bytes = chunk.length;
    if (this.#rest === undefined) {
      const before = this.#header.length;
      this.#header += chunk.toString('latin1');
      const end = this.#header.indexOf('\r\n\r\n');
      if (end === -1) return;
      const length = /\r\ncontent-length: *(\d+)/i.exec(this.#header)?.[1];
      if (length === undefined) {
        this.#fail(new Error(`an answer without its length: ${this.#header.slice(0, 200)}`));
        return;
      }
      this.#status = Number(this.#header.slice(9, 12));
      this.#rest = Number(length);
      bytes = before + chunk.length - (end + 4);
    }
    this.#rest -= bytes;
    if (this.#rest > 0) return;
    this.#rest = undefined;
    this.#header = '';
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(this.#status);
  }

  #fail(error: Error): void {
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}
