import { afterAll, beforeAll, expect, test } from 'vitest';
import { anEvent, openTestServer, type TestServer } from './server.test.fixture.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(async () => {
  await server?.close();
});

test('explain=true answers what a query asks and how it was found, in place of the events', async () => {
  const { token } = await server.key('org_acme', 'ingest', 'read');
  await server.post(anEvent({ action: 'bot.updated' }), token);
  const { status, body } = await server.get('/v1/events?q=action:bot.updated&explain=true', token);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    explanation: 'Events where action is bot.updated.',
    plan: [{ lead: 'action', found: 1, whole: true }],
  });
  expect(body).not.toHaveProperty('events');
  expect((await server.get('/v1/events?explain=perhaps', token)).body).toMatchObject({ status: 422, code: 'parameter_invalid' });
  expect((await server.get('/v1/events?explain=true&q=planet:mars', token)).body).toMatchObject({ status: 422, code: 'query_invalid' });
});
