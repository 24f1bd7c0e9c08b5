// The HTTP application over a trail of its own, without a socket: what tests of routes share.

import { randomBytes } from 'node:crypto';
import { makeRedaction } from '@indelible/core';
import type { AccessTrail } from '../access/access-trail.ts';
import type { Way } from '../access/authenticate.ts';
import { makeAsPrincipal } from '../access/by-person.ts';
import type { KeyUse } from '../access/key-use.ts';
import { openAccess } from '../access/open.ts';
import { type Engine, openEngine } from '../access/people/engine.ts';
import { comeByLink, invite } from '../access/people/links.ts';
import { migratePeople } from '../access/people/migrate.ts';
import { makePasswords } from '../access/people/password-hash.ts';
import { isSecure, openPeople, type People } from '../access/people/people.ts';
import type { Provider } from '../access/people/sso/provider.ts';
import { makeSessions, sessionWay } from '../access/people/sessions.ts';
import { bySystem } from '../access/actor.ts';
import { Exports } from '../export/exports.ts';
import { openSealedTrail, type SealedTrail } from '../ledger/sealed-trail.test.fixture.ts';
import { makeLogger } from '../logger.ts';
import { createKey, type Scope } from '../store/api-keys.ts';
import type { Receipt } from '../store/append.ts';
import { Committer } from '../store/committer.ts';
import type { Role } from '../store/role-grants.ts';
import { openStore, type Store } from '../store/pool.ts';
import { Streams } from '../stream/index.ts';
import { makeTenants } from '../store/tenants.ts';
import { makeApp } from './app.ts';
import type { App, Check, Services } from './environment.ts';
import { makeMetrics } from './metrics.ts';

export const ADMIN_KEY = 'ink_the-key-of-the-operator-from-the-environment';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The object of a JSON answer; empty when it is none. */
  readonly body: { readonly [key: string]: unknown };
  readonly text: string;
}

export interface TestServer {
  readonly trail: SealedTrail;
  readonly services: Services;
  /** Writes what it noted when a test says so. */
  readonly keyUse: KeyUse;
  /** The same. */
  readonly accessTrail: AccessTrail;
  readonly app: App;
  readonly streams: Streams;
  key(tenant: string | undefined, ...scopes: Scope[]): Promise<{ id: string; token: string }>;
  /** @param from the address that it comes from */
  request(path: string, init?: RequestInit, from?: string): Promise<Answer>;
  get(path: string, token: string, headers?: Record<string, string>): Promise<Answer>;
  /** Text and bytes go as they are, anything else as JSON. */
  post(body: unknown, token: string, headers?: Record<string, string>, path?: string): Promise<Answer>;
  /** Somebody with a password, in a tenant or in all of them: signs in, and answers with the cookie. */
  signIn(role: Role, tenant: string | undefined, email?: string): Promise<SignedIn>;
  close(): Promise<void>;
}

export interface SignedIn {
  readonly id: string;
  readonly email: string;
  readonly session: string;
  /** For the header Cookie. */
  readonly cookie: string;
}

export const PASSWORD = 'gravel lantern osprey tuba';
/** Where app.request() believes to be. */
export const ORIGIN = 'http://localhost';

export interface TestServerOptions {
  readonly queueEventsMax?: number;
  /** Where the application finds the database, in place of its own URL. */
  readonly through?: (url: string) => Promise<string>;
  readonly publicUrl?: string;
  /** Of single sign-on. */
  readonly provider?: Provider;
}

