// What happened around an event: against the lists that hold the same events, and for those who see a part.

import type { AuditEvent } from '@indelible/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EventContext, Neighbours } from '../query/context.ts';
import { CONTEXT_EVENTS } from '../limits.ts';
import { ADMIN_KEY, openTestServer, receiptsOf, type TestServer } from './server.test.fixture.ts';

let server: TestServer;
let token = '';
let ids: string[] = [];
const MINUTE_MS = 60_000;
const BASE_MS = Date.now() - 400 * 86_400_000;

/** Thirty events of three actors on two resources in requests of seven; some occur in the very same millisecond. */
const EVENTS = Array.from({ length: 30 }, (_, index) => ({
  action: 'bot.updated',
  actor: { type: 'user', id: `usr_${index % 3}`, name: 'Ann' },
  resource: { type: 'bot', id: `bot ${index % 2}` },
  context: { requestId: `req_${Math.floor(index / 7)}` },
  occurredAt: new Date(BASE_MS + Math.floor(index / 4) * MINUTE_MS).toISOString(),
}));

beforeAll(async () => {
  server = await openTestServer();
  token = (await server.key('org_acme', 'ingest', 'read')).token;
  // In another order than they occurred in, and in two requests.
  const order = EVENTS.map((_, index) => (index * 11) % EVENTS.length);
  const receipts = [
    ...receiptsOf(
      await server.post(
        order.slice(0, 15).map((index) => EVENTS[index]),
        token,
      ),
    ),
    ...receiptsOf(
      await server.post(
        order.slice(15).map((index) => EVENTS[index]),
        token,
      ),
    ),
  ];
  ids = EVENTS.map((_, index) => receipts[order.indexOf(index)]?.id ?? '');
});
afterAll(async () => {
  await server?.close();
});

const contextOf = async (id: string, key = token): Promise<EventContext> => {
  const answer = await server.get(`/v1/events/${id}/context`, key);
  expect(answer.status, answer.text).toBe(200);
  return answer.body as unknown as EventContext;
};

async function listed(q: string): Promise<string[]> {
  const { body } = await server.get(`/v1/events?limit=1000&q=${encodeURIComponent(q)}`, token);
  return (body['events'] as AuditEvent[]).map(({ id }) => id);
}

const idsOf = (events: readonly { readonly id: string }[]): string[] => events.map(({ id }) => id);

test('each kind of neighbours is the list of its query around the event', async () => {
  for (const place of [0, 5, 14, 15, 29]) {
    const id = ids[place] ?? '';
    const context = await contextOf(id);
    expect(context.event.id).toBe(id);
    const { actor, resource, request } = context;
    expect([actor?.q, resource?.q]).toEqual([`actor.id:usr_${place % 3}`, `resource:bot/"bot ${place % 2}"`]);
    expect(request?.q).toMatch(new RegExp(`^request:req_${Math.floor(place / 7)} at:20`));
    for (const around of [actor, resource, request] as Neighbours[]) {
      const all = await listed(around.q);
      const at = all.indexOf(id);
      expect(at).toBeGreaterThanOrEqual(0);
      expect(idsOf(around.after)).toEqual(all.slice(Math.max(0, at - CONTEXT_EVENTS), at));
      expect(idsOf(around.before)).toEqual(all.slice(at + 1, at + 1 + CONTEXT_EVENTS));
      expect(around.more).toEqual({ after: at > CONTEXT_EVENTS, before: all.length - at - 1 > CONTEXT_EVENTS });
      expect(around).not.toHaveProperty('partial');
    }
  }
});

test('an actor without an id is known by name; what an event does not name has no neighbours', async () => {
  const events = [
    { action: 'auth.login', actor: { type: 'anonymous', name: 'Bea' } },
    { action: 'auth.login', actor: { type: 'anonymous', name: 'Bea' } },
    { action: 'auth.login', actor: { type: 'anonymous' }, resource: { type: 'bot' } },
  ];
  const [first = '', second = '', nobody = ''] = receiptsOf(await server.post(events, token)).map(({ id }) => id);
  const context = await contextOf(second);
  expect(context.actor).toMatchObject({ q: 'actor:Bea', before: [{ id: first }], after: [] });
  expect(Object.keys(context)).toEqual(['event', 'actor']);
  expect(Object.keys(await contextOf(nobody))).toEqual(['event']);
});

test('a request goes on for an hour at most', async () => {
  const at = (minutes: number): object => ({
    action: 'bot.viewed',
    actor: { type: 'system' },
    context: { requestId: 'req_long' },
    occurredAt: new Date(BASE_MS + minutes * MINUTE_MS).toISOString(),
  });
  const found = receiptsOf(await server.post([at(1_000), at(1_060), at(1_061), at(940)], token)).map(({ id }) => id);
  const { request } = await contextOf(found[0] ?? '');
  expect(request).toMatchObject({ after: [{ id: found[1] }], before: [{ id: found[3] }], more: { after: false, before: false } });
});

test('another tenant has no such event, and who sees a part sees the neighbours of that part', async () => {
  const other = await server.key('org_other', 'ingest', 'read');
  await server.post([{ action: 'bot.viewed', actor: { id: 'usr_0' } }], other.token);
  expect((await server.get(`/v1/events/${ids[0]}/context`, other.token)).status).toBe(404);
  expect((await server.get('/v1/events/no-id/context', token)).body).toMatchObject({ status: 404, code: 'not_found' });
  const made = await server.post(
    { resource: { type: 'bot', id: 'bot 0' } },
    ADMIN_KEY,
    { 'indelible-tenant': 'org_acme' },
    '/v1/viewer-tokens',
  );
  const viewer = String(made.body['token']);
  const { actor, resource, request } = await contextOf(ids[14] ?? '', viewer);
  for (const around of [actor, resource, request])
    for (const event of [...(around?.after ?? []), ...(around?.before ?? [])]) expect(event.resource?.id).toBe('bot 0');
  expect(actor?.before.length).toBeGreaterThan(0);
  expect((await server.get(`/v1/events/${ids[15]}/context`, viewer)).status).toBe(404);
});
