// Who sees a part of a tenant sees nothing else, by whichever route: viewer tokens and people with the role viewer.

import { SignJWT, UnsecuredJWT } from 'jose';
import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../capture/capture.test.fixture.ts';
import { KEY_CACHE_MS } from '../limits.ts';
import { readClient } from '../stream/streams.test.fixture.ts';
import type { Operation } from './openapi/operation.ts';
import { OPERATIONS } from './openapi/operations.ts';
import { ADMIN_KEY, anEvent, type Answer, openTestServer, receiptsOf, type TestServer } from './server.test.fixture.ts';

let server: TestServer;
let seenEvent: string;
let hiddenEvent: string;
let hiddenOfSeen: string;
/** Reads what is about bot_seen; what usr_seen did. */
let ofResource: string;
let ofActor: string;
let person: string;
const ACME = { 'indelible-tenant': 'org_acme' };

beforeAll(async () => {
  server = await openTestServer();
  const receipts = receiptsOf(
    await server.post(
      [
        bot('bot_seen', 'usr_seen', { before: { model: 'small' }, after: { model: 'medium' } }),
        bot('bot_hiddenone', 'usr_hiddenone', { before: { plan: 'hiddenvalue-a' }, after: { plan: 'hiddenvalue-b' } }),
        // Of the resource by another actor, and by the actor on another resource: each of the two tokens sees one of them.
        bot('bot_seen', 'usr_other', { before: { model: 'medium' }, after: { model: 'large' } }),
        bot('bot_third', 'usr_seen', { before: { name: 'third-a' }, after: { name: 'third-b' } }),
        anEvent({
          action: 'hiddenthing.exploded',
          actor: { id: 'usr_hiddenone', name: 'Hiddenname' },
          related: [{ type: 'bot', id: 'bot_seen' }],
        }),
      ],
      ADMIN_KEY,
      ACME,
    ),
  );
  [seenEvent = '', hiddenEvent = '', hiddenOfSeen = ''] = [0, 1, 4].map((index) => receipts[index]?.id ?? '');
  await server.trail.seal();
  ofResource = await token({ resource: { type: 'bot', id: 'bot_seen' } });
  ofActor = await token({ actor: 'usr_seen' });
  await server.post({ person: 'usr_customer', role: 'viewer', scope: 'resource:bot/bot_seen' }, ADMIN_KEY, ACME, '/v1/roles');
  person = 'Person usr_customer';
});
afterAll(async () => {
  await server?.close();
});

function bot(id: string, actor: string, change: object): object {
  return anEvent({
    action: 'bot.updated',
    resource: { type: 'bot', id, name: `Name of ${id}` },
    actor: { id: actor, name: `Name of ${actor}` },
    change,
  });
}

async function token(wanted: object, tenant = 'org_acme'): Promise<string> {
  const answer = await server.post(wanted, ADMIN_KEY, { 'indelible-tenant': tenant }, '/v1/viewer-tokens');
  expect({ status: answer.status, ...answer.body }).toMatchObject({ status: 201, token: expect.stringMatching(/^ivt_/) });
  return `Bearer ${String(answer.body['token'])}`;
}

const get = (path: string, authorization: string): Promise<Answer> => server.request(path, { headers: { authorization } });

/** Every way to ask an operation: with and without each of its parameters, for what is seen and what is not. */
function addressesOf({ id, path, inQuery = {} }: Operation): string[] {
  const values: Readonly<Record<string, readonly string[]>> = {
    q: ['', 'actor:usr_hiddenone', 'hiddenvalue', 'action:', 'outcome:success OR resource:bot/bot_hiddenone', '-actor:nobody'],
    fields: ['action,outcome,actor.id,resource,actor.type'],
    from: id === 'getConsistency' ? ['1'] : ['-7d', '2000'],
    to: id === 'getConsistency' ? ['2'] : ['-0s'],
    at: ['-0s'],
    event: [seenEvent, hiddenEvent],
    related: ['true', 'false'],
    explain: ['true'],
    order: ['asc'],
    bucket: ['hour'],
    limit: ['1'],
  };
  const queries = Object.keys(inQuery).flatMap((name) => (values[name] ?? []).map((value): [string, string] => [name, value]));
  const required = Object.entries(inQuery).filter(([, schema]) => !schema.safeParse(undefined).success);
  const always = required.map(([name]): [string, string] => [name, values[name]?.[0] ?? '']);
  const ids =
    id === 'getActor'
      ? ['usr_seen', 'usr_hiddenone', 'usr_other']
      : path.startsWith('/v1/events')
        ? [seenEvent, hiddenEvent, hiddenOfSeen]
        : ['bot_seen', 'bot_hiddenone', 'bot_third'];
  return ids.flatMap((one) => {
    const address = path.replace(/\{(\w+)\}/g, (_, name: string) => ({ id: encodeURIComponent(one), type: 'bot' })[name] ?? '');
    return [always, ...queries.map((query) => [...always.filter(([name]) => name !== query[0]), query])].map(
      (query) => `${address}?${new URLSearchParams(query).toString()}`,
    );
  });
}

