// A provider of single sign-on: OpenID Connect Core 1.0 with the authorization code flow and PKCE (RFC 7636). What it says of
// itself is discovered; whom it names is believed by its signature.

import { Failure } from '@indelible/core';
import { z } from 'zod';
import { SSO_DISCOVERY_MS, SSO_RETRY_MS } from '../../../limits.ts';
import { type Outgoing, OutgoingError, type OutgoingRequest } from '../../../outgoing.ts';
import { type IdClaims, verifyIdToken } from './id-token.ts';

export interface SsoSettings {
  /** `https://login.example.com`: exactly what the provider calls itself. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What people call it: `Example login`. */
  readonly label: string;
  /** Of e-mail addresses that may sign in by it, in lower case; none: all. */
  readonly domains: readonly string[];
}

/** Whom the provider names. */
export interface Identity {
  readonly issuer: string;
  /** Who it is for ever, whatever their address. */
  readonly subject: string;
  readonly email: string | undefined;
  /** The provider has made sure that the address is theirs. */
  readonly emailVerified: boolean;
  readonly name: string | undefined;
}

export interface Provider {
  readonly settings: SsoSettings;
  /** Where a browser is sent. @throws Failure `provider_unavailable` */
  authorizationUrl(asked: {
    readonly redirectUri: string;
    readonly state: string;
    readonly nonce: string;
    readonly challenge: string;
  }): Promise<string>;
  /**
   * Who came back with a code.
   *
   * @param came.iss as the answer names the issuer (RFC 9207); undefined when it does not
   * @throws Failure `unauthorized` for a code that is not good, `provider_unavailable`
   */
  identify(came: {
    readonly code: string;
    readonly iss: string | undefined;
    readonly verifier: string;
    readonly nonce: string;
    readonly redirectUri: string;
  }): Promise<Identity>;
}

const url = z.url({ protocol: /^https?$/ });
const metadata = z.object({
  issuer: z.string(),
  authorization_endpoint: url,
  token_endpoint: url,
  jwks_uri: url,
  userinfo_endpoint: url.optional(),
  token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
  id_token_signing_alg_values_supported: z.array(z.string()).optional(),
  authorization_response_iss_parameter_supported: z.boolean().optional(),
});
type Metadata = z.infer<typeof metadata>;

const tokens = z.object({ id_token: z.string(), access_token: z.string(), token_type: z.string().regex(/^bearer$/i) });
/** Some providers write booleans as text. */
const truth = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);
const userinfo = z.object({
  sub: z.string().min(1),
  email: z.email().optional(),
  email_verified: truth.optional(),
  name: z.string().optional(),
});

