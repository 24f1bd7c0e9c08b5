// Every kind of bad input is refused with its own code, says where it is wrong, and leaves nothing behind.

import { EVENT_BYTES_MAX, REQUEST_BYTES_MAX } from '@indelible/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ADMIN_KEY, anEvent, NDJSON, openTestServer, receiptsOf, type TestServer } from './server.test.fixture.ts';

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await openTestServer();
  ({ token } = await server.key('org_acme', 'ingest', 'read'));
  expect((await server.post(anEvent(), token)).status).toBe(201);
});
afterAll(async () => {
  await server?.close();
});

const stored = async (): Promise<unknown> =>
  (await server.trail.admin.query('select tenant, size from indelible.log where tenant_id <> 0 order by tenant')).rows;

const nested = (levels: number): string =>
  `{"action":"bot.viewed","actor":{"id":"u"},"metadata":${'{"a":'.repeat(levels - 1)}1${'}'.repeat(levels - 1)}}`;
const withMetadata = (value: string): string => `{"action":"bot.viewed","actor":{"id":"u"},"metadata":{"n":${value}}}`;
const ofBytes = (bytes: number): string => withMetadata(`"${'x'.repeat(bytes - withMetadata('""').length)}"`);
const minutesAhead = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();

const BAD: readonly [string, unknown, number, object, Record<string, string>?][] = [
  ['an empty body', '', 422, { code: 'json_invalid' }],
  ['no JSON', '{"action"', 422, { code: 'json_invalid', position: expect.any(Number) }],
  ['no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 422, { code: 'json_invalid' }],
  ['two equal keys', '{"action":"a.b","actor":{"id":"u","id":"v"}}', 422, { code: 'json_invalid', position: 34, pointer: '/actor/id' }],
  ['equal keys, written differently', '{"action":"a.b","actor":{"id":"u"},"metadata":{"a":1,"\\u0061":2}}', 422, { code: 'json_invalid' }],
  ['an integer beyond 2^53', withMetadata('9007199254740993'), 422, { code: 'json_invalid', pointer: '/metadata/n' }],
  ['a lone surrogate', withMetadata('"\\ud800"'), 422, { code: 'json_invalid', pointer: '/metadata/n' }],
  ['U+0000', withMetadata('"a\\u0000b"'), 422, { code: 'json_invalid', pointer: '/metadata/n' }],
  ['depth 33', nested(33), 422, { code: 'json_invalid' }],
  ['a number', '5', 422, { code: 'event_invalid' }],
  ['an unknown field', anEvent({ actr: 1 }), 422, { code: 'event_invalid' }],
  ['no actor', { action: 'a.b' }, 422, { code: 'event_invalid', pointer: '/actor' }],
  ['a fault in an array', [anEvent(), anEvent({ action: 5 })], 422, { code: 'event_invalid', pointer: '/1/action' }],
  ['a clock ahead', anEvent({ occurredAt: minutesAhead(6) }), 422, { code: 'event_in_future', pointer: '/occurredAt' }],
  ['another tenant', anEvent({ tenant: 'org_other' }), 422, { code: 'tenant_mismatch', pointer: '/tenant' }],
  ['256 KiB + 1', ofBytes(EVENT_BYTES_MAX + 1), 413, { code: 'event_too_large' }],
  ['256 KiB + 1 in a line', `${ofBytes(EVENT_BYTES_MAX + 1)}\n`, 413, { code: 'event_too_large', line: 1 }, NDJSON],
  ['256 KiB + 1 in an array', `[${ofBytes(64)},${ofBytes(EVENT_BYTES_MAX + 1)}]`, 413, { code: 'event_too_large', pointer: '/1' }],
  ['1,001 events', Array.from({ length: 1_001 }, () => anEvent()), 413, { code: 'too_many_events' }],
  ['1,001 lines', `${JSON.stringify(anEvent())}\n`.repeat(1_001), 413, { code: 'too_many_events' }, NDJSON],
  ['5 MiB + 1', 'x'.repeat(REQUEST_BYTES_MAX + 1), 413, { code: 'body_too_large' }],
  ['another type', anEvent(), 415, { code: 'content_type_unsupported' }, { 'content-type': 'text/plain' }],
  ['no type', anEvent(), 415, { code: 'content_type_unsupported' }, { 'content-type': '' }],
  ['another charset', anEvent(), 415, { code: 'content_type_unsupported' }, { 'content-type': 'application/json; charset=latin1' }],
];

test.each(BAD)('%s is refused', async (_, body, status, problem, headers) => {
  const before = await stored();
  const answer = await server.post(body, token, headers);
  expect(answer.body).toMatchObject({ status, ...problem });
  expect(answer.status).toBe(status);
  expect(await stored()).toEqual(before);
});

test('what lies exactly at a limit is taken', async () => {
  const lines = `${JSON.stringify(anEvent())}\r\n\n`.repeat(1_000);
  for (const [body, headers, count] of [
    [nested(32), {}, 1],
    [ofBytes(EVENT_BYTES_MAX), {}, 1],
    [withMetadata('9007199254740991'), {}, 1],
    [anEvent({ occurredAt: minutesAhead(4), tenant: 'org_acme' }), { 'content-type': 'Application/JSON; charset="UTF-8"' }, 1],
    [lines, NDJSON, 1_000],
  ] as const) {
    const answer = await server.post(body, token, headers);
    expect(answer.status).toBe(201);
    expect(receiptsOf(answer)).toHaveLength(count);
  }
});

test('a broken line of 1,000 is named, and nothing of the request is stored', async () => {
  const lines = Array.from({ length: 1_000 }, () => JSON.stringify(anEvent()));
  for (const [broken, code, pointer] of [
    ['{"action":', 'json_invalid', '/action'],
    ['{"action":"a.b","actor":{"id":7}}', 'event_invalid', '/actor/id'],
  ] as const) {
    lines[516] = broken;
    const before = await stored();
    const answer = await server.post(lines.join('\n'), token, NDJSON);
    expect(answer.body).toMatchObject({ status: 422, code, line: 517, detail: expect.stringMatching(/^line 517: /) });
    expect(answer.body['pointer']).toBe(pointer);
    expect(await stored()).toEqual(before);
  }
});

test('a body that announces no length is counted as it comes', async () => {
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 65_536;
      controller.enqueue(new Uint8Array(65_536).fill(0x20));
      if (sent > 4 * REQUEST_BYTES_MAX) controller.close();
    },
  });
  const init = {
    method: 'POST',
    body,
    duplex: 'half' as const,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  };
  expect((await server.request('/v1/events', init)).body).toMatchObject({ status: 413, code: 'body_too_large' });
  expect(sent).toBeLessThan(REQUEST_BYTES_MAX + 4 * 65_536);
});

