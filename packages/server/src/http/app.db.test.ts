// The way through the application: an event goes in and is read back, an id is sent twice, and what every answer carries.

import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { anEvent, NDJSON, openTestServer, receiptsOf, type TestServer } from './server.test.fixture.ts';

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await openTestServer();
  ({ token } = await server.key('org_acme', 'ingest', 'read'));
});
afterAll(async () => {
  await server?.close();
});

test('one event, an array and lines are answered by receipts in their order, and can be read at once', async () => {
  const ids = Array.from({ length: 6 }, () => randomUUID());
  const event = (at: number): object => anEvent({ id: ids[at], metadata: { at } });
  const answers = [
    await server.post(event(0), token),
    await server.post([event(1), event(2)], token),
    await server.post([3, 4, 5].map((at) => JSON.stringify(event(at))).join('\n'), token, NDJSON),
  ];
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
  const receipts = answers.flatMap(receiptsOf);
  expect(receipts.map(({ id }) => id)).toEqual(ids);
  expect(receipts.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(receipts.every(({ leafHash, log }) => Buffer.from(leafHash, 'base64').length === 32 && log === receipts[0]?.log)).toBe(true);
  for (const [at, id] of ids.entries())
    expect((await server.get(`/v1/events/${id}`, token)).body).toMatchObject({ id, tenant: 'org_acme', metadata: { at } });
});

test('the same body has the same receipt, however it is written; another one is a conflict', async () => {
  const fields: [string, unknown][] = [
    ['id', randomUUID()],
    ['action', 'bot.updated'],
    ['actor', { type: 'user', id: 'usr_1', name: 'Ada' }],
    ['resource', { type: 'bot', id: 'bot_1' }],
    ['metadata', { b: 1, a: [1, { d: 'ü', c: null }] }],
  ];
  const [first] = receiptsOf(await server.post(Object.fromEntries(fields), token));
  const mixed = (value: unknown): unknown =>
    typeof value !== 'object' || value === null || Array.isArray(value)
      ? value
      : Object.fromEntries(
          Object.entries(value)
            .reverse()
            .map(([name, inner]) => [name, mixed(inner)]),
        );
  const order = fc.shuffledSubarray(fields, { minLength: fields.length, maxLength: fields.length });
  await fc.assert(
    fc.asyncProperty(order, fc.constantFrom(0, 1, '\t'), fc.boolean(), async (sent, space, deep) => {
      const body = Object.fromEntries(sent.map(([name, value]) => [name, deep ? mixed(value) : value]));
      expect(receiptsOf(await server.post(` ${JSON.stringify(body, null, space)}\n`, token))).toEqual([first]);
    }),
    { numRuns: 15 },
  );
  for (const change of [{ action: 'bot.deleted' }, { metadata: { b: 1 } }, { tags: ['x'] }, { actor: { id: 'usr_1', name: 'Eve' } }]) {
    const answer = await server.post({ ...Object.fromEntries(fields), ...change }, token);
    expect(answer.body).toMatchObject({ status: 409, code: 'id_conflict', detail: expect.stringContaining(`sequence ${first?.seq}`) });
  }
});

test('every answer carries its request id, and a problem says its code and what to do', async () => {
  const fine = await server.post(anEvent(), token);
  expect(fine.headers.get('indelible-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  expect(fine.headers.get('x-content-type-options')).toBe('nosniff');
  for (const answer of [await server.get('/nowhere', token), await server.post('{', token)]) {
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.body).toMatchObject({
      type: `urn:indelible:error:${String(answer.body['code'])}`,
      title: expect.any(String),
      detail: expect.any(String),
      hint: expect.any(String),
      status: answer.status,
      requestId: answer.headers.get('indelible-request-id'),
    });
  }
});

test('health, readiness and metrics are open', async () => {
  expect((await server.request('/healthz')).body).toEqual({ status: 'ok' });
  const ready = await server.request('/readyz');
  // A source that is away does not make the server unready: it is not required.
  expect(ready).toMatchObject({ status: 200, body: { status: 'ready' } });
  await server.post([anEvent(), anEvent()], token);
  const { text } = await server.request('/metrics');
  expect(text).toMatch(/^indelible_appended_events_total [1-9]\d*$/m);
  expect(text).toMatch(/^indelible_append_seconds_count [1-9]\d*$/m);
  expect(text).toContain('indelible_sealing_lag_seconds 0.25\n');
  expect(text).toContain('indelible_slot_lag_bytes{source="shop"} 7\n');
});

test('a parameter given twice is refused, and an address that no log can have is not found', async () => {
  expect(await server.get('/v1/events?q=id:*&q=seq:1', token)).toMatchObject({ status: 422, body: { code: 'parameter_invalid' } });
  expect(await server.get('/log/%00/checkpoint', token)).toMatchObject({ status: 404, body: { code: 'not_found' } });
});
