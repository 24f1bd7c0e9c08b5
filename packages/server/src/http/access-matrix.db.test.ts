// Every route x every role x the own tenant and a foreign one, from the OpenAPI document. The table of this test is written by
// hand, apart from that of access/permissions.ts: a route that stands not in it fails, and so does one that lets in another.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { inTransaction } from '../store/pool.ts';
import { type Role, ROLES_OF_PEOPLE, setRole } from '../store/role-grants.ts';
import { insertView } from '../store/saved-views.ts';
import { dashboardOperations } from './openapi/dashboard.ts';
import type { OpenApi } from './openapi/document.ts';
import { OPERATIONS } from './openapi/operations.ts';
import { makeDocument } from './openapi/document.ts';
import { ADMIN_KEY, anEvent, type Answer, openTestServer, ORIGIN, receiptsOf, type TestServer } from './server.test.fixture.ts';

const EVERYBODY = 'nobody ingest read admin embed all operator owner administrator analyst auditor viewer token session';
const AUDITORS = 'read all operator owner administrator analyst auditor session';
const READERS = `${AUDITORS} viewer token`;
/** Who keeps something for themselves: nobody does by a key. */
const PEOPLE = 'owner administrator analyst auditor viewer session';
/** A viewer token only where it says so. */
const EXPORTERS = `${AUDITORS} viewer`;
const ADMINISTRATORS = 'admin operator owner administrator';

/**
 * Who is let in, by operation. `all` is a key with read for all tenants, `token` a viewer token, `session` the cookie of an auditor;
 * the others are of the tenant org_acme.
 */
const MATRIX: Readonly<Record<string, string>> = {
  sendEvents: 'ingest operator',
  listEvents: READERS,
  streamEvents: READERS,
  getEvent: READERS,
  getEventContext: READERS,
  getEventProof: READERS,
  getResource: READERS,
  getResourceState: READERS,
  compareResource: READERS,
  reverseChange: READERS,
  getActor: READERS,
  getHistogram: READERS,
  getFacets: READERS,
  completeQuery: READERS,
  makeExport: EXPORTERS,
  listExports: EXPORTERS,
  getExport: EXPORTERS,
  cancelExport: EXPORTERS,
  getExportFile: EXPORTERS,
  getExportManifest: EXPORTERS,
  getLog: READERS,
  getConsistency: READERS,
  getCheckpoint: READERS,
  getTile: AUDITORS,
  listKeys: `auditor session ${ADMINISTRATORS}`,
  makeKey: ADMINISTRATORS,
  revokeKey: ADMINISTRATORS,
  rotateKey: ADMINISTRATORS,
  makeViewerToken: 'embed operator owner administrator',
  revokeViewerToken: `embed ${ADMINISTRATORS}`,
  listRoles: `auditor session ${ADMINISTRATORS}`,
  // A key that administers alone would give away reading, which it has not.
  giveRole: 'operator owner administrator',
  takeRole: ADMINISTRATORS,
  listTenants: 'session',
  listPeople: `auditor session ${ADMINISTRATORS}`,
  invitePerson: 'operator owner administrator',
  listInvitations: `auditor session ${ADMINISTRATORS}`,
  withdrawInvitation: ADMINISTRATORS,
  listViews: PEOPLE,
  saveView: PEOPLE,
  changeView: PEOPLE,
  deleteView: PEOPLE,
  signIn: EVERYBODY,
  useLink: EVERYBODY,
  getSignInMethods: EVERYBODY,
  beginSso: EVERYBODY,
  finishSso: EVERYBODY,
  finishSsoByCode: EVERYBODY,
  getSession: 'session',
  listSessions: 'session',
  revokeSession: 'session',
  revokeOtherSessions: 'session',
  changePassword: 'session',
  prepareSecondFactor: 'session',
  confirmSecondFactor: 'session',
  removeSecondFactor: 'session',
  signOut: 'session',
  getCoverage: 'all operator',
  getPublicKeys: EVERYBODY,
  getHealth: EVERYBODY,
  getReadiness: EVERYBODY,
  getMetrics: EVERYBODY,
  getOpenApi: EVERYBODY,
  getDocumentation: EVERYBODY,
  ...Object.fromEntries(dashboardOperations.map(({ id }) => [id, EVERYBODY])),
};

/** What stands in the place of a parameter: something of the tenant, something of another, something that nobody has. */
interface Things {
  readonly event: string;
  readonly resource: string;
  readonly actor: string;
  readonly log: string;
  readonly key: string;
  readonly token: string;
  readonly session: string;
  readonly view: string;
  readonly invitation: string;
  readonly exported: string;
}

