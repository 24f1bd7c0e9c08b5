// The trail of the trail: reading, streaming and being refused, as the tenant's own log tells of it afterwards.

import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ruleOf } from '../access/permissions.ts';
import { until } from '../capture/capture.test.fixture.ts';
import { readConfig } from '../config.ts';
import { KEY_CACHE_MS } from '../limits.ts';
import { makeLogger } from '../logger.ts';
import { startServer } from '../main.ts';
import { revokeKey } from '../store/api-keys.ts';
import { readClient } from '../stream/streams.test.fixture.ts';
import { OPERATIONS } from './openapi/operations.ts';
import { ADMIN_KEY, anEvent, openTestServer, receiptsOf, type TestServer } from './server.test.fixture.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(async () => {
  await server?.close();
});

interface Told {
  readonly action: string;
  readonly actor: { readonly id?: string; readonly type: string };
  readonly metadata?: { readonly count?: number; readonly asked?: readonly object[]; readonly tenant?: string };
}

/** A tenant with an event, and a key of it. */
async function tenantWithKey(): Promise<{ tenant: string; id: string; token: string; event: string }> {
  const tenant = `org_${randomUUID().slice(0, 8)}`;
  const headers = { 'indelible-tenant': tenant };
  const [receipt] = receiptsOf(await server.post(anEvent({ resource: { type: 'bot', id: 'bot_42' } }), ADMIN_KEY, headers));
  return { tenant, event: receipt?.id ?? '', ...(await server.key(tenant, 'read')) };
}

/** What a log tells of its readers, read past the API: asking would be reading. */
async function told(tenant: string, since = ''): Promise<Told[]> {
  await server.accessTrail.flush(Number.POSITIVE_INFINITY);
  const { tenantId } = await server.trail.log(tenant);
  const { rows } = await server.trail.admin.query<{ disclosures: string }>(
    `select disclosures from indelible.event where tenant_id = $1 and source_kind = 4 and action ~ '^(audit|permission|auth)[.]' order by seq`,
    [tenantId],
  );
  const events = rows.map(({ disclosures }) => {
    const sections = Object.fromEntries(
      disclosures.split('\n').map((line) => [line.slice(0, line.indexOf(' ')), JSON.parse(line.slice(line.indexOf(' ') + 1)) as object]),
    );
    return {
      ...sections['core'],
      actor: sections['actor'],
      metadata: metadataOf(sections['metadata']),
      context: sections['context'],
    } as unknown as Told;
  });
  return events.filter((event) => JSON.stringify(event).includes(since));
}

/** The section holds tags beside it. */
function metadataOf(section: object | undefined): object | undefined {
  return section !== undefined && 'metadata' in section ? (section.metadata as object) : section;
}

test('searches, views and proofs are one event each for an actor', async () => {
  const { tenant, id, token, event } = await tenantWithKey();
  await server.trail.seal();
  for (const q of ['action:bot.viewed', 'action:bot.viewed', 'outcome:success']) await server.get(`/v1/events?q=${q}`, token);
  await server.get('/v1/stats/facets?fields=action', token);
  await server.get(`/v1/events/${event}`, token);
  await server.get('/v1/resources/bot/bot_42/state', token);
  await server.get(`/v1/events/${event}/proof`, token);
  const { logId } = await server.trail.log(tenant);
  await server.get(`/log/${logId}/checkpoint`, token);
  // What is open to everybody has no reader.
  await server.get('/healthz', token);
  const events = await told(tenant);
  expect(events.map(({ action, metadata }) => `${action} ${metadata?.count}`).toSorted()).toEqual([
    'audit.proof.viewed 2',
    'audit.searched 4',
    'audit.viewed 2',
  ]);
  expect(events[0]).toMatchObject({ category: 'access', operation: 'read', actor: { type: 'api_key', id, attribution: 'verified' } });
  expect(events.find(({ action }) => action === 'audit.searched')?.metadata?.asked).toEqual([
    { operation: 'listEvents', question: 'action:bot.viewed', times: 2 },
    { operation: 'listEvents', question: 'outcome:success', times: 1 },
    { operation: 'getFacets', parameters: 'fields=action', times: 1 },
  ]);
});

