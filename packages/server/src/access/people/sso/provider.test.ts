import { expect, test, vi } from 'vitest';
import { SSO_RETRY_MS } from '../../../limits.ts';
import { type Outgoing, type OutgoingAnswer, OutgoingError, type OutgoingRequest } from '../../../outgoing.ts';
import { makeProvider, type SsoSettings } from './provider.ts';

const ISSUER = 'https://login.example.com';
const SETTINGS: SsoSettings = { issuer: ISSUER, clientId: 'indelible', clientSecret: 'a:b c%', label: 'Login', domains: [] };
const METADATA = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/authorize?tenant=1`,
  token_endpoint: `${ISSUER}/token`,
  jwks_uri: `${ISSUER}/keys`,
};
const LEAVING = { redirectUri: 'https://audit.example.com/back', state: 's', nonce: 'n', challenge: 'c' };
const CAME = { code: 'code', iss: undefined, verifier: 'v', nonce: 'n', redirectUri: LEAVING.redirectUri };

interface Asked {
  readonly url: string;
  readonly request: OutgoingRequest | undefined;
}

/** Answers by the path; a number is a status. */
function answering(answers: Readonly<Record<string, unknown>>, asked: Asked[] = []): Outgoing {
  return async (url, request): Promise<OutgoingAnswer> => {
    asked.push({ url, request });
    const answer = answers[new URL(url).pathname];
    if (answer instanceof Error) throw answer;
    const { status = 200, ...body } = (answer ?? { status: 404 }) as { status?: number };
    return { status, contentType: 'application/json', text: typeof answer === 'string' ? answer : JSON.stringify(body) };
  };
}

const DISCOVERY = '/.well-known/openid-configuration';

test('a browser is sent to where the provider says, and what it says is remembered', async () => {
  const asked: Asked[] = [];
  const provider = makeProvider(SETTINGS, answering({ [DISCOVERY]: METADATA }, asked));
  const to = new URL(await provider.authorizationUrl(LEAVING));
  await provider.authorizationUrl(LEAVING);
  expect(asked).toHaveLength(1);
  expect(to.origin + to.pathname).toBe(`${ISSUER}/authorize`);
  expect(Object.fromEntries(to.searchParams)).toEqual({
    tenant: '1',
    response_type: 'code',
    client_id: 'indelible',
    redirect_uri: LEAVING.redirectUri,
    scope: 'openid email profile',
    state: 's',
    nonce: 'n',
    code_challenge: 'c',
    code_challenge_method: 'S256',
  });
});

test.each<[string, unknown, RegExp]>([
  ['is away', new OutgoingError('login.example.com did not answer within 10 s'), /did not answer/],
  ['has a fault', { status: 500 }, /answers 500/],
  ['answers no JSON', '<html>', /openid-configuration answers is not what/],
  ['leaves out where to go', { ...METADATA, authorization_endpoint: undefined }, /is not what OpenID Connect asks for/],
  ['sends browsers to a script', { ...METADATA, authorization_endpoint: 'javascript:alert(1)' }, /is not what OpenID Connect asks for/],
  ['is another one', { ...METADATA, issuer: 'https://evil.test' }, /calls itself https:\/\/evil.test/],
])('a provider that %s is told of', async (_, answer, message) => {
  const provider = makeProvider(SETTINGS, answering({ [DISCOVERY]: answer }));
  await expect(provider.authorizationUrl(LEAVING)).rejects.toMatchObject({
    code: 'provider_unavailable',
    message: expect.stringMatching(message),
  });
});

test('the client says who it is as the provider takes it', async () => {
  const sent = async (methods: string[] | undefined): Promise<OutgoingRequest | undefined> => {
    const asked: Asked[] = [];
    const metadata = { ...METADATA, token_endpoint_auth_methods_supported: methods };
    const answers = { [DISCOVERY]: metadata, '/token': { status: 400, error: 'invalid_grant' } };
    await expect(makeProvider(SETTINGS, answering(answers, asked)).identify(CAME)).rejects.toMatchObject({ code: 'unauthorized' });
    return asked[1]?.request;
  };
  for (const methods of [undefined, ['client_secret_basic', 'client_secret_post'], ['private_key_jwt']]) {
    const request = await sent(methods);
    expect(request?.headers?.['authorization']).toBe(`Basic ${Buffer.from('indelible:a%3Ab+c%25').toString('base64')}`);
    expect(request?.body).not.toContain('client_secret');
    expect(new URLSearchParams(request?.body).get('code_verifier')).toBe('v');
  }
  const request = await sent(['client_secret_post']);
  expect(request?.headers?.['authorization']).toBeUndefined();
  expect(new URLSearchParams(request?.body).get('client_secret')).toBe('a:b c%');
});

test('a client that the provider does not know is the operator’s to mend', async () => {
  const answers = { [DISCOVERY]: METADATA, '/token': { status: 401, error: 'invalid_client' } };
  await expect(makeProvider(SETTINGS, answering(answers)).identify(CAME)).rejects.toMatchObject({
    code: 'provider_unavailable',
    message: expect.stringContaining('INDELIBLE_OIDC_CLIENT_SECRET'),
  });
});

test('without a token there is nobody', async () => {
  for (const token of [{}, { id_token: 'x', access_token: 'y', token_type: 'mac' }]) {
    const provider = makeProvider(SETTINGS, answering({ [DISCOVERY]: METADATA, '/token': token, '/keys': { keys: [] } }));
    await expect(provider.identify(CAME)).rejects.toMatchObject({ code: 'provider_unavailable' });
  }
  const signed = { id_token: 'a.b.c', access_token: 'y', token_type: 'Bearer' };
  const provider = makeProvider(SETTINGS, answering({ [DISCOVERY]: METADATA, '/token': signed, '/keys': { keys: [] } }));
  await expect(provider.identify(CAME)).rejects.toMatchObject({ code: 'unauthorized' });
});

test('however many come, a provider is asked once, and one that is away is not asked without end', async () => {
  const asked: Asked[] = [];
  const there = makeProvider(SETTINGS, answering({ [DISCOVERY]: METADATA }, asked));
  await Promise.all(Array.from({ length: 20 }, () => there.authorizationUrl(LEAVING)));
  expect(asked).toHaveLength(1);
  const answers: Record<string, unknown> = { [DISCOVERY]: new OutgoingError('away') };
  const away = makeProvider(SETTINGS, answering(answers, asked));
  for (let time = 0; time < 20; time++)
    await expect(away.authorizationUrl(LEAVING)).rejects.toMatchObject({ code: 'provider_unavailable' });
  expect(asked).toHaveLength(2);
  // It is asked again when some time has gone.
  answers[DISCOVERY] = METADATA;
  vi.useFakeTimers({ now: Date.now() + SSO_RETRY_MS });
  try {
    expect(await away.authorizationUrl(LEAVING)).toContain(ISSUER);
  } finally {
    vi.useRealTimers();
  }
});
