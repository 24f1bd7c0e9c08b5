// Numbers at the ends of time, and completion by the names of people: as a client asks for them.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { anEvent, openTestServer, type TestServer } from './server.test.fixture.ts';

let server: TestServer;
let token = '';

interface Bars {
  readonly from: string;
  readonly to: string;
  readonly total: number;
  readonly buckets: readonly { readonly from: string; readonly to: string; readonly total: number }[];
}

beforeAll(async () => {
  server = await openTestServer();
  token = (await server.key('org_acme', 'ingest', 'read')).token;
  const old = new Date(Date.now() - 90 * 86_400_000).toISOString();
  await server.post(
    [
      anEvent({ actor: { id: 'agt_1', name: 'Aikido Bot' }, occurredAt: old }),
      anEvent({ actor: { id: 'agt_1', name: 'Aikido Bot' } }),
      anEvent({ actor: { id: 'usr_2', email: 'aiko@acme.test' } }),
    ],
    token,
  );
});
afterAll(async () => {
  await server?.close();
});

const bars = async (query: string): Promise<Bars> => {
  const answer = await server.get(`/v1/stats/histogram?${query}`, token);
  expect(answer.status, answer.text).toBe(200);
  return answer.body as unknown as Bars;
};

test.each([
  'from=0001',
  'to=9999',
  'from=0001&to=9999',
  `q=${encodeURIComponent('at:>=1900')}`,
  'from=0001&q=actor.id:*',
  'to=9999&q=actor.id:*',
])('histogram?%s counts every event', async (query) => {
  const { total, from, to, buckets } = await bars(query);
  // Besides, the trail notes that the key was made.
  const { body } = await server.get('/v1/events', token);
  expect(total).toBe(query.includes('actor.id') ? 3 : (body['events'] as unknown[]).length);
  expect(total).toBeGreaterThanOrEqual(3);
  expect(Date.parse(from)).toBeGreaterThan(Date.now() - 120 * 86_400_000);
  expect(Date.parse(to)).toBeLessThan(Date.now() + 86_400_000);
  expect(buckets.length).toBeGreaterThan(10);
});

test.each([`q=${encodeURIComponent('at:9999')}`, 'from=9999-12-31', 'from=9999-12-31T23:30Z', 'from=9999&zone=Pacific/Honolulu'])(
  'histogram?%s has no event, and times that have four digits',
  async (query) => {
    const found = await bars(query);
    expect(found.total).toBe(0);
    for (const time of [found.from, found.to, ...found.buckets.flatMap(({ from, to }) => [from, to])]) expect(time).toMatch(/^\d{4}-/);
  },
);

test('bars that are too short for the time with events are refused with what to take', async () => {
  const answer = await server.get('/v1/stats/histogram?from=0001&bucket=hour', token);
  expect(answer.body).toMatchObject({ status: 422, pointer: 'bucket', detail: expect.stringContaining('take larger ones') });
});

test('actors are offered by their names and addresses beside their ids, in quotes where they need them', async () => {
  const offered = async (q: string): Promise<unknown> => (await server.get(`/v1/complete?q=${encodeURIComponent(q)}`, token)).body;
  expect(await offered('actor:"Aik')).toEqual({
    from: 6,
    to: 10,
    kind: 'value',
    field: 'actor',
    typed: 'Aik',
    suggestions: [
      { text: '"Aikido Bot"', help: 'agt_1', count: 2 },
      { text: 'aiko@acme.test', help: 'usr_2', count: 1 },
    ],
  });
  expect(await offered('actor:agt')).toMatchObject({ suggestions: [{ text: 'agt_1', help: 'Aikido Bot', count: 2 }] });
  expect(await offered('actor.id:ai')).toMatchObject({ suggestions: [] });
});
