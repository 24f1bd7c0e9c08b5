import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestServer, type TestServer } from './server.test.fixture.ts';

let server: TestServer;
let token = '';

beforeAll(async () => {
  server = await openTestServer();
  token = (await server.key('org_acme', 'ingest', 'read')).token;
});
afterAll(async () => {
  await server?.close();
});

test.each(['/v1/events', '/v1/resources/bot/bot_1/state', '/v1/stats/facets', '/v1/log/consistency', '/v1/keys'])(
  '%s tells of its parameters to those alone who may come in',
  async (path) => {
    expect((await server.request(`${path}?qq=1`)).body).toMatchObject({ status: 401, code: 'unauthorized' });
    const { token: admin } = await server.key('org_acme', 'read', 'admin');
    expect((await server.get(`${path}?qq=1`, admin)).body).toMatchObject({ status: 422, code: 'parameter_invalid', pointer: 'qq' });
  },
);

test('other methods are held to the same', async () => {
  const head = await server.request('/v1/events?qq=1', { method: 'HEAD', headers: { authorization: `Bearer ${token}` } });
  expect(head.status).toBe(422);
  const posted = await server.post({ action: 'bot.viewed', actor: { id: 'u' } }, token, {}, '/v1/events?qq=1');
  expect(posted.body).toMatchObject({ status: 422, detail: 'there is no parameter "qq" here; there are partial' });
  expect((await server.request('/healthz?qq=1')).status).toBe(200);
});
