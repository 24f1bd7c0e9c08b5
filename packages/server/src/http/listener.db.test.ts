// Requests over a real connection: the longest that are allowed, and those that cannot be read.

import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { QUERY_CHARS_MAX } from '@indelible/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HEADER_BYTES_MAX } from '../limits.ts';
import { makeServer } from './listener.ts';
import { anEvent, openTestServer, type TestServer } from './server.test.fixture.ts';

let server: TestServer;
let token = '';
let port = 0;
const undo: (() => Promise<unknown> | void)[] = [];

beforeAll(async () => {
  server = await openTestServer();
  undo.push(() => server.close());
  token = (await server.key('org_acme', 'ingest', 'read')).token;
  await server.post([anEvent(), anEvent()], token);
  const http = makeServer(server.app.fetch);
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

async function ask(parameters: Readonly<Record<string, string>>): Promise<{ status: number; body: { [key: string]: unknown } }> {
  const url = `http://127.0.0.1:${port}/v1/events?${new URLSearchParams(parameters).toString()}`;
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  return { status: answer.status, body: (await answer.json()) as { [key: string]: unknown } };
}

/** What comes back for these bytes, until the server ends the connection. */
async function send(text: string): Promise<{ status: number; type: string; body: { [key: string]: unknown } }> {
  const socket = connect(port, '127.0.0.1');
  let received = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (received += chunk));
  socket.write(text);
  await once(socket, 'end');
  socket.destroy();
  const [head = '', body = ''] = received.split('\r\n\r\n');
  expect(received.match(/^HTTP\/1\.1 /gm)).toHaveLength(1);
  return {
    status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]),
    type: /^content-type: (.*)$/im.exec(head)?.[1] ?? '',
    body: JSON.parse(body) as { [key: string]: unknown },
  };
}

test.each(['x', 'ä', '日', '\u{1f600}'])('a query of %s as long as a query may be is answered, with its cursor', async (char) => {
  const rest = QUERY_CHARS_MAX - '-reason:""'.length;
  const q = `-reason:"${char.repeat(rest / char.length)}"`;
  expect(q).toHaveLength(QUERY_CHARS_MAX);
  const first = await ask({ q, limit: '1' });
  expect(first).toMatchObject({ status: 200, body: { events: [expect.anything()], next: expect.any(String) } });
  expect(await ask({ q, limit: '1', cursor: String(first.body['next']) })).toMatchObject({ status: 200 });
  expect(await ask({ q: `${q} ` })).toMatchObject({ status: 422, body: { code: 'query_invalid' } });
});

test('a request that is longer still is refused as everything is, also while it is being sent', async () => {
  for (const length of [HEADER_BYTES_MAX, 4 * HEADER_BYTES_MAX]) {
    const answer = await send(`GET /v1/events?q=${'x'.repeat(length)} HTTP/1.1\r\nhost: trail\r\n\r\n`);
    expect(answer).toMatchObject({ status: 431, type: 'application/problem+json' });
    expect(answer.body).toMatchObject({ code: 'request_too_long', status: 431, requestId: expect.any(String), hint: expect.any(String) });
  }
});

test('what is no HTTP is a problem of its own', async () => {
  for (const text of ['GET / HTTP/9\r\n\r\n', '\u0016\u0003\u0001\u0002\u0000\u0001\r\n\r\n', 'GET / HTTP/1.1\r\nbad header\r\n\r\n'])
    expect(await send(text)).toMatchObject({ status: 400, type: 'application/problem+json', body: { code: 'request_malformed' } });
});

test('an address or a Host that makes no URL is a problem too, and one that is missing', async () => {
  for (const head of [
    'GET / HTTP/1.1\r\nhost: a b',
    'GET / HTTP/1.1\r\nhost: trail:99999',
    'GET / HTTP/1.1',
    'GET /a\\b HTTP/1.1\r\nhost: x/y',
  ])
    expect(await send(`${head}\r\nconnection: close\r\n\r\n`)).toMatchObject({
      status: 400,
      type: 'application/problem+json',
      body: { code: 'request_malformed', requestId: expect.any(String) },
    });
});

test('of an expectation that it does not know the server takes no notice', async () => {
  const answer = await send('GET /nowhere HTTP/1.1\r\nhost: trail\r\nexpect: a miracle\r\nconnection: close\r\n\r\n');
  expect(answer).toMatchObject({ status: 404, type: 'application/problem+json', body: { code: 'not_found' } });
});

test('an answer that has begun is not mixed with a refusal', async () => {
  const socket = connect(port, '127.0.0.1');
  let received = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (received += chunk));
  socket.write(`GET /v1/events/stream HTTP/1.1\r\nhost: trail\r\nauthorization: Bearer ${token}\r\n\r\n`);
  await once(socket, 'data');
  socket.write('no HTTP at all\r\n\r\n');
  await once(socket, 'close');
  expect(received).toMatch(/^HTTP\/1\.1 200 /);
  expect(received).not.toContain('request_malformed');
});
