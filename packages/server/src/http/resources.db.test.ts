// The addresses of resources and actors: who may ask, what is refused, and what comes back.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestServer, receiptsOf, type TestServer } from './server.test.fixture.ts';

let server: TestServer;
let token: string;
let other: string;
let ids: string[];

beforeAll(async () => {
  server = await openTestServer();
  token = (await server.key('org_acme', 'ingest', 'read')).token;
  other = (await server.key('org_other', 'ingest', 'read')).token;
  const actor = { id: 'usr/1', name: 'Ann' };
  const resource = { type: 'bot', id: 'a/b' };
  ids = receiptsOf(
    await server.post(
      [
        { action: 'bot.created', actor, resource, occurredAt: '2026-01-01T00:00:00Z', change: { after: { a: 1 } } },
        { action: 'bot.updated', actor, resource, occurredAt: '2026-01-02T00:00:00Z', change: { before: { a: 1 }, after: { a: 2 } } },
      ],
      token,
    ),
  ).map(({ id }) => id);
  await server.post({ action: 'bot.viewed', actor: { id: 'usr_other' } }, other);
});

afterAll(async () => {
  await server.close();
});

const BOT = '/v1/resources/bot/a%2Fb';

test('a resource: its events, its versions, its state', async () => {
  const { status, body } = await server.get(BOT, token);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    resource: { type: 'bot', id: 'a/b' },
    events: [{ id: ids[1] }, { id: ids[0] }],
    versions: [
      { version: 2, kind: 'changed', event: ids[1], changes: [{ field: 'a', before: 1, after: 2, kind: 'changed' }] },
      { version: 1, kind: 'created', event: ids[0] },
    ],
    state: { standing: 'present', values: { a: 2 }, last: { event: ids[1] } },
  });
});

test('the state, a comparison, a reverse', async () => {
  expect((await server.get(`${BOT}/state?at=2026-01-01&zone=UTC`, token)).body).toMatchObject({
    at: '2026-01-01T00:00:00.000Z',
    standing: 'present',
    fields: [{ field: 'a', value: 1, setBy: { event: ids[0], actor: { id: 'usr/1' } } }],
  });
  expect((await server.get(`${BOT}/state?at=2025-12-31T23:59:59Z`, token)).body).toMatchObject({
    standing: 'absent',
    knownSince: '2026-01-01T00:00:00.000Z',
  });
  expect((await server.get(`${BOT}/compare?from=2026-01-01&to=2026-01-03`, token)).body).toMatchObject({
    deltas: [{ field: 'a', before: 1, after: 2 }],
  });
  expect((await server.get(`${BOT}/reverse?event=${ids[1]}`, token)).body).toMatchObject({
    kind: 'patch',
    patch: [{ op: 'test' }, { op: 'replace', path: '/a', value: 1 }],
  });
});

test('an actor', async () => {
  expect((await server.get('/v1/actors/usr%2F1?from=2026-01-01&to=2026-02-01', token)).body).toMatchObject({
    id: 'usr/1',
    name: 'Ann',
    firstSeen: '2026-01-01T00:00:00.000Z',
    events: { count: 2, estimate: false },
    days: [
      { day: '2026-01-01', count: 1 },
      { day: '2026-01-02', count: 1 },
    ],
  });
});

test('another tenant learns nothing, and a key without the scope is refused', async () => {
  const ingest = (await server.key('org_acme', 'ingest')).token;
  for (const path of [BOT, `${BOT}/state`, `${BOT}/compare?from=-1h`, `${BOT}/reverse?event=${ids[1]}`, '/v1/actors/usr%2F1']) {
    expect((await server.get(path, token)).status).toBe(200);
    const answer = await server.get(path, other);
    expect(answer.body).toMatchObject({ status: 404, code: 'not_found' });
    expect(answer.text).not.toContain('org_acme');
    expect((await server.get(path, ingest)).body).toMatchObject({ status: 403, code: 'forbidden' });
  }
});

test('what cannot be asked is refused by name', async () => {
  for (const [path, pointer] of [
    [`${BOT}/state?when=now`, 'when'],
    [`${BOT}/state?at=soon`, 'at'],
    [`${BOT}/state?at=2026-01-01T10:00:00%2002:00`, 'at'],
    [`${BOT}/compare`, 'from'],
    [`${BOT}/compare?from=-1h&to=never`, 'to'],
    [`${BOT}/reverse`, 'event'],
    [`${BOT}/reverse?event=${ids[0]}&at=1`, 'at'],
    ['/v1/resources/Bot/x/state', 'type'],
    [`/v1/resources/bot/${'x'.repeat(300)}/state`, 'id'],
    ['/v1/actors/usr_1?from=-1h&to=-2h', 'from'],
    ['/v1/actors/usr_1?q=x', 'q'],
  ] as const) {
    expect((await server.get(path, token)).body, path).toMatchObject({ status: 422, code: 'parameter_invalid', pointer });
  }
});
