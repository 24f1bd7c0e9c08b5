import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { afterEach, expect, test } from 'vitest';
import { until } from '../capture/capture.test.fixture.ts';
import { revokeKey } from '../store/api-keys.ts';
import { readClient } from '../stream/streams.test.fixture.ts';
import { anEvent, openTestServer, type TestServer } from './server.test.fixture.ts';

const undo: (() => Promise<unknown> | void)[] = [];

afterEach(async () => {
  for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
});

async function serve(): Promise<{ server: TestServer; http: Server; url: string; port: number }> {
  const server = await openTestServer();
  const http = createAdaptorServer({ fetch: server.app.fetch }) as Server;
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  undo.push(
    () => server.close(),
    async () => {
      await server.streams.stop();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  );
  const { port } = http.address() as AddressInfo;
  return { server, http, port, url: `http://127.0.0.1:${port}/v1/events/stream` };
}

test('its headers, its parameters, and what is refused', async () => {
  const { server, url } = await serve();
  const { token } = await server.key('org_acme', 'read');
  const ask = (query: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(url + query, { method, headers: { authorization: `Bearer ${token}`, ...headers } });
  const response = await ask('');
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
  });
  await response.body?.cancel();
  expect((await ask('', {}, 'HEAD')).status).toBe(200);
  await until(() => server.streams.listeners === 0);
  for (const [query, headers, code] of [
    ['?q=acton:x', {}, 'query_invalid'],
    ['?zone=Mars', {}, 'parameter_invalid'],
    ['?limit=5', {}, 'parameter_invalid'],
    ['?after=1.5', {}, 'parameter_invalid'],
    ['', { 'last-event-id': 'x' }, 'parameter_invalid'],
    ['?after=7', {}, 'stream_gone'],
    ['', { authorization: 'Bearer ink_no' }, 'unauthorized'],
  ] as const)
    expect((await (await ask(query, headers)).json()) as object).toMatchObject({ code });
  expect(server.streams.listeners).toBe(0);
});

test('300 listeners over sockets: each gets its events in order, a header resumes, and those that leave are forgotten', async () => {
  const { server, url } = await serve();
  const { token } = await server.key('org_acme', 'read', 'ingest');
  const authorization = `Bearer ${token}`;
  await server.post(anEvent(), token);
  const gone = new AbortController();
  const clients = await Promise.all(
    Array.from({ length: 300 }, async (_, index) => {
      const q = index % 3 === 0 ? '' : `actor:usr_${index % 5}`;
      const response = await fetch(`${url}?q=${encodeURIComponent(q)}`, { headers: { authorization }, signal: gone.signal });
      return { q, index, client: readClient(response.body as ReadableStream<Uint8Array>) };
    }),
  );
  expect(server.streams.listeners).toBe(300);
  await Promise.all(
    Array.from({ length: 20 }, (_, round) =>
      server.post(
        Array.from({ length: 10 }, (__, index) => anEvent({ actor: { id: `usr_${(round + index) % 5}` } })),
        token,
      ),
    ),
  );
  await until(() => clients.every(({ q, client }) => client.events.length === (q === '' ? 200 : 40)));
  for (const { index, client } of clients) {
    expect(client.seqs()).toEqual(client.seqs().toSorted((a, b) => a - b));
    expect(new Set(client.seqs()).size).toBe(client.events.length);
    if (index % 3 !== 0) expect(new Set(client.events.map(({ actor }) => actor.id))).toEqual(new Set([`usr_${index % 5}`]));
  }
  const resumed = await fetch(`${url}?after=3`, { headers: { authorization, 'last-event-id': '190' }, signal: gone.signal });
  const last = readClient(resumed.body as ReadableStream<Uint8Array>);
  await until(() => last.events.length === 11);
  expect(last.seqs()[0]).toBe(191);
  for (const { client } of [...clients, { client: last }]) client.ended.catch(() => undefined);
  gone.abort();
  await until(() => server.streams.listeners === 0);
}, 60_000);

test('a revoked key ends its stream over the socket', async () => {
  const { server, url } = await serve();
  const { token, id } = await server.key('org_acme', 'read');
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  const client = readClient(response.body as ReadableStream<Uint8Array>);
  await revokeKey(server.trail.store.owner, id);
  await until(() => client.dropped() !== undefined, 20);
  expect(client.dropped()?.reason).toBe('key_revoked');
  await client.ended;
});

test('stopping ends the streams with a reason, also of a client that reads nothing, and the server closes', async () => {
  const { server, http, url, port } = await serve();
  http.keepAliveTimeout = 120_000;
  const { token } = await server.key('org_acme', 'read', 'ingest');
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  const client = readClient(response.body as ReadableStream<Uint8Array>);
  const stuck = await openAndNotRead(port, token);
  undo.push(() => void stuck.destroy());
  await until(() => server.streams.listeners === 2);
  const large = Array.from({ length: 30 }, () => anEvent({ metadata: { text: 'x'.repeat(150_000) } }));
  // More than sockets hold.
  for (let round = 0; round < 4; round++)
    await server.post(large.map((event) => JSON.stringify(event)).join('\n'), token, { 'content-type': 'application/x-ndjson' });
  await until(() => client.events.length >= 120);
  const begun = performance.now();
  await server.streams.stop();
  await until(() => server.streams.listeners === 0);
  await client.ended;
  expect(client.dropped()).toEqual({ reason: 'server_stopping', lastEventId: String(client.seqs().at(-1)) });
  http.closeIdleConnections();
  await new Promise((resolve) => http.close(resolve));
  // The grace for the client that reads nothing, and not the time for which idle connections are kept.
  expect(performance.now() - begun).toBeLessThan(30_000);
}, 60_000);

async function openAndNotRead(port: number, token: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.pause();
  socket.write(`GET /v1/events/stream HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n\r\n`);
  socket.on('error', () => undefined);
  return socket;
}
