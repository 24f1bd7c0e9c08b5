// An id of another tenant takes the way of one that does not exist: the same
// statements are run for both. That the answers are the same access-matrix.db.test.ts shows, and `npm run bench -- foreign-ids`
// that they take the same time.

import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { inTransaction } from '../store/pool.ts';
import { setRole } from '../store/role-grants.ts';
import type { Operation } from './openapi/operation.ts';
import { OPERATIONS } from './openapi/operations.ts';
import { ADMIN_KEY, anEvent, openTestServer, ORIGIN, receiptsOf, type TestServer } from './server.test.fixture.ts';

interface Things {
  readonly event: string;
  readonly bot: string;
  readonly person: string;
  readonly log: string;
  readonly key: string;
  readonly token: string;
  readonly session: string;
}

const NOTHING: Things = {
  event: '0197f0c2-6a52-7c1e-9b1a-5f2d3c4b5a69',
  bot: 'bot_nobody',
  person: 'usr_nobody',
  log: 'f'.repeat(24),
  key: 'key_000000000000',
  token: 'vt_000000000000000000_0000000000000000',
  session: 'no-such-session-of-anybody',
};

let server: TestServer;
let foreign: Things;
/** Of the own tenant, and outside of what the viewer sees. */
let hidden: Things;
const headers: Record<string, Record<string, string>> = {};
const run: string[] = [];

beforeAll(async () => {
  server = await openTestServer();
  await server.post([anEvent({ resource: { type: 'bot', id: 'bot_42' } })], ADMIN_KEY, { 'indelible-tenant': 'org_acme' });
  hidden = { ...NOTHING, ...(await fill('org_acme', 'bot_hidden', 'usr_hidden')) };
  const token = String((await server.post({}, ADMIN_KEY, { 'indelible-tenant': 'org_other' }, '/v1/viewer-tokens')).body['id']);
  await inTransaction(server.trail.store.owner, (tx) => setRole(tx, { tenant: 'org_other', person: 'usr_spy', role: 'auditor' }));
  foreign = {
    ...(await fill('org_other', 'bot_secret', 'usr_spy')),
    key: (await server.key('org_other', 'ingest')).id,
    token,
    session: (await server.signIn('auditor', 'org_other')).session,
  };
  await server.trail.seal();
  const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });
  headers['key'] = bearer((await server.key('org_acme', 'ingest', 'read', 'admin', 'embed')).token);
  const made = await server.post(
    { resource: { type: 'bot', id: 'bot_42' } },
    headers['key']['authorization']?.slice(7) ?? '',
    {},
    '/v1/viewer-tokens',
  );
  headers['viewer'] = bearer(String(made.body['token']));
  headers['owner'] = { cookie: (await server.signIn('owner', 'org_acme')).cookie, origin: ORIGIN };
  const { query } = pg.Client.prototype as { query: (...given: unknown[]) => unknown };
  vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...given: unknown[]) {
    const [first] = given;
    run.push(typeof first === 'string' ? first : String((first as { text?: unknown }).text));
    return query.apply(this, given);
  });
});
afterAll(async () => {
  vi.restoreAllMocks();
  await server?.close();
});

async function fill(tenant: string, bot: string, person: string): Promise<Pick<Things, 'event' | 'bot' | 'person' | 'log'>> {
  const event = anEvent({ action: 'bot.updated', resource: { type: 'bot', id: bot }, actor: { id: person }, change: { after: { a: 1 } } });
  const [receipt] = receiptsOf(await server.post([event, event], ADMIN_KEY, { 'indelible-tenant': tenant }));
  return { event: receipt?.id ?? '', bot, person, log: (await server.trail.log(tenant)).logId };
}

/** The statements that a request runs, some of them at the same time, and what it is answered, with what is remembered between requests already there. */
async function statementsOf(operation: Operation, things: Things, who: string): Promise<{ status: number; statements: readonly string[] }> {
  const { method, path, inQuery = {} } = operation;
  const { event, bot, person, log, key, token, session } = things;
  const ofFolder = { events: event, actors: person, keys: key, 'viewer-tokens': token, sessions: session }[path.split('/')[2] ?? ''];
  const inPath: Record<string, string> = { id: ofFolder ?? bot, type: 'bot', person, logId: log, tile: '0/000.p/2' };
  const required = Object.entries(inQuery).filter(([, schema]) => !schema.safeParse(undefined).success);
  const query = new URLSearchParams(required.map(([name]): [string, string] => [name, name === 'event' ? event : '-7d']));
  const address = `${path.replace(/\{(\w+)\}/g, (_, name: string) => inPath[name] ?? '')}?${query.toString()}`;
  const post = { method: 'POST', body: '{}', headers: { ...headers[who], 'content-type': 'application/json' } };
  const seen: { status: number; statements: string[] }[] = [];
  // Of several times the shortest: what was remembered for a second is asked for again now and then.
  for (let time = 0; time < 4; time++) {
    run.length = 0;
    const { status } = await server.request(address, method === 'post' ? post : { headers: headers[who] ?? {} });
    seen.push({ status, statements: run.toSorted() });
  }
  return seen.reduce((least, one) => (one.statements.length < least.statements.length ? one : least));
}

const named = OPERATIONS.filter(({ path, access }) => path.includes('{') && access !== 'none');

test.each(named.map((operation) => [operation.id, operation] as const))('%s', async (_, operation) => {
  for (const who of ['key', 'viewer', 'owner']) {
    const absent = await statementsOf(operation, NOTHING, who);
    expect({ who, ...(await statementsOf(operation, foreign, who)) }).toEqual({ who, ...absent });
    if (who === 'viewer' && !operation.path.includes('{logId}'))
      expect({ who, ...(await statementsOf(operation, hidden, who)) }).toEqual({ who, ...absent });
  }
});

test('what the test counts are statements: of something that there is others are run', async () => {
  const operation = named.find(({ id }) => id === 'getEventProof') as Operation;
  const there = await statementsOf(operation, hidden, 'key');
  expect(there).toMatchObject({ status: 200 });
  expect(there.statements.length).toBeGreaterThan((await statementsOf(operation, NOTHING, 'key')).statements.length);
});