let server: TestServer;
let own: Things;
let foreign: Things;
/** Of the own tenant, and outside of what the viewer sees. */
let hidden: Things;
const nothing: Things = {
  event: '0197f0c2-6a52-7c1e-9b1a-5f2d3c4b5a69',
  resource: 'bot_none',
  actor: 'usr_none',
  log: 'f'.repeat(24),
  key: 'key_none',
  token: 'vt_000000000000000000_0000000000000000',
  session: 'session_none',
  view: 'view_none',
  invitation: 'lnk_none',
  exported: `exp_${'0'.repeat(24)}`,
};
const authorizations = new Map<string, string | undefined>([['nobody', undefined]]);

const document = JSON.parse(JSON.stringify(makeDocument(OPERATIONS, '1'))) as OpenApi;
const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ id: operation.operationId, method, path, operation })),
);
const resolved = (parameter: (typeof routes)[number]['operation']['parameters'][number]) =>
  '$ref' in parameter ? document.components.parameters[parameter.$ref.split('/').at(-1) ?? ''] : parameter;

beforeAll(async () => {
  server = await openTestServer();
  own = await fill('org_acme', 'bot_42', 'usr_maria');
  hidden = await fill('org_acme', 'bot_hidden', 'usr_hidden');
  foreign = await fill('org_other', 'bot_secret', 'usr_spy');
  await server.trail.seal();
  for (const scope of ['ingest', 'read', 'admin', 'embed'] as const)
    authorizations.set(scope, `Bearer ${(await server.key('org_acme', scope)).token}`);
  authorizations.set('all', `Bearer ${(await server.key(undefined, 'read')).token}`);
  authorizations.set('operator', `Bearer ${ADMIN_KEY}`);
  const made = await server.post(
    { resource: { type: 'bot', id: 'bot_42' } },
    ADMIN_KEY,
    { 'indelible-tenant': 'org_acme' },
    '/v1/viewer-tokens',
  );
  authorizations.set('token', `Bearer ${String(made.body['token'])}`);
  for (const role of ROLES_OF_PEOPLE) authorizations.set(role, await person(role));
  authorizations.set('session', await cookie());
});
afterAll(async () => {
  await server?.close();
});

/** Something of everything in a tenant of its own; two events, so that a log of size 2 continues one of size 1. */
async function fill(tenant: string, bot: string, actor: string): Promise<Things> {
  const change = { before: { model: 'small-1' }, after: { model: 'large-2' } };
  const event = anEvent({ action: 'bot.updated', resource: { type: 'bot', id: bot }, actor: { id: actor }, change });
  const [receipt] = receiptsOf(await server.post([event, anEvent()], ADMIN_KEY, { 'indelible-tenant': tenant }));
  // Of the own tenant none: it would be revoked.
  const key = tenant === 'org_acme' ? 'key_own' : (await server.key(tenant, 'ingest')).id;
  const made = await server.post({}, ADMIN_KEY, { 'indelible-tenant': tenant }, '/v1/viewer-tokens');
  const token = tenant === 'org_acme' ? 'vt_own' : String(made.body['id']);
  if (tenant === 'org_other')
    await inTransaction(server.trail.store.owner, (tx) => setRole(tx, { tenant, person: actor, role: 'auditor' }));
  // The same: whoever has it would end it.
  const session = tenant === 'org_acme' ? 'session_own' : (await server.signIn('auditor', tenant)).session;
  const view = tenant === 'org_acme' ? 'view_own' : await sharedView(tenant, actor);
  const invited = await server.post(
    { email: 'invited@other.test', role: 'auditor' },
    ADMIN_KEY,
    { 'indelible-tenant': tenant },
    '/v1/people/invitations',
  );
  const invitation = tenant === 'org_acme' ? 'lnk_own' : String(invited.body['id']);
  const { logId: log } = await server.trail.log(tenant);
  const exported = await server.post({ format: 'jsonl' }, ADMIN_KEY, { 'indelible-tenant': tenant }, '/v1/exports');
  return {
    exported: String(exported.body['id']),
    event: receipt?.id ?? '',
    resource: bot,
    actor,
    log,
    key,
    token,
    session,
    view,
    invitation,
  };
}

async function sharedView(tenant: string, person: string): Promise<string> {
  const content = { name: 'All of usr_spy', query: 'actor.id:usr_spy', range: '', zone: '', shared: true };
  return (await inTransaction(server.trail.store.owner, (tx) => insertView(tx, { ...content, tenant, person }))).id;
}

async function person(role: Role): Promise<string> {
  const scope = role === 'viewer' ? 'resource:bot/bot_42' : undefined;
  await inTransaction(server.trail.store.owner, (tx) => setRole(tx, { tenant: 'org_acme', person: `usr_${role}`, role, scope }));
  return `Person usr_${role}`;
}

/** The session of an auditor. */
async function cookie(): Promise<string> {
  return `Cookie ${(await server.signIn('auditor', 'org_acme')).cookie}`;
}

function headersOf(authorization: string | undefined): Record<string, string> {
  if (authorization === undefined) return {};
  return authorization.startsWith('Cookie ') ? { cookie: authorization.slice('Cookie '.length), origin: ORIGIN } : { authorization };
}