/** @example const provider = makeProvider(settings, makeOutgoing({ networks: [] })); */
export function makeProvider(settings: SsoSettings, outgoing: Outgoing): Provider {
  const { issuer, clientId } = settings;
  const look = async (): Promise<Metadata> => {
    const found = await ask(outgoing, `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, metadata);
    // OpenID Connect Discovery 1.0, 4.3: else one provider could speak for another.
    if (found.issuer !== issuer)
      throw unavailable(`it calls itself ${found.issuer.slice(0, 200)}; INDELIBLE_OIDC_ISSUER must be the same to the letter`);
    return found;
  };
  let known: { readonly answer: Promise<Metadata>; untilMs: number } | undefined;
  /** However many come, it is asked once. */
  const discover = (): Promise<Metadata> => {
    if (known !== undefined && known.untilMs > Date.now()) return known.answer;
    const asked = { answer: look(), untilMs: Date.now() + SSO_DISCOVERY_MS };
    asked.answer.catch(() => (asked.untilMs = Date.now() + SSO_RETRY_MS));
    known = asked;
    return asked.answer;
  };
  return {
    settings,
    authorizationUrl: async ({ redirectUri, state, nonce, challenge }) => {
      const to = new URL((await discover()).authorization_endpoint);
      const asked = {
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUri,
        scope: 'openid email profile',
        state,
        nonce,
        code_challenge: challenge,
        code_challenge_method: 'S256',
      };
      for (const [name, value] of Object.entries(asked)) to.searchParams.set(name, value);
      return to.href;
    },
    identify: async ({ code, iss, verifier, nonce, redirectUri }) => {
      const found = await discover();
      // RFC 9207: an answer of another provider is not sent to this one.
      if (iss === undefined ? found.authorization_response_iss_parameter_supported === true : iss !== issuer)
        throw new Failure('unauthorized', 'the answer is not of the provider that was asked: begin again');
      const given = await exchange(outgoing, found, settings, { code, code_verifier: verifier, redirect_uri: redirectUri });
      const keys = await ask(outgoing, found.jwks_uri, z.object({ keys: z.array(z.looseObject({ kty: z.string() })) }));
      const claims = await verifyIdToken(given.id_token, keys, {
        issuer,
        clientId,
        nonce,
        algorithms: found.id_token_signing_alg_values_supported,
      });
      return identityOf(issuer, claims, await userinfoOf(outgoing, found, given.access_token, claims));
    },
  };
}

/** What the token leaves out, as most do unless they are asked: it is the same person or nobody. */
async function userinfoOf(
  outgoing: Outgoing,
  { userinfo_endpoint: endpoint }: Metadata,
  accessToken: string,
  { sub, email }: IdClaims,
): Promise<z.infer<typeof userinfo> | undefined> {
  if (email !== undefined || endpoint === undefined) return undefined;
  const found = await ask(outgoing, endpoint, userinfo, { headers: { authorization: `Bearer ${accessToken}` } });
  if (found.sub !== sub) throw unavailable('it says of one person who another one is');
  return found;
}

function identityOf(issuer: string, claims: IdClaims, more: z.infer<typeof userinfo> | undefined): Identity {
  const said = userinfo.safeParse(more ?? claims);
  if (!said.success) throw unavailable('what it says of whoever came cannot be read');
  const { sub, email, email_verified: emailVerified = false, name } = said.data;
  return { issuer, subject: sub, email: email?.toLowerCase(), emailVerified, name };
}

async function exchange(
  outgoing: Outgoing,
  { token_endpoint: endpoint, token_endpoint_auth_methods_supported: methods = ['client_secret_basic'] }: Metadata,
  { clientId, clientSecret }: SsoSettings,
  said: Readonly<Record<string, string>>,
): Promise<z.infer<typeof tokens>> {
  const isBasic = methods.includes('client_secret_basic') || !methods.includes('client_secret_post');
  const body = new URLSearchParams({ grant_type: 'authorization_code', ...said });
  if (!isBasic) for (const [name, value] of Object.entries({ client_id: clientId, client_secret: clientSecret })) body.set(name, value);
  const request: OutgoingRequest = {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(isBasic ? { authorization: `Basic ${basic(clientId, clientSecret)}` } : {}),
    },
    body: body.toString(),
  };
  return ask(outgoing, endpoint, tokens, request);
}

/** RFC 6749, 2.3.1: both are encoded as in a form before. */
function basic(id: string, secret: string): string {
  const encode = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1);
  return Buffer.from(`${encode(id)}:${encode(secret)}`).toString('base64');
}

async function ask<Answer>(outgoing: Outgoing, from: string, schema: z.ZodType<Answer>, request?: OutgoingRequest): Promise<Answer> {
  const { status, text } = await outgoing(from, request).catch((error: unknown) => {
    throw error instanceof OutgoingError ? unavailable(error.message, error) : error;
  });
  const answer = jsonOf(text);
  if (status !== 200) throw refusalOf(status, answer);
  const read = schema.safeParse(answer);
  if (!read.success) throw unavailable(`what ${new URL(from).pathname} answers is not what OpenID Connect asks for`);
  return read.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** RFC 6749, 5.2. */
function refusalOf(status: number, answer: unknown): Failure {
  const { error } = z.object({ error: z.string() }).safeParse(answer).data ?? {};
  if (error === 'invalid_grant') return new Failure('unauthorized', 'the provider does not know this sign-in any more: begin again');
  if (error === 'invalid_client' || error === 'unauthorized_client')
    return unavailable('it does not know this server: an operator looks at INDELIBLE_OIDC_CLIENT_ID and INDELIBLE_OIDC_CLIENT_SECRET');
  return unavailable(`it answers ${status}`);
}

function unavailable(what: string, cause?: Error): Failure {
  return new Failure(
    'provider_unavailable',
    `the provider of single sign-on cannot be used: ${what}`,
    {},
    ...(cause === undefined ? [] : ([{ cause }] as const)),
  );
}
