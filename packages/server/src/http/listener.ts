// The HTTP server under the application. What arrives and is no request that can be read is refused as everything else is:
// as problem+json.

import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { createAdaptorServer } from '@hono/node-server';
import { type ErrorCode, Failure } from '@indelible/core';
import { HEADER_BYTES_MAX, REFUSED_LINGER_MS } from '../limits.ts';
import type { App } from './environment.ts';
import { problemOf } from './problem.ts';

const REFUSALS: Readonly<Record<string, readonly [code: ErrorCode, detail: string]>> = {
  HPE_HEADER_OVERFLOW: ['request_too_long', `the address and the headers are longer than ${HEADER_BYTES_MAX} bytes together`],
  ERR_HTTP_REQUEST_TIMEOUT: ['request_timeout', 'the request did not arrive in time'],
};

/** @example makeServer(app.fetch).listen(8787) */
export function makeServer(fetch: App['fetch']): Server {
  const server = createAdaptorServer({ fetch, serverOptions: { maxHeaderSize: HEADER_BYTES_MAX } }) as Server;
  const answering = new WeakSet<Duplex>();
  const refused = new WeakSet<Duplex>();
  server.on('request', ({ socket }, response) => {
    answering.add(socket);
    response.once('close', () => answering.delete(socket));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // What is still on its way after a refusal comes here again.
    if (refused.has(socket)) return;
    refused.add(socket);
    // Within another answer nobody could tell where this one begins.
    if (!socket.writable || answering.has(socket) || error.code === 'ECONNRESET') socket.destroy();
    else refuse(error, socket);
  });
  return server;
}

function refuse({ code: reason = '' }: NodeJS.ErrnoException, socket: Duplex): void {
  const [code, detail] = REFUSALS[reason] ?? ['request_malformed', 'what was sent is no HTTP request'];
  const failure = new Failure(code, detail);
  const requestId = randomUUID();
  const body = JSON.stringify(problemOf(failure, requestId));
  const head = [
    `HTTP/1.1 ${failure.status} ${STATUS_CODES[failure.status]}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    `indelible-request-id: ${requestId}`,
    'x-content-type-options: nosniff',
    'connection: close',
  ];
  // Closed at once, with the rest of the request unread, the connection would be reset, and the answer lost with it.
  setTimeout(() => socket.destroy(), REFUSED_LINGER_MS).unref();
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
