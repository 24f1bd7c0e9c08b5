// A cursor that was altered, and one that cannot be: the caller is told, and the server does not fail.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { fingerprint, writeCursor } from '../query/cursor.ts';
import { anEvent, openTestServer, type TestServer } from './server.test.fixture.ts';

let server: TestServer;
let token = '';

beforeAll(async () => {
  server = await openTestServer();
  token = (await server.key('org_acme', 'ingest', 'read')).token;
  await server.post([anEvent(), anEvent(), anEvent()], token);
});
afterAll(async () => {
  await server?.close();
});

const refused = { status: 422, code: 'cursor_invalid', pointer: 'cursor' };

test.each([
  ['', { o: -8_640_000_000_000_000 }],
  ['', { o: 8_640_000_000_000_000 }],
  ['', { s: 0 }],
  ['q=at:today&zone=Europe/Berlin', { n: 8_640_000_000_000_000 }],
])('%s with a cursor that has %j', async (query, change) => {
  const { body } = await server.get(`/v1/events?${query}&limit=1`, token);
  const content = JSON.parse(Buffer.from(String(body['next']), 'base64url').toString('utf8')) as object;
  const altered = Buffer.from(JSON.stringify({ ...content, ...change })).toString('base64url');
  expect((await server.get(`/v1/events?${query}&limit=1&cursor=${String(body['next'])}`, token)).status).toBe(200);
  expect((await server.get(`/v1/events?${query}&limit=1&cursor=${altered}`, token)).body).toMatchObject(refused);
});

test('whoever makes a whole cursor is held to times that can be', async () => {
  const { tenantId } = (await server.services.tenants.byName('org_acme')) ?? { tenantId: 0 };
  const print = fingerprint('events', tenantId, 'desc', JSON.stringify(['at:today', 'Europe/Berlin']));
  const ask = async (nowMs: number, occurredMs: number): Promise<{ [key: string]: unknown }> => {
    const cursor = writeCursor(print, { nowMs, position: { occurredMs, seq: 2 } });
    return (await server.get(`/v1/events?q=at:today&zone=Europe/Berlin&cursor=${cursor}`, token)).body;
  };
  expect(await ask(Date.now(), Date.now())).toMatchObject({ events: expect.any(Array) });
  for (const edge of [-8_640_000_000_000_000, 8_640_000_000_000_000]) {
    expect(await ask(edge, Date.now())).toMatchObject(refused);
    expect(await ask(Date.now(), edge)).toMatchObject(refused);
  }
});

test('a tenant that has no log has no cursor either', async () => {
  const { token: fresh } = await server.key(undefined, 'read');
  const headers = { 'indelible-tenant': 'org_new' };
  expect((await server.get('/v1/events', fresh, headers)).body).toEqual({ events: [] });
  expect((await server.get('/v1/events?cursor=abc', fresh, headers)).body).toMatchObject(refused);
});