const QUERY: Readonly<Record<string, (things: Things, id: string) => string>> = {
  from: (_, id) => (id === 'getConsistency' ? '1' : '-7d'),
  to: () => '2',
  fields: () => 'action',
  event: ({ event }) => event,
};

const BODY: Readonly<Record<string, unknown>> = {
  sendEvents: anEvent(),
  makeKey: { name: 'reports', scopes: ['admin'] },
  giveRole: { person: 'usr_new', role: 'auditor' },
  invitePerson: { email: 'new@acme.test', role: 'auditor' },
  makeExport: { format: 'jsonl' },
  saveView: { name: 'Denied', query: 'outcome:denied', range: '-24h' },
};

function idOf(path: string, { exported, event, actor, key, resource, token, session, view, invitation }: Things): string {
  const named = {
    exports: exported,
    events: event,
    actors: actor,
    keys: key,
    'viewer-tokens': token,
    sessions: session,
    views: view,
    people: invitation,
  };
  return (named as Readonly<Record<string, string>>)[path.split('/')[2] ?? ''] ?? resource;
}

/** Asks with all that is required and nothing else. */
async function ask(
  { id, method, path, operation }: (typeof routes)[number],
  things: Things,
  authorization: string | undefined,
  tenant?: string,
): Promise<Answer> {
  const inPath: Readonly<Record<string, string>> = {
    id: idOf(path, things),
    type: 'bot',
    person: things.actor,
    logId: things.log,
    tile: '0/000.p/2',
  };
  const wanted = operation.parameters.map(resolved).filter((parameter) => parameter?.in === 'query' && parameter.required);
  const query = new URLSearchParams(
    Object.fromEntries(wanted.map((parameter) => [parameter?.name ?? '', QUERY[parameter?.name ?? '']?.(things, id) ?? ''])),
  );
  const address = `${path.replace(/\{(\w+)\}/g, (_, name: string) => inPath[name] ?? '')}?${query.toString()}`;
  const headers = {
    // Who signs out is out.
    ...headersOf(id === 'signOut' && authorization?.startsWith('Cookie ') === true ? await cookie() : authorization),
    ...(tenant === undefined ? {} : { 'indelible-tenant': tenant }),
    ...(method === 'post' ? { 'content-type': 'application/json' } : {}),
  };
  // A stream has no end to wait for.
  const asked = id === 'streamEvents' ? 'HEAD' : method.toUpperCase();
  return server.request(address, { method: asked, headers, ...(method === 'post' ? { body: JSON.stringify(BODY[id] ?? {}) } : {}) });
}

test('every route stands in the table, and nothing else', () => {
  expect(Object.keys(MATRIX).toSorted()).toEqual(routes.map(({ id }) => id).toSorted());
});

test.each(routes.map((route) => [route.id, route] as const))('%s lets in who may, and nobody else', async (id, route) => {
  const letIn: string[] = [];
  for (const [who, authorization] of authorizations) {
    const { status } = await ask(route, own, authorization, who === 'all' || who === 'operator' ? 'org_acme' : undefined);
    expect({ who, status, isFault: status >= 500 }).toEqual({ who, status, isFault: false });
    if (authorization === undefined && MATRIX[id] !== EVERYBODY) expect(status).toBe(401);
    if (status !== 401 && status !== 403) letIn.push(who);
  }
  expect(letIn.toSorted()).toEqual((MATRIX[id] ?? '').split(' ').toSorted());
});

test.each(routes.map((route) => [route.id, route] as const))(
  '%s: another tenant cannot be told from one that there is not',
  async (id, route) => {
    const isOpen = MATRIX[id] === EVERYBODY;
    for (const [who, authorization] of authorizations) {
      const isForAll = who === 'all' || who === 'operator';
      // Named by the header.
      const [there, absent] = [await ask(route, own, authorization, 'org_other'), await ask(route, own, authorization, 'org_nowhere')];
      if (!isOpen && !isForAll) {
        expect({ who, ...seen(there) }).toEqual({ who, ...seen(absent) });
        expect(there.text).not.toContain('usr_spy');
      }
      // By an id of it, in the own tenant; that of a log stands for its tenant.
      if (isOpen || !route.path.includes('{') || (isForAll && route.path.includes('{logId}'))) continue;
      const inAcme = isForAll ? 'org_acme' : undefined;
      const nobodys = seen(await ask(route, nothing, authorization, inAcme), nothing);
      for (const things of (who === 'viewer' || who === 'token') && !route.path.includes('{logId}') ? [foreign, hidden] : [foreign])
        expect({ who, ...seen(await ask(route, things, authorization, inAcme), things) }).toEqual({ who, ...nobodys });
    }
  },
);

/** An answer without what differs in every one, and with the ids that were asked for made alike. */
function seen({ status, text }: Answer, things?: Things): { status: number; text: string } {
  const plain = text.replace(/"requestId":"[^"]*"/, '');
  return { status, text: Object.values(things ?? {}).reduce((made, id) => made.replaceAll(id, '<id>'), plain) };
}