export async function openTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const trail = await openSealedTrail();
  const ownerUrl = (await options.through?.(trail.url)) ?? trail.url;
  const store = openStore({ ownerUrl, appenders: 4, readers: 2, onError: () => undefined });
  const metrics = makeMetrics({ sealingSeconds: () => 0.25, countingSeconds: () => 0.5, slots: () => [{ source: 'shop', bytes: 7 }] });
  const { queueEventsMax } = options;
  const streams = new Streams({ store, onError: () => undefined, onDelivered: () => undefined, onDropped: () => undefined });
  const committer = new Committer({
    appender: store.appender,
    onCommit: (commit) => metrics.committed(commit),
    ...(queueEventsMax === undefined ? {} : { queueEventsMax }),
  });
  const tenants = makeTenants(store.appender);
  const exports = startExports(store);
  const secret = randomBytes(32);
  const { publicUrl } = options;
  const engine = await openTestEngine(ownerUrl, publicUrl);
  const sessions = makeSessions(engine);
  // What it notes is written when a test says so.
  const access = openAccess({
    appender: store.appender,
    append: committer.append.bind(committer),
    logOf: (tenant) => tenants.byName(tenant),
    adminKey: ADMIN_KEY,
    secret,
    ways: [signedInWay(store.appender), sessionWay(sessions, makeAsPrincipal(store.appender))],
    onError: () => undefined,
  });
  const { accessTrail } = access;
  const people = openPeople({ engine, owner: store.owner, sessions, accessTrail, publicUrl, secret, provider: options.provider });
  const services: Services = {
    store,
    tenants,
    ...access,
    people,
    committer,
    exports,
    streams,
    redaction: makeRedaction(),
    metrics,
    logger: makeLogger('silent'),
    checks: () => checksOf(store),
    coverage: async () => ({ asOf: '2026-11-01T00:00:00.000Z', sources: [] }),
    trustedProxies: [],
  };
  const app = makeApp(services);
  const request = requestOf(app);
  return {
    trail,
    services,
    keyUse: access.keyUse,
    accessTrail: access.accessTrail,
    app,
    streams,
    key: async (tenant, ...scopes) => {
      const made = await createKey(trail.store.owner, { name: 'test', scopes, ...(tenant === undefined ? {} : { tenant }) });
      return { id: made.key.id, token: made.token };
    },
    request,
    ...callsBy(request),
    signIn: signInTo(people),
    close: async () => {
      await engine.close();
      await Promise.all([exports.stop(), streams.stop()]);
      await committer.idle();
      await store.close();
      await trail.close();
    },
  };
}

/** Does not wait for a seal, which comes when a test says so. */
function startExports({ appender, reader }: Store): Exports {
  const exports = new Exports({ appender, reader, onError: () => undefined, sealMs: 0 });
  exports.start();
  return exports;
}

function callsBy(request: TestServer['request']): Pick<TestServer, 'get' | 'post'> {
  return {
    get: (path, token, headers = {}) => request(path, { headers: { authorization: `Bearer ${token}`, ...headers } }),
    post: (body, token, headers = {}, path = '/v1/events') =>
      request(path, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body),
      }),
  };
}

function signInTo(people: People): TestServer['signIn'] {
  return async (role, tenant, email = `${randomBytes(6).toString('hex')}@people.test`) => {
    const link = await invite({ owner: people.owner, by: bySystem() }, { email, tenant, role });
    const visit = { address: undefined, userAgent: 'tests', requestId: 'req', device: undefined };
    const begun = await comeByLink(people, { token: link.token, name: `The ${role}`, password: PASSWORD }, visit);
    const cookie = begun.cookies.map((one) => one.split(';')[0]).join('; ');
    return { id: begun.person.id, email, session: begun.id, cookie };
  };
}

async function openTestEngine(ownerUrl: string, publicUrl: string | undefined): Promise<Engine> {
  await migratePeople(ownerUrl);
  // People's passwords cost more, which tests would wait for.
  const passwords = makePasswords({ N: 1_024, r: 8, p: 1 });
  return openEngine({ ownerUrl, key: randomBytes(32), secure: isSecure(publicUrl), logger: makeLogger('silent'), passwords });
}

async function checksOf(store: Store): Promise<Check[]> {
  const ok = await store.appender.query('select 1').then(
    () => true,
    () => false,
  );
  return [
    { name: 'database', ok, required: true },
    { name: 'capture shop', ok: false, required: false },
  ];
}

function requestOf(app: App): TestServer['request'] {
  return async (path, init, from) => {
    const response = await app.request(path, init, from === undefined ? undefined : { incoming: { socket: { remoteAddress: from } } });
    const text = await response.text();
    const isJson = text !== '' && /[/+]json\b/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, body: isJson ? (JSON.parse(text) as Answer['body']) : {}, text };
  };
}

/** In place of a sign-in: whoever says who they are is it. `Authorization: Person usr_maria` */
function signedInWay(appender: Store['appender']): Way {
  const asPrincipal = makeAsPrincipal(appender);
  return async (credentials) => {
    const id = /^Person (\S+)$/.exec(credentials.authorization ?? '')?.[1];
    return id === undefined ? undefined : asPrincipal({ id, name: `The person ${id}`, credentials: [] }, credentials);
  };
}

export function receiptsOf(answer: Answer): Receipt[] {
  return answer.body['receipts'] as Receipt[];
}

export function anEvent(more: object = {}): object {
  return { action: 'bot.viewed', actor: { id: 'usr_1' }, ...more };
}

export const NDJSON = { 'content-type': 'application/x-ndjson' };
