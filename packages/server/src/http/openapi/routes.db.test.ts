// The table of operations against the application: the same addresses, the same parameters, and answers as they are described.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeOf, nextCodeOf } from '../../access/people/totp.test.fixture.ts';
import { until } from '../../capture/capture.test.fixture.ts';
import type { CoverageReport } from '../../capture/index.ts';
import { countersFrom } from '../../capture/counters.ts';
import { makeApp } from '../app.ts';
import type { Services } from '../environment.ts';
import {
  ADMIN_KEY,
  anEvent,
  NDJSON,
  openTestServer,
  ORIGIN,
  PASSWORD,
  receiptsOf,
  type Answer,
  type SignedIn,
  type TestServer,
} from '../server.test.fixture.ts';
import type { Operation } from './operation.ts';
import { OPERATIONS, routeOf } from './operations.ts';

/** Single sign-on takes a provider, and a browser that goes there: ../sso.db.test.ts. */
const ASKED = OPERATIONS.filter(({ id }) => !['beginSso', 'finishSso', 'finishSsoByCode'].includes(id));

let server: TestServer;
let token: string;
let logId: string;
let maria: SignedIn;
const made = randomUUID();
const changed = randomUUID();

beforeAll(async () => {
  server = await openTestServer();
  ({ token } = await server.key('org_acme', 'ingest', 'read', 'admin', 'embed'));
  const bot = {
    resource: { type: 'bot', id: 'bot_42', name: 'Support' },
    actor: { id: 'usr_maria', name: 'Maria', email: 'maria@acme.test' },
  };
  await server.post(
    [
      anEvent({ ...bot, id: made, action: 'bot.created', change: { after: { model: 'small-1', config: { max: 3 } } } }),
      anEvent({
        ...bot,
        id: changed,
        action: 'bot.updated',
        change: { before: { model: 'small-1', gone: 1 }, after: { model: 'large-2' }, unavailable: [{ field: 'icon', reason: 'large' }] },
        context: { ip: '203.0.113.77', reason: 'Ticket 4812', sessionId: 'ses_1', location: { country: 'DE' } },
        related: [{ type: 'dataset', id: 'ds_7', relation: 'input' }],
        metadata: { plan: { seats: 3 } },
        tags: ['pci:10'],
      }),
      anEvent({
        error: { code: 'x', message: 'y' },
        actor: { type: 'agent', id: 'agt_1', onBehalfOf: { id: 'usr_1', onBehalfOf: { id: 'usr_2' } } },
      }),
    ],
    token,
  );
  await server.trail.seal();
  maria = await server.signIn('auditor', 'org_acme', 'maria@acme.test');
  logId = String((await server.get('/v1/log', token)).body['logId']);
});
afterAll(async () => {
  await server?.close();
});