test('a key for all tenants leaves its trace in the log that it read, and makes none', async () => {
  const { tenant } = await tenantWithKey();
  await server.get('/v1/events', ADMIN_KEY, { 'indelible-tenant': tenant });
  expect(await told(tenant)).toMatchObject([{ action: 'audit.searched', actor: { id: 'key_environment' }, metadata: { count: 1 } }]);
  const absent = `org_${randomUUID().slice(0, 8)}`;
  await server.get('/v1/events', ADMIN_KEY, { 'indelible-tenant': absent });
  expect(await told('_operator', absent)).toMatchObject([{ action: 'audit.searched', metadata: { tenant: absent } }]);
  await expect(server.trail.log(absent)).rejects.toThrow('has no log');
});

test('a stream is told of once, and what it tells of its own reader makes no more of it', async () => {
  const { tenant, token } = await tenantWithKey();
  const response = await server.app.request('/v1/events/stream?q=action:audit.*', { headers: { authorization: `Bearer ${token}` } });
  const client = readClient(response.body as ReadableStream<Uint8Array>);
  expect(await told(tenant)).toMatchObject([
    { metadata: { asked: [{ operation: 'streamEvents', question: 'action:audit.*', times: 1 }] } },
  ]);
  await until(() => client.events.length === 1, 10);
  for (let round = 0; round < 3; round++) expect(await told(tenant)).toHaveLength(1);
  await client.leave();
});

test('who is refused is on record in their own log, and in that of nobody else', async () => {
  const { tenant, id, token } = await tenantWithKey();
  const other = await tenantWithKey();
  expect((await server.post(anEvent(), token)).status).toBe(403);
  expect((await server.post(anEvent(), token)).status).toBe(403);
  expect((await server.get('/v1/events', token, { 'indelible-tenant': other.tenant })).status).toBe(403);
  const events = await told(tenant);
  expect(events).toMatchObject([
    {
      action: 'permission.denied',
      category: 'authorization',
      outcome: 'denied',
      actor: { id, attribution: 'verified' },
      metadata: { count: 3 },
    },
  ]);
  expect(await told(other.tenant)).toEqual([]);
});

test('keys that are not good any more leave their trace in the log of their tenant', async () => {
  const { tenant, id, token } = await tenantWithKey();
  await revokeKey(server.trail.store.owner, id);
  expect((await server.get('/v1/events', token)).status).toBe(401);
  expect(await told(tenant)).toMatchObject([{ action: 'auth.denied', category: 'authentication', outcome: 'denied', actor: { id } }]);
  expect(KEY_CACHE_MS).toBeLessThanOrEqual(1_000);
});

test('whoever tries ids is on record, whether they are of another tenant or of nobody', async () => {
  const { tenant, id, token } = await tenantWithKey();
  const other = await tenantWithKey();
  const admin = await server.key(tenant, 'admin');
  for (const path of [`/v1/events/${other.event}`, `/v1/events/${randomUUID()}`, '/v1/resources/bot/bot_guess', '/v1/nothing'])
    expect((await server.get(path, token)).status).toBe(404);
  expect((await server.post({}, admin.token, {}, `/v1/keys/${other.id}/revoke`)).status).toBe(404);
  const events = await told(tenant);
  expect(events).toMatchObject([
    { action: 'audit.viewed', outcome: 'failure', actor: { id }, metadata: { count: 3 } },
    { action: 'permission.denied', outcome: 'failure', actor: { id: admin.id }, metadata: { asked: [{ operation: 'revokeKey' }] } },
  ]);
  expect(events[0]?.metadata?.asked).toContainEqual({ operation: 'getEvent', question: `/v1/events/${other.event}`, times: 1 });
  expect(await told(other.tenant)).toEqual([]);
});

