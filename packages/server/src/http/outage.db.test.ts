// When the database is away or the server has too much to do: nothing is acknowledged that is not stored, and nothing is lost
// that was.

import { randomUUID } from 'node:crypto';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { checkLog, checkReceipts } from '../store/log-rows.test.fixture.ts';
import { anEvent, openTestServer, receiptsOf, type TestServer } from './server.test.fixture.ts';

/** Stands between the application and PostgreSQL, and can be cut. */
class Cable {
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #target: { path: string } | { host: string; port: number } | undefined;
  #port = 0;

  async through(url: string): Promise<string> {
    const parsed = new URL(url);
    const folder = parsed.searchParams.get('host');
    const port = Number(parsed.port === '' ? 5432 : parsed.port);
    this.#target = folder === null ? { host: parsed.hostname, port } : { path: join(folder, `.s.PGSQL.${port}`) };
    await this.mend();
    parsed.searchParams.delete('host');
    parsed.hostname = '127.0.0.1';
    parsed.port = String(this.#port);
    return parsed.href;
  }

  async mend(): Promise<void> {
    const server = createServer((near) => {
      const far = connect(this.#target ?? { path: '' });
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        from.on('error', () => undefined);
        from.on('close', () => to.destroy());
        from.pipe(to);
      }
    });
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  breakConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  async cut(): Promise<void> {
    const closed = new Promise((resolve) => this.#server?.close(resolve));
    this.breakConnections();
    await closed;
  }
}

let server: TestServer | undefined;
afterEach(async () => {
  await server?.close();
});

test('while the database is away the answer is 503, and afterwards it goes on', async () => {
  const cable = new Cable();
  server = await openTestServer({ through: (url) => cable.through(url) });
  const { token } = await server.key('org_acme', 'ingest', 'read');
  const before = receiptsOf(await server.post(anEvent(), token));
  await cable.cut();
  const body = anEvent({ id: randomUUID() });
  for (const answer of [
    await server.post(body, token),
    await server.post([body, anEvent()], token, {}, '/v1/events?partial=true'),
    await server.get('/v1/events', token),
    await server.get('/v1/log', token),
    await server.post(body, (await server.key('org_acme', 'ingest')).token),
  ]) {
    expect(answer.body).toMatchObject({ status: 503, code: 'store_unavailable' });
    expect(answer.headers.get('retry-after')).toBe('1');
  }
  expect((await server.request('/healthz')).status).toBe(200);
  expect((await server.request('/readyz')).status).toBe(503);
  await cable.mend();
  expect((await server.request('/readyz')).status).toBe(200);
  const after = receiptsOf(await server.post(body, token));
  expect((await server.get('/v1/events', token)).status).toBe(200);
  const stored = await checkLog(server.trail.admin, 'org_acme');
  expect(stored).toHaveLength(3);
  checkReceipts(stored, [...before, ...after]);
  await cable.cut();
});

test(
  'connections that break at any moment lose no acknowledged event and double none that is sent again',
  { timeout: 120_000 },
  async () => {
    const cable = new Cable();
    server = await openTestServer({ through: (url) => cable.through(url) });
    const post: TestServer['post'] = server.post.bind(server);
    const { token } = await server.key('org_acme', 'ingest');
    const writing = new AbortController();
    const breaking = (async () => {
      while (!writing.signal.aborted) {
        await new Promise((resolve) => setTimeout(resolve, 250 + Math.random() * 250));
        cable.breakConnections();
      }
    })();
    let refused = 0;
    const writers = Array.from({ length: 200 }, async (_, writer) => {
      const events = Array.from({ length: 1 + (writer % 5) * 4 }, () => anEvent({ id: randomUUID(), metadata: { text: 'x'.repeat(500) } }));
      await new Promise((resolve) => setTimeout(resolve, writer * 12));
      for (let time = 0; time < 200; time++) {
        const answer = await post(events, token);
        if (answer.status === 201) return receiptsOf(answer);
        expect(answer.body).toMatchObject({ status: 503 });
        refused++;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error('never taken');
    });
    const receipts = (await Promise.all(writers).finally(() => writing.abort())).flat();
    await breaking;
    expect(refused).toBeGreaterThan(0);
    const stored = await checkLog(server.trail.admin, 'org_acme');
    expect(receipts.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(stored.slice(1).map(({ seq }) => seq));
    checkReceipts(stored, receipts);
    await cable.cut();
  },
);

test('too much at once is 429 with a time to wait, and what was taken is stored', async () => {
  server = await openTestServer({ queueEventsMax: 20 });
  const { token } = await server.key('org_acme', 'ingest');
  const post: TestServer['post'] = server.post.bind(server);
  await post(anEvent(), token);
  const answers = await Promise.all(
    Array.from({ length: 12 }, () =>
      post(
        Array.from({ length: 9 }, () => anEvent()),
        token,
      ),
    ),
  );
  const taken = answers.filter(({ status }) => status === 201);
  const refused = answers.filter(({ status }) => status !== 201);
  expect(taken.length).toBeGreaterThan(0);
  expect(refused.length).toBeGreaterThan(0);
  for (const answer of refused) {
    expect(answer.body).toMatchObject({ status: 429, code: 'rate_limited' });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  }
  const stored = await checkLog(server.trail.admin, 'org_acme');
  expect(stored).toHaveLength(2 + taken.length * 9);
  checkReceipts(stored, taken.flatMap(receiptsOf));
});