test('every route of the application stands in the table, and the other way round', () => {
  const { routes } = makeApp({ store: {} } as Services);
  const served = routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`);
  const documented = OPERATIONS.map((operation) => `${operation.method.toUpperCase()} ${routeOf(operation)}`);
  expect(documented.toSorted()).toEqual(served.toSorted());
});

/** What an operation is sent; an event where nothing else is said. */
const BODIES: Readonly<Record<string, unknown>> = {
  makeExport: { format: 'jsonl' },
  cancelExport: {},
  makeKey: { name: 'reports', scopes: ['read'] },
  revokeKey: {},
  rotateKey: {},
  makeViewerToken: {},
  giveRole: { person: 'usr_joe', role: 'auditor' },
  invitePerson: { email: 'joe@acme.test', role: 'auditor' },
  signIn: { email: 'maria@acme.test', password: PASSWORD },
  changePassword: { current: PASSWORD, password: PASSWORD },
  withdrawInvitation: {},
  saveView: { name: 'Denied', query: 'outcome:denied' },
  changeView: { range: '-24h', zone: 'local' },
  deleteView: {},
  signOut: {},
  revokeSession: {},
  revokeOtherSessions: {},
};

/** A body that is good once. */
async function bodyOf({ id }: Operation): Promise<unknown> {
  if (id === 'prepareSecondFactor') return { password: PASSWORD };
  if (id !== 'useLink') return BODIES[id] ?? anEvent();
  const made = await server.post({ email: `${randomUUID()}@acme.test`, role: 'auditor' }, token, {}, '/v1/people/invitations');
  return { token: String(made.body['link']).split('#')[1], name: 'Joe', password: PASSWORD };
}

/** Things that an operation takes away, made anew for each time. */
const FRESH: Readonly<Record<string, () => Promise<string>>> = {
  keys: async () => (await server.key('org_acme', 'ingest')).id,
  exports: async () => {
    const id = String((await server.post({ format: 'jsonl' }, token, {}, '/v1/exports')).body['id']);
    await until(async () => (await server.get(`/v1/exports/${id}`, token)).body['state'] === 'done');
    return id;
  },
  'viewer-tokens': async () => String((await server.post({}, token, {}, '/v1/viewer-tokens')).body['id']),
  sessions: async () => (await server.signIn('auditor', 'org_acme', maria.email)).session,
  people: async () => {
    const body = { email: `${randomUUID()}@acme.test`, role: 'auditor' };
    return String((await server.post(body, token, {}, '/v1/people/invitations')).body['id']);
  },
  views: async () => String((await byMaria('/v1/views', BODIES['saveView'])).body['id']),
  roles: async () => String((await server.post({ person: randomUUID(), role: 'auditor' }, token, {}, '/v1/roles')).body['person']),
};

/** As somebody who has signed in: what is for people, no key may. */
async function byMaria(path: string, body: unknown): Promise<Answer> {
  const { cookie } = await server.signIn('auditor', 'org_acme', maria.email);
  const headers = { cookie, origin: ORIGIN, 'content-type': 'application/json' };
  return server.request(path, body === undefined ? { headers } : { headers, method: 'POST', body: JSON.stringify(body) });
}

/** An address of an operation that there is, without its parameters. */
async function addressOf({ id, path }: Operation): Promise<string> {
  const fresh = FRESH[path.split('/')[2] ?? ''];
  const made = path.includes('{') && fresh !== undefined ? await fresh() : undefined;
  const known = id === 'getActor' ? 'usr_maria' : id.includes('Event') ? changed : 'bot_42';
  // Any file that the page of the dashboard loads.
  const file = path.includes('{file}') ? /\/assets\/([\w.-]+\.js)/.exec((await server.request('/')).text)?.[1] : undefined;
  const values: Record<string, string> = {
    id: made ?? known,
    person: made ?? '',
    type: 'bot',
    logId,
    tile: '0/000.p/3',
    section: 'people',
    file: file ?? '',
  };
  return path.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
}

const VALUES: Readonly<Record<string, string>> = {
  q: 'action:bot.*',
  zone: 'Europe/Berlin',
  limit: '2',
  order: 'asc',
  partial: 'true',
  explain: 'true',
  related: 'true',
  fields: 'action,outcome,country',
  bucket: 'day',
  position: '3',
  prefix: 'org_',
  after: '1',
};

/** The value of a parameter of an operation; undefined where a sound one takes more than this test knows. */
function valueOf({ id }: Operation, name: string): string | undefined {
  if (name === 'from' || name === 'to') return id === 'getConsistency' ? { from: '1', to: '3' }[name] : { from: '-7d', to: '-1m' }[name];
  if (name === 'at') return '-1s';
  return name === 'event' ? changed : VALUES[name];
}

function required({ inQuery = {} }: Operation): string[] {
  return Object.entries(inQuery).flatMap(([name, schema]) => (schema.safeParse(undefined).success ? [] : [name]));
}

async function ask(operation: Operation, parameters: Readonly<Record<string, string>>, method = 'GET'): Promise<Answer> {
  const address = `${await addressOf(operation)}?${new URLSearchParams(parameters).toString()}`;
  const { id } = operation;
  const body = operation.method === 'post' ? await bodyOf(operation) : undefined;
  if (operation.access === 'session') {
    // One that is not ended by what was asked before.
    const { cookie } = await server.signIn('auditor', 'org_acme', ...(id.endsWith('SecondFactor') ? [] : [maria.email]));
    const send = (path: string, from: string, sent?: unknown): Promise<Answer> => {
      const headers = { cookie: from, origin: ORIGIN, 'content-type': 'application/json' };
      return server.request(path, sent === undefined ? { headers } : { headers, method: 'POST', body: JSON.stringify(sent) });
    };
    if (id !== 'confirmSecondFactor' && id !== 'removeSecondFactor') return send(address, cookie, body);
    const uri = String((await send('/v1/second-factor', cookie, { password: PASSWORD })).body['uri']);
    const confirmed = await send(id === 'confirmSecondFactor' ? address : '/v1/second-factor/confirm', cookie, { code: codeOf(uri) });
    if (id === 'confirmSecondFactor') return confirmed;
    return send(address, confirmed.headers.getSetCookie()[0]?.split(';')[0] ?? '', { password: PASSWORD, code: nextCodeOf(uri) });
  }
  if (operation.permission === 'views.keep') return byMaria(address, body);
  const headers = { authorization: `Bearer ${operation.id === 'getCoverage' ? ADMIN_KEY : token}` };
  if (body !== undefined) return server.post(body, token, {}, address);
  return server.request(address, { headers, method });
}

/** A stream has no end to wait for. */
function methodOf({ id }: Operation): string {
  return id === 'streamEvents' ? 'HEAD' : 'GET';
}

test.each(ASKED.map((operation) => [operation.id, operation] as const))(
  '%s takes the parameters of the table, and no other',
  async (_, operation) => {
    const always = Object.fromEntries(required(operation).map((name) => [name, valueOf(operation, name) ?? '']));
    expect((await ask(operation, always, methodOf(operation))).status).toBeLessThan(300);
    for (const [name, schema] of Object.entries(operation.inQuery ?? {})) {
      const value = valueOf(operation, name);
      const answer = await ask(operation, { ...always, [name]: value ?? 'x' }, methodOf(operation));
      if (value === undefined) expect(answer.text).not.toContain('there is no parameter');
      else expect({ name, status: answer.status }).toEqual({ name, status: operation.method === 'post' ? 201 : 200 });
      const described = schema.safeParse(value);
      const asNumber = schema.safeParse(Number(value));
      expect({ name, fits: value === undefined || described.success || asNumber.success }).toEqual({ name, fits: true });
      if (required(operation).includes(name)) {
        const { [name]: _left, ...rest } = always;
        expect((await ask(operation, rest)).status).toBe(422);
      }
    }
    if (operation.access === 'none') return;
    const unknown = await ask(operation, { ...always, qq: 'x' });
    expect(unknown.body).toMatchObject({ status: 422, code: 'parameter_invalid', pointer: 'qq' });
  },
);

test.each(ASKED.map((operation) => [operation.id, operation] as const))('%s answers as it is described', async (_, operation) => {
  const always = Object.fromEntries(required(operation).map((name) => [name, valueOf(operation, name) ?? '']));
  const flags = Object.keys(operation.inQuery ?? {}).filter((name) => VALUES[name] === 'true');
  for (const parameters of [always, ...flags.map((name) => ({ ...always, [name]: 'true' }))]) {
    const answer = await ask(operation, parameters, methodOf(operation));
    expectDescribed(operation, answer);
  }
});

/** The status is one of the table, and the body has every key that is required and none that is not described. */
function expectDescribed(operation: Operation, { status, headers, text, body }: Answer): void {
  const type = headers.get('content-type')?.split(';')[0] ?? '';
  const content = operation.replies[status]?.content.find((one) => one.type === type);
  expect({ status, type, described: content !== undefined }).toEqual({ status, type, described: true });
  if (type === 'application/json') expect(content?.schema.parse(body)).toEqual(body);
  else if (operation.id !== 'streamEvents') expect(text.length).toBeGreaterThan(0);
}

test('answers of other kinds are described too', async () => {
  const operation = (id: string): Operation => OPERATIONS.find((one) => one.id === id) as Operation;
  const ndjson = await server.post(`${JSON.stringify(anEvent())}\n${JSON.stringify(anEvent())}\n`, token, NDJSON);
  expect(receiptsOf(ndjson)).toHaveLength(2);
  expectDescribed(operation('sendEvents'), ndjson);
  const mixed = await server.post([anEvent(), { action: 'x' }], token, {}, '/v1/events?partial=true');
  expectDescribed(operation('sendEvents'), mixed);
  expectDescribed(operation('getEventProof'), await server.get(`/v1/events/${changed}/proof`, token, { accept: 'text/plain' }));
  for (const event of [made, changed])
    expectDescribed(operation('reverseChange'), await server.get(`/v1/resources/bot/bot_42/reverse?event=${event}`, token));
  for (const at of ['2000', '-0s'])
    expectDescribed(operation('getResourceState'), await server.get(`/v1/resources/bot/bot_42/state?at=${at}`, token));
  expectDescribed(operation('compareResource'), await server.get('/v1/resources/bot/bot_42/compare?from=2000', token));
  expectDescribed(operation('completeQuery'), await server.get('/v1/complete?q=action:', token));
  const page = await server.get('/v1/events?limit=1', token);
  expect(page.body['next']).toEqual(expect.any(String));
  expectDescribed(operation('listEvents'), page);
});

test('an error is described by the schema of problems and by a code that the operation names', async () => {
  const problem = await server.get('/v1/events?q=acto:x', token);
  const operation = OPERATIONS.find(({ id }) => id === 'listEvents');
  expect(operation?.errors).toContain(problem.body['code']);
  const document = (await server.request('/openapi.json')).body as {
    paths: Record<string, Record<string, { responses: Record<string, object> }>>;
  };
  expect(document.paths['/v1/events']?.['get']?.responses[problem.status]).toMatchObject({
    content: { 'application/problem+json': { examples: { query_invalid: expect.any(Object) as object } } },
  });
});

test('a report of the capture with everything that it may hold is described', () => {
  const gap = { id: 'e', at: 't', reason: 'slot_lost', detail: 'd', from: '0/1', to: '0/2', tables: ['public.bot'] };
  const totals = { captured: 1, 'earlier values missing': 0, 'skipped by configuration': 0, 'not covered': 0, dropped: 0, unknown: 0 };
  const report: CoverageReport = {
    asOf: 't',
    sources: [
      {
        name: 'shop',
        state: 'streaming',
        reason: 'r',
        database: 'd',
        slot: 's',
        publication: 'p',
        asOf: 't',
        unanswered: 'u',
        lag: { bytes: 1, seconds: 0.5, used: 0.1, lost: false },
        lastEventAt: 't',
        counters: countersFrom({}),
        gaps: { open: [gap], past: [{ reason: 'x', detail: 'y' }] },
        tables: [
          {
            table: 'public.bot',
            state: 'not covered',
            cause: 'unpublished',
            why: 'w',
            statements: ['alter'],
            rows: 2,
            unattributed: 1,
            unattributedShare: 0.5,
            lastEventAt: 't',
          },
        ],
        totals: { tables: totals, rows: 2, unattributed: 1, unattributedShare: 0.5 },
      },
    ],
  };
  const operation = OPERATIONS.find(({ id }) => id === 'getCoverage');
  expect(operation?.replies[200]?.content[0]?.schema.parse(report)).toEqual(report);
});

test('the page is served with a policy that lets in its own style and nothing else', async () => {
  const page = await server.request('/docs');
  expect(page.headers.get('content-security-policy')).toMatch(
    /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
  );
  expect(page.headers.get('x-content-type-options')).toBe('nosniff');
});
