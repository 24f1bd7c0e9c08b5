// Clients that take their time: headers and bodies that never end, connections on which nothing comes, and answers that
// nobody takes. Each gives way to others, and those are served meanwhile.

import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeServer } from './listener.ts';
import { anEvent, openTestServer, type TestServer } from './server.test.fixture.ts';

let server: TestServer;
let token = '';
let port = 0;
const undo: (() => Promise<unknown> | void)[] = [];

beforeAll(async () => {
  server = await openTestServer();
  undo.push(() => server.close());
  ({ token } = await server.key('org_acme', 'ingest', 'read'));
  // By what is patient beside it no test could tell which limit has ended a connection.
  const http = makeServer(server.app.fetch, { headersMs: 2_000, requestMs: 3_000, checkMs: 50, keepAliveMs: 60_000, idleMs: 60_000 });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  undo.push(async () => {
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  });
  ({ port } = http.address() as AddressInfo);
});
afterAll(async () => {
  for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
});

/** Sends one piece after the other, until the server ends the connection; the answer is what it said. */
async function drip(first: string, piece: string, to = port): Promise<string> {
  const socket = connect(to, '127.0.0.1');
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  let received = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (received += chunk));
  // Written to after the server has ended it, it fails, which is no matter.
  socket.on('error', () => undefined);
  if (first !== '') socket.write(first);
  const drops = setInterval(() => piece !== '' && socket.writable && socket.write(piece), 20);
  await ended;
  clearInterval(drops);
  return received;
}

const SLOW: readonly [string, string, string][] = [
  ['headers that never end', 'GET /healthz HTTP/1.1\r\nhost: trail\r\n', 'x-more: and more\r\n'],
  ['a first line that never ends', 'GET /', 'a'],
  ['a connection on which nothing comes', '', ''],
];

test.each(SLOW)('%s: ended with 408', async (_, first, piece) => {
  const answer = await drip(first, piece);
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect(answer).toContain('content-type: application/problem+json');
  expect(answer).toContain('"code":"request_timeout"');
});

test('a body that never ends is ended with 408, and stores nothing', async () => {
  const head = `POST /v1/events HTTP/1.1\r\nhost: trail\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\n`;
  for (const [length, piece] of [
    ['content-length: 100000', ' '],
    ['transfer-encoding: chunked', '1\r\n \r\n'],
  ] as const) {
    const answer = await drip(`${head}${length}\r\n\r\n`, piece);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  }
  expect((await server.trail.admin.query('select from indelible.log where tenant = $1', ['org_acme'])).rowCount).toBe(0);
});

test('while many dawdle, others are served', async () => {
  const dawdlers = Array.from({ length: 200 }, () => drip('GET /v1/events HTTP/1.1\r\nhost: trail\r\n', 'a: b\r\n'));
  const answer = await fetch(`http://127.0.0.1:${port}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(anEvent()),
  });
  expect(answer.status).toBe(201);
  expect((await Promise.all(dawdlers)).filter((text) => !text.startsWith('HTTP/1.1 408 '))).toEqual([]);
});

test('a client that does not take its answer is left, and one that takes it is not', async () => {
  // Of a size that no buffer of the system holds.
  const bytes = 32 * 1024 * 1024;
  const http = makeServer(() => new Response('x'.repeat(bytes)), {
    headersMs: 60_000,
    requestMs: 60_000,
    checkMs: 50,
    keepAliveMs: 60_000,
    idleMs: 1_000,
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const to = (http.address() as AddressInfo).port;
  const accepted = once(http, 'connection') as Promise<[Socket]>;
  const socket = connect(to, '127.0.0.1').on('error', () => undefined);
  socket.pause().write('GET / HTTP/1.1\r\nhost: trail\r\n\r\n');
  const [serving] = await accepted;
  await once(serving, 'close');
  socket.destroy();
  expect((await (await fetch(`http://127.0.0.1:${to}/`)).text()).length).toBe(bytes);
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
});