test('partial=true gives each event its verdict, in order', async () => {
  const id = '0198c0de-0000-7000-8000-000000000001';
  const lines = [anEvent({ id }), anEvent({ action: 7 }), anEvent({ id, action: 'bot.deleted' }), '{', anEvent({ tenant: 'x' }), anEvent()];
  const body = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  const answer = await server.post(body, token, NDJSON, '/v1/events?partial=true');
  expect(answer.status).toBe(201);
  const seq = expect.any(Number);
  expect(answer.body['verdicts']).toMatchObject([
    { receipt: { id, seq } },
    { error: { status: 422, code: 'event_invalid', line: 2 } },
    { error: { status: 409, code: 'id_conflict' } },
    { error: { status: 422, code: 'json_invalid', line: 4 } },
    { error: { status: 422, code: 'tenant_mismatch', line: 5 } },
    { receipt: { seq } },
  ]);
  const none = await server.post(['{', '{'].join('\n'), token, NDJSON, '/v1/events?partial=true');
  expect(none.status).toBe(422);
});

test.each([
  ['q=planet:mars', { code: 'query_invalid', position: 0, expected: expect.any(String) }],
  ['q=(actor:a', { code: 'query_invalid', position: expect.any(Number) }],
  ['q=actor:a)', { code: 'query_invalid', position: expect.any(Number) }],
  ['q=NOT%20word', { code: 'query_invalid', position: 0 }],
  ['q=*', { code: 'query_invalid', position: 0 }],
  ['q=actor:"a', { code: 'query_invalid' }],
  ['limit=0', { code: 'parameter_invalid', pointer: 'limit' }],
  ['limit=1001', { code: 'parameter_invalid', pointer: 'limit' }],
  ['limit=1e2', { code: 'parameter_invalid', pointer: 'limit' }],
  ['order=up', { code: 'parameter_invalid', pointer: 'order' }],
  ['page=2', { code: 'parameter_invalid', pointer: 'page', detail: expect.stringContaining('q, zone, limit, order, cursor') }],
  ['cursor=x', { code: 'cursor_invalid' }],
])('GET /v1/events?%s is refused', async (query, problem) => {
  expect((await server.get(`/v1/events?${query}`, token)).body).toMatchObject({ status: 422, ...problem });
});

test('a cursor belongs to its query, its order and its tenant', async () => {
  const first = await server.get('/v1/events?q=actor:usr_1&limit=1', token);
  const cursor = first.body['next'];
  expect(cursor).toEqual(expect.any(String));
  expect((await server.get(`/v1/events?q=actor:usr_1&limit=5&cursor=${String(cursor)}`, token)).status).toBe(200);
  await server.post(anEvent(), ADMIN_KEY, { 'indelible-tenant': 'org_other' });
  for (const [query, key, tenant] of [
    ['q=actor:usr_2', token, 'org_acme'],
    ['q=actor:usr_1&order=asc', token, 'org_acme'],
    ['q=actor:usr_1', ADMIN_KEY, 'org_other'],
  ] as const) {
    const answer = await server.get(`/v1/events?${query}&cursor=${String(cursor)}`, key, { 'indelible-tenant': tenant });
    expect(answer.body).toMatchObject({ status: 422, code: 'cursor_invalid' });
  }
});

test.each(['partial=yes', 'partial=', 'dryrun=true'])('POST /v1/events?%s is refused', async (query) => {
  const before = await stored();
  const answer = await server.post(anEvent(), token, {}, `/v1/events?${query}`);
  expect(answer.body).toMatchObject({ status: 422, code: 'parameter_invalid' });
  expect(await stored()).toEqual(before);
});

test('related takes true or false', async () => {
  const answer = await server.get('/v1/resources/bot/bot_1?related=yes', token);
  expect(answer.body).toMatchObject({ status: 422, code: 'parameter_invalid', pointer: 'related' });
});