const reading = OPERATIONS.filter(
  ({ id, method, permission, path }) => method === 'get' && permission !== undefined && !path.includes('{logId}') && id !== 'streamEvents',
);

test.each(reading.map((operation) => [operation.id, operation] as const))('%s tells nothing of what is not seen', async (id, operation) => {
  for (const address of new Set(addressesOf(operation))) {
    for (const authorization of [ofResource, person]) {
      const { status, text } = await get(address, authorization);
      expect({ address, isFault: status >= 500 }).toEqual({ address, isFault: false });
      // What was asked for may come back, and is not told by it.
      const told = status < 400 && id !== 'completeQuery' ? text : text.replace(/usr_hiddenone|bot_hiddenone|hiddenvalue(?!-)/g, '');
      const plain = address.includes('explain=true') ? '' : told;
      expect({ address, told: /hiddenvalue|hiddenname|hiddenthing|Name of usr_hidden|third-/i.exec(plain)?.[0] }).toEqual({
        address,
        told: undefined,
      });
      if (status < 400) expect(plain).not.toContain(hiddenEvent);
    }
  }
});

test('what is seen is seen whole, by every route', async () => {
  const listed = await get('/v1/events?order=asc', ofResource);
  expect(listed.body['events']).toMatchObject([{ id: seenEvent }, { actor: { id: 'usr_other' } }]);
  expect((await get('/v1/events?order=asc', ofActor)).body['events']).toMatchObject([{ id: seenEvent }, { resource: { id: 'bot_third' } }]);
  const first = await get('/v1/events?limit=1&order=asc', ofResource);
  const rest = await get(`/v1/events?order=asc&cursor=${encodeURIComponent(String(first.body['next']))}`, ofResource);
  expect(rest.body['events']).toMatchObject([{ actor: { id: 'usr_other' } }]);
  // A cursor of one scope is none of another.
  expect((await get(`/v1/events?order=asc&cursor=${encodeURIComponent(String(first.body['next']))}`, ofActor)).body).toMatchObject({
    code: 'cursor_invalid',
  });
  expect((await get('/v1/events?q=medium', ofResource)).body['events']).toHaveLength(2);
  expect((await get('/v1/stats/histogram', ofResource)).body).toMatchObject({ total: 2 });
  expect((await get('/v1/stats/histogram?q=outcome:success', ofActor)).body).toMatchObject({ total: 2 });
  expect((await get('/v1/stats/facets?fields=actor.id', ofResource)).body).toMatchObject({
    fields: {
      'actor.id': {
        values: expect.arrayContaining([
          { value: 'usr_seen', count: 1 },
          { value: 'usr_other', count: 1 },
        ]),
        other: 0,
      },
    },
  });
  const completed = (await get('/v1/complete?q=actor:', ofResource)).body['suggestions'] as { text: string }[];
  expect(completed.map(({ text }) => text)).toEqual(expect.arrayContaining(['usr_seen', 'usr_other']));
  expect((await get(`/v1/events/${seenEvent}`, ofResource)).body).toMatchObject({ id: seenEvent });
  expect((await get(`/v1/events/${seenEvent}/proof`, ofResource)).status).toBe(200);
});

