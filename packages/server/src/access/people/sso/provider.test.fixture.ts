// A real OpenID provider on the loopback: it asks nobody for a password, and signs in whom a test says.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errors, type Configuration, Provider as OpenIdProvider } from 'oidc-provider';
import { makeOutgoing } from '../../../outgoing.ts';
import { makeProvider, type Provider, type SsoSettings } from './provider.ts';

export interface Subject {
  readonly sub: string;
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly name?: string;
}

export interface OpenId {
  readonly issuer: string;
  readonly settings: SsoSettings;
  /** As the server asks it. */
  readonly provider: Provider;
  /** Addresses that it was asked for, without their query. */
  readonly asked: string[];
  /** Who signs in at it; undefined: nobody, for they refuse. */
  subject: Subject | undefined;
  /** Goes through it as a browser does. @returns the address that it sends the browser back to */
  visit(location: string): Promise<URL>;
  close(): Promise<void>;
}

const CLIENT = { id: 'indelible', secret: 'the secret of the client & more' };

/** @param redirectUri where it sends people back to */
export async function openOpenId(redirectUri: string, settings: Partial<SsoSettings> = {}): Promise<OpenId> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
  const made: SsoSettings = { issuer, clientId: CLIENT.id, clientSecret: CLIENT.secret, label: 'Acme login', domains: [], ...settings };
  const asked: string[] = [];
  const openId: OpenId = {
    issuer,
    settings: made,
    asked,
    provider: makeProvider(made, makeOutgoing({ networks: ['127.0.0.0/8', '::1'] })),
    subject: undefined,
    visit: (location) => visit(location, redirectUri),
    close: () => closed(server),
  };
  const known = new Map<string, Subject>();
  const oidc = new OpenIdProvider(issuer, configurationOf(issuer, redirectUri, known));
  const answer = oidc.callback();
  server.on('request', (request, response) => {
    asked.push((request.url ?? '').replace(/\?.*/, ''));
    if (request.url?.startsWith('/interaction/') !== true) return void answer(request, response);
    const { subject } = openId;
    if (subject !== undefined) known.set(subject.sub, subject);
    const result = subject === undefined ? { error: 'access_denied' } : { login: { accountId: subject.sub } };
    void oidc.interactionFinished(request, response, result);
  });
  return openId;
}

function configurationOf(issuer: string, redirectUri: string, known: ReadonlyMap<string, Subject>): Configuration {
  return {
    clients: [{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [redirectUri] }],
    // Whoever forgets PKCE is refused.
    pkce: { required: () => true },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    findAccount: (_, accountId) => ({ accountId, claims: () => ({ ...(known.get(accountId) ?? { sub: accountId }) }) }),
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    cookies: { keys: [issuer] },
    loadExistingGrant: async (ctx) => {
      const { client, session } = ctx.oidc;
      if (client === undefined || session?.accountId === undefined) throw new errors.InvalidRequest('nobody');
      const grant = new ctx.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
  };
}

async function visit(location: string, redirectUri: string): Promise<URL> {
  const cookies = new Map<string, string>();
  let next = new URL(location);
  for (let hop = 0; hop < 10; hop++) {
    if (next.href.startsWith(redirectUri)) return next;
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(next, { redirect: 'manual', headers: { cookie } });
    for (const set of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = (set.split(';')[0] ?? '').split('=');
      cookies.set(name, value);
    }
    const to = answer.headers.get('location');
    if (to === null) throw new Error(`the provider answers ${answer.status}: ${await answer.text()}`);
    next = new URL(to, next);
  }
  throw new Error('the provider sends from one address to another');
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