test('a viewer token that is over is on record with its tenant, also where nobody has seen it before', async () => {
  const { tenant } = await tenantWithKey();
  const claims = { tenant, scope: '', untilMs: Date.now() - 60_000, restsOn: [], viewer: { id: 'cust_7' } };
  const { token } = await server.services.viewerTokens.make(claims);
  expect((await server.get('/v1/events', token)).body).toMatchObject({ status: 401, detail: 'this viewer token has expired' });
  expect(await told(tenant)).toMatchObject([{ action: 'auth.denied', actor: { id: 'cust_7' }, metadata: { count: 1 } }]);
});

test('strangers write nothing into a log that nobody can erase', async () => {
  const secret = randomUUID();
  for (const path of [`/v1/events?q=${secret}&limit=${secret}`, `/v1/events/${secret}`, `/v1/resources/${secret}/x`])
    expect((await server.request(path, { headers: { 'indelible-tenant': secret } }, '2001:db8:7::1')).status).toBe(401);
  expect((await server.request('/v1/events', {}, '2001:db8:7::2')).status).toBe(401);
  const events = await told('_operator', '2001:db8:7:');
  expect(JSON.stringify(events)).not.toContain(secret);
  // All of one network of IPv6 are one.
  expect(events).toMatchObject([{ action: 'auth.denied', metadata: { count: 4, addresses: ['2001:db8:7::1', '2001:db8:7::2'] } }]);
});

test('whom nobody knows is on record with the operator, by address', async () => {
  const from = '198.51.100.23';
  for (const headers of [undefined, { authorization: 'Bearer ink_nobodys' }, { authorization: 'Basic eDp5' }])
    expect((await server.request('/v1/events', headers === undefined ? {} : { headers }, from)).status).toBe(401);
  const events = await told('_operator', from);
  expect(events).toMatchObject([
    { action: 'auth.denied', actor: { type: 'anonymous', attribution: 'none' }, context: { ip: from }, metadata: { count: 3 } },
  ]);
});

test('no reading goes without a trace', () => {
  // What somebody keeps for themselves, such as saved queries, is nothing that the trail holds.
  const silent = OPERATIONS.filter(
    ({ method, permission }) =>
      method === 'get' && permission !== undefined && ruleOf(permission).records === undefined && ruleOf(permission).ofPeople !== true,
  );
  expect(silent).toEqual([]);
});

test('readers do not wait for their trace', async () => {
  const { tenant, token } = await tenantWithKey();
  await server.get('/v1/events', token);
  const blocker = await server.trail.store.owner.connect();
  try {
    await blocker.query('begin');
    await blocker.query('select from indelible.log where tenant = $1 for update', [tenant]);
    const flushing = server.accessTrail.flush(Number.POSITIVE_INFINITY);
    // Nobody can write to the log, and reading goes on.
    expect((await server.get('/v1/events', token)).status).toBe(200);
    expect(server.accessTrail.size).toBe(2);
    await blocker.query('rollback');
    await flushing;
  } finally {
    blocker.release();
  }
  expect(await told(tenant)).toMatchObject([{ metadata: { count: 1 } }, { metadata: { count: 1 } }]);
});

test('what was noted is written before a server stops', async () => {
  const { tenant, token, id } = await tenantWithKey();
  const directory = await mkdtemp(join(tmpdir(), 'indelible-access-'));
  try {
    const running = await startServer(
      readConfig({
        INDELIBLE_PORT: '0',
        INDELIBLE_DATA_DIR: directory,
        INDELIBLE_DATABASE_URL: server.trail.url,
        INDELIBLE_SIGNER_DIR: server.trail.signerDirectory,
        INDELIBLE_LOG_LEVEL: 'silent',
      }),
      makeLogger('silent'),
    );
    for (let time = 0; time < 3; time++) {
      const answer = await fetch(`${running.url}/v1/events`, { headers: { authorization: `Bearer ${token}` } });
      expect(answer.status).toBe(200);
      await answer.text();
    }
    await running.stop();
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  expect(await told(tenant)).toMatchObject([
    { action: 'audit.searched', actor: { id }, metadata: { count: 3 }, context: { ip: '127.0.0.1' } },
  ]);
  const headers = { 'indelible-tenant': tenant };
  expect((await server.get('/v1/events?q=action:api_key.used', ADMIN_KEY, headers)).body).toMatchObject({ events: [{ actor: { id } }] });
});