test('a resource, its state and an actor are told from what is seen of them', async () => {
  const whole = await get('/v1/resources/bot/bot_seen', ofResource);
  expect(whole.body).toMatchObject({ versions: [{ version: 2 }, { version: 1 }], state: { values: { model: 'large' }, doubts: [] } });
  expect((await get('/v1/resources/bot/bot_seen?related=true', ofResource)).body['events']).toHaveLength(2);
  // Another actor changed it later: of that nothing is known.
  const part = await get('/v1/resources/bot/bot_seen', ofActor);
  expect(part.body).toMatchObject({ versions: [{ version: 1 }], state: { values: { model: 'medium' } } });
  expect((await get('/v1/resources/bot/bot_seen/compare?from=-7d', ofResource)).body).toMatchObject({ to: { standing: 'present' } });
  expect((await get(`/v1/resources/bot/bot_seen/reverse?event=${seenEvent}`, ofResource)).body).toMatchObject({ kind: 'patch' });
  const actor = await get('/v1/actors/usr_seen', ofResource);
  expect(actor.body).toMatchObject({ events: { count: 1 }, resources: [{ id: 'bot_seen' }], distinct: { resources: 1 } });
  expect((await get('/v1/actors/usr_seen', ofActor)).body).toMatchObject({ events: { count: 2 } });
});

test('a stream tells of what is seen alone', async () => {
  const response = await server.app.request('/v1/events/stream?after=-1', { headers: { authorization: ofResource } });
  const client = readClient(response.body as ReadableStream<Uint8Array>);
  await until(() => client.events.length === 2, 10);
  await server.post(
    [bot('bot_hiddenone', 'usr_hiddenone', { after: { plan: 'x' } }), bot('bot_seen', 'usr_last', { after: { model: 'huge' } })],
    ADMIN_KEY,
    ACME,
  );
  await until(() => client.events.length === 3, 10);
  expect(client.events.map(({ actor }) => actor.id)).toEqual(['usr_seen', 'usr_other', 'usr_last']);
  await client.leave();
});

test.each([
  ['free text', { scope: 'hidden' }],
  ['free text in a group', { scope: '(resource:bot/x OR hidden)' }],
  ['a time', { scope: 'at:-24h' }],
  ['a glob on a value', { scope: 'meta.plan:pro*' }],
  ['no query', { scope: 'actor:(' }],
  ['too long a text', { scope: 'x'.repeat(3_000) }],
  ['a type that is none', { resource: { type: 'Bot', id: 'x' } }],
  ['too long a life', { expiresInSeconds: 90_000 }],
  ['an unknown key', { tenant: 'org_other' }],
])('%s makes no token', async (_, wanted) => {
  const answer = await server.post(wanted, ADMIN_KEY, ACME, '/v1/viewer-tokens');
  expect(answer.body).toMatchObject({ status: 422 });
});

test('how a page was found is not told to who sees a part: the way tells what stands in hidden events', async () => {
  for (const who of [ofResource, ofActor, person])
    expect((await get('/v1/events?explain=true&q=hiddenvalue', who)).body).toMatchObject({ status: 403, code: 'forbidden' });
  expect((await get('/v1/events?explain=false', ofResource)).status).toBe(200);
  expect((await get('/v1/events?explain=true', await token({}))).body).toHaveProperty('plan');
});

test('a scope holds whatever its words are', async () => {
  const tenant = `org_${randomUUID().slice(0, 8)}`;
  const id = 'a b"c\\d (e) OR *f';
  await server.post([bot(id, 'usr_1', { after: { x: 1 } }), bot('other', 'usr_1', { after: { x: 2 } })], ADMIN_KEY, {
    'indelible-tenant': tenant,
  });
  const answer = await get('/v1/events', await token({ resource: { type: 'bot', id }, scope: 'action:bot.*' }, tenant));
  expect(answer.body['events']).toMatchObject([{ resource: { id } }]);
});

test('a token is refused when it was altered, signed elsewhere, or is over', async () => {
  const [head = '', body = '', signature = ''] = ofResource.slice('Bearer ivt_'.length).split('.');
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>;
  const altered = Buffer.from(JSON.stringify({ ...claims, scope: '' })).toString('base64url');
  const elsewhere = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(randomBytes(32));
  for (const forged of [`${head}.${altered}.${signature}`, elsewhere, new UnsecuredJWT(claims).encode(), `${head}.${body}.`, 'x', '..'])
    expect((await get('/v1/events', `Bearer ivt_${forged}`)).body).toMatchObject({ status: 401, code: 'unauthorized' });
  const short = await token({ expiresInSeconds: 2 });
  const stream = await server.app.request('/v1/events/stream', { headers: { authorization: short } });
  const ended = stream.text();
  expect((await get('/v1/events', short)).status).toBe(200);
  await until(async () => (await get('/v1/events', short)).status === 401, 10);
  expect((await get('/v1/events', short)).body).toMatchObject({ detail: 'this viewer token has expired' });
  expect(await ended).toContain('key_revoked');
});

