import { afterAll, beforeAll, expect, test } from 'vitest';
import { Projector } from '../stats/projector.ts';
import { rebuild } from '../stats/rebuild.ts';
import { anEvent, openTestServer, type TestServer } from './server.test.fixture.ts';

let server: TestServer;
let token = '';
const projector = (): Projector => new Projector({ pool: server.trail.store.projector, onError: () => undefined });

beforeAll(async () => {
  server = await openTestServer();
  token = (await server.key('org_acme', 'ingest', 'read')).token;
  await server.post(
    [
      anEvent(),
      anEvent({ outcome: 'denied' }),
      anEvent({ action: 'bot.updated', actor: { id: 'usr_2' } }),
      anEvent({ action: 'auth.login' }),
    ],
    token,
  );
  const other = await server.key('org_other', 'ingest');
  await server.post([anEvent({ action: 'secret.read' })], other.token);
});
afterAll(async () => {
  await server?.close();
});

test('one projector of several counts, and another takes over', async () => {
  const [first, second] = [projector(), projector()];
  while (await first.tick());
  expect(await second.tick()).toBe(false);
  expect(first.lagMs()).toBeGreaterThanOrEqual(0);
  expect(second.lagMs()).toBeUndefined();
  await first.stop();
  // The lock goes when the database notices that the connection is gone.
  await expect.poll(async () => (await second.tick(), second.lagMs())).toBeGreaterThanOrEqual(0);
  await second.stop();
  const { rows } = await server.trail.admin.query(
    'select 1 from indelible.log l left join indelible.counter_cursor c using (tenant_id) where l.tenant_id <> 0 and l.size <> coalesce(c.projected, 0)',
  );
  expect(rows).toEqual([]);
});

test('GET /v1/stats/histogram draws the events of the tenant, stacked by outcome', async () => {
  const answer = await server.get('/v1/stats/histogram?q=action:bot.*%20at:-24h&bucket=hour&zone=Europe/Berlin', token);
  expect(answer.status).toBe(200);
  expect(answer.body).toMatchObject({ bucket: 'hour', zone: 'Europe/Berlin', total: 3, estimate: false });
  const buckets = answer.body['buckets'] as { total: number; byOutcome: object }[];
  expect(buckets.length).toBeGreaterThanOrEqual(24);
  expect(buckets.filter(({ total }) => total > 0).map(({ byOutcome }) => byOutcome)).toEqual([{ success: 2, failure: 0, denied: 1 }]);
});

test('GET /v1/stats/facets counts values, also of what was recorded a moment ago', async () => {
  const ask = (): ReturnType<TestServer['get']> => server.get('/v1/stats/facets?fields=action,outcome,actor.id', token);
  const before = (await ask()).body;
  expect(before).toEqual({
    fields: {
      action: {
        values: [
          { value: 'bot.viewed', count: 2 },
          { value: 'auth.login', count: 1 },
          { value: 'bot.updated', count: 1 },
          { value: 'log.created', count: 1 },
        ],
        other: 0,
        estimate: false,
      },
      outcome: {
        values: [
          { value: 'success', count: 4 },
          { value: 'denied', count: 1 },
        ],
        other: 0,
        estimate: false,
      },
      'actor.id': {
        values: [
          { value: 'usr_1', count: 3 },
          { value: 'usr_2', count: 1 },
        ],
        other: 0,
        estimate: false,
      },
    },
    estimate: false,
  });
  await server.post([anEvent()], token);
  expect((await ask()).body).toMatchObject({ fields: { action: { values: [{ value: 'bot.viewed', count: 3 }, {}, {}, {}] } } });
});

test('GET /v1/complete offers values with counts, and what the language knows', async () => {
  const texts = async (q: string): Promise<unknown> =>
    ((await server.get(`/v1/complete?q=${encodeURIComponent(q)}`, token)).body['suggestions'] as { text: string; count?: number }[]).map(
      ({ text, count }) => [text, count],
    );
  expect(await texts('action:bot.')).toEqual([
    ['bot.viewed', 2],
    ['bot.updated', 1],
  ]);
  expect(await texts('outcome:')).toEqual([
    ['success', 4],
    ['denied', 1],
    ['failure', undefined],
  ]);
  expect(await texts('actor:usr_')).toEqual([
    ['usr_1', 4],
    ['usr_2', 1],
  ]);
  expect(await texts('cate')).toEqual([['category:', undefined]]);
  expect(await texts('action:secret')).toEqual([]);
  const inside = await server.get('/v1/complete?q=action:bot.v%20outcome:x&position=9', token);
  expect(inside.body).toMatchObject({ from: 7, to: 12, typed: 'bo' });
});

test('a rebuild changes nothing that is right, and puts right what is wrong', async () => {
  const successes = async (): Promise<unknown> => (await server.get('/v1/stats/facets?fields=outcome', token)).body['fields'];
  const right = await successes();
  await server.trail.admin.query(`update indelible.counter set every_event = ''::bytea`);
  expect(await successes()).not.toEqual(right);
  await expect(rebuild({ pool: server.trail.store.projector, tenant: 'nobody' })).resolves.toEqual({ logs: 0, events: 0 });
  const result = await rebuild({ pool: server.trail.store.projector, stepEvents: 2 });
  expect(result.events).toBeGreaterThanOrEqual(8);
  expect(await successes()).toEqual(right);
  const { rows } = await server.trail.admin.query(
    'select tenant_id from indelible.counter_cursor group by 1 having count(*) > 1 or not bool_and(active)',
  );
  expect(rows).toEqual([]);
});

test('what is wrong in a request is named', async () => {
  for (const [path, pointer] of [
    ['/v1/stats/histogram?bucket=year', 'bucket'],
    ['/v1/stats/histogram?to=never', 'to'],
    ['/v1/stats/histogram?zone=Mars/Base', 'zone'],
    ['/v1/stats/facets', 'fields'],
    ['/v1/stats/facets?fields=reason', 'fields'],
    ['/v1/stats/facets?fields=toString', 'fields'],
    ['/v1/complete?position=-1', 'position'],
    ['/v1/complete?limit=1', 'limit'],
  ] as const) {
    const answer = await server.get(path, token);
    expect({ path, status: answer.status, pointer: answer.body['pointer'] }).toEqual({ path, status: 422, pointer });
  }
  expect((await server.get('/v1/stats/facets?fields=action&q=colour:red', token)).body).toMatchObject({ code: 'query_invalid' });
  expect((await server.get('/v1/stats/histogram', 'ink_wrong')).status).toBe(401);
  const ingest = await server.key('org_acme', 'ingest');
  expect((await server.get('/v1/stats/histogram', ingest.token)).status).toBe(403);
});
