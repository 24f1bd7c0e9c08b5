// The HTTP server under the application. What arrives and is no request that can be read, or does not arrive in time, is
// refused as everything else is: as problem+json.

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, STATUS_CODES, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { getRequestListener, RequestError } from '@hono/node-server';
import { type ErrorCode, Failure } from '@indelible/core';
import {
  HEADER_BYTES_MAX,
  HEADERS_MS_MAX,
  KEEP_ALIVE_MS,
  REFUSED_LINGER_MS,
  REQUEST_CHECK_MS,
  REQUEST_MS_MAX,
  SOCKET_IDLE_MS_MAX,
} from '../limits.ts';
import type { App } from './environment.ts';
import { asFailure, problemOf, problemResponse } from './problem.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

const REFUSALS: Readonly<Record<string, readonly [code: ErrorCode, detail: string]>> = {
  HPE_HEADER_OVERFLOW: ['request_too_long', `the address and the headers are longer than ${HEADER_BYTES_MAX} bytes together`],
  ERR_HTTP_REQUEST_TIMEOUT: ['request_timeout', 'the request did not arrive in time'],
};

/** All in milliseconds. */
export interface Patience {
  /** For the headers of a request, from its first byte or from the beginning of the connection. */
  readonly headersMs: number;
  /** For all of a request. */
  readonly requestMs: number;
  readonly checkMs: number;
  readonly keepAliveMs: number;
  /** For anything to move on a connection, either way. */
  readonly idleMs: number;
}

const PATIENCE: Patience = {
  headersMs: HEADERS_MS_MAX,
  requestMs: REQUEST_MS_MAX,
  checkMs: REQUEST_CHECK_MS,
  keepAliveMs: KEEP_ALIVE_MS,
  idleMs: SOCKET_IDLE_MS_MAX,
};

/** A request that is being answered. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** @example makeServer(app.fetch).listen(8787) */
export function makeServer(fetch: App['fetch'], patience: Patience = PATIENCE): Server {
  const options = {
    maxHeaderSize: HEADER_BYTES_MAX,
    headersTimeout: patience.headersMs,
    requestTimeout: patience.requestMs,
    connectionsCheckingInterval: patience.checkMs,
    keepAliveTimeout: patience.keepAliveMs,
    // Node would refuse in its own words what has none.
    requireHostHeader: false,
  };
  const listener = getRequestListener(fetch, { errorHandler: unreadable });
  const server = createServer(options, (request, response) => void listener(request, response));
  // Of an expectation that the server does not know it takes no notice, as it may: Node would refuse it in its own words.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  server.setTimeout(patience.idleMs);
  const answering = new WeakMap<Duplex, Set<Exchange>>();
  const refused = new WeakSet<Duplex>();
  server.on('request', (request, response) => {
    const exchange = { request, response };
    const exchanges = answering.get(request.socket) ?? new Set();
    answering.set(request.socket, exchanges.add(exchange));
    response.once('close', () => exchanges.delete(exchange));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // What is still on its way after a refusal comes here again.
    if (refused.has(socket)) return;
    refused.add(socket);
    // Within another answer nobody could tell where this one begins.
    if (!socket.writable || !isFree(answering.get(socket)) || error.code === 'ECONNRESET') socket.destroy();
    else refuse(error, socket);
  });
  return server;
}

/** Nothing is being answered, or the request itself that did not arrive as a whole, and of its answer nothing was sent. */
function isFree(exchanges: ReadonlySet<Exchange> = new Set()): boolean {
  const [exchange, ...more] = exchanges;
  return exchange === undefined || (more.length === 0 && !exchange.request.complete && !exchange.response.headersSent);
}

/** The answer to a request whose address or Host makes no URL, and which no application sees therefore. */
function unreadable(error: unknown): Response {
  const failure =
    error instanceof RequestError ? new Failure('request_malformed', 'the address or the header Host makes no URL') : asFailure(error);
  const response = problemResponse(failure, randomUUID());
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.headers.set(name, value);
  return response;
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
    ...Object.entries(SECURITY_HEADERS).map(([name, value]) => `${name}: ${value}`),
    'connection: close',
  ];
  // Closed at once, with the rest of the request unread, the connection would be reset, and the answer lost with it.
  setTimeout(() => socket.destroy(), REFUSED_LINGER_MS).unref();
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