test('a token that is revoked, or whose key is, stops within five seconds, streams included', async () => {
  const tenant = `org_${randomUUID().slice(0, 8)}`;
  const headers = { 'indelible-tenant': tenant };
  await server.post(anEvent(), ADMIN_KEY, headers);
  const backend = await server.key(tenant, 'embed');
  const make = async (): Promise<{ id: string; token: string }> =>
    (await server.post({ viewer: { id: 'cust_1', name: 'Ada' } }, backend.token, {}, '/v1/viewer-tokens')).body as {
      id: string;
      token: string;
    };
  for (const end of [
    async ({ id }: { id: string }) => server.post({}, backend.token, {}, `/v1/viewer-tokens/${id}/revoke`),
    async () => server.post({}, ADMIN_KEY, headers, `/v1/keys/${backend.id}/revoke`),
  ]) {
    const made = await make();
    const authorization = `Bearer ${made.token}`;
    expect((await get('/v1/events', authorization)).status).toBe(200);
    const ended = (await server.app.request('/v1/events/stream', { headers: { authorization } })).text();
    const at = performance.now();
    expect((await end(made)).status).toBe(200);
    await until(async () => (await get('/v1/events', authorization)).status === 401, 10);
    expect(await ended).toContain('key_revoked');
    expect(performance.now() - at).toBeLessThan(5_000 + KEY_CACHE_MS);
    expect((await server.post({}, ADMIN_KEY, headers, `/v1/viewer-tokens/${made.id}/revoke`)).status).toBe(end.length === 0 ? 200 : 404);
  }
  const { events } = (await server.get('/v1/events?q=action:viewer_token.*&order=asc', ADMIN_KEY, headers)).body as { events: object[] };
  expect(events).toMatchObject([
    {
      action: 'viewer_token.created',
      category: 'authentication',
      actor: { id: backend.id },
      metadata: { scope: 'everything', viewer: { id: 'cust_1' } },
    },
    { action: 'viewer_token.revoked', actor: { id: backend.id } },
    { action: 'viewer_token.created' },
    { action: 'viewer_token.revoked', actor: { id: 'key_environment' } },
  ]);
});

test('what a viewer reads is on record under the name that the platform gave them', async () => {
  const tenant = `org_${randomUUID().slice(0, 8)}`;
  await server.post(anEvent(), ADMIN_KEY, { 'indelible-tenant': tenant });
  await get('/v1/events', await token({ viewer: { id: 'cust_7', name: 'Grace' } }, tenant));
  await server.accessTrail.flush(Number.POSITIVE_INFINITY);
  const { events } = (await server.get('/v1/events?q=actor:cust_7', ADMIN_KEY, { 'indelible-tenant': tenant })).body as {
    events: object[];
  };
  expect(events).toMatchObject([
    {
      action: 'audit.searched',
      actor: { type: 'user', id: 'cust_7', name: 'Grace', attribution: 'asserted' },
      context: { sessionId: expect.stringMatching(/^vt_/) },
    },
  ]);
});

test('nobody makes a token of a tenant that is not theirs, or of the operator', async () => {
  const backend = await server.key('org_acme', 'embed');
  expect((await server.post({}, backend.token, { 'indelible-tenant': 'org_other' }, '/v1/viewer-tokens')).status).toBe(403);
  expect((await server.post({}, ADMIN_KEY, { 'indelible-tenant': '_operator' }, '/v1/viewer-tokens')).body).toMatchObject({
    status: 422,
    code: 'tenant_invalid',
  });
  for (const authorization of [ofResource, person])
    expect(
      (
        await server.request('/v1/viewer-tokens', {
          method: 'POST',
          headers: { authorization, 'content-type': 'application/json' },
          body: '{}',
        })
      ).status,
    ).toBe(403);
});
