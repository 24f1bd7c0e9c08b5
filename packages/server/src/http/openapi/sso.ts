// The operations of signing in by a provider of single sign-on.

import { z } from 'zod';
import { SSO_AWAY_SECONDS } from '../../limits.ts';
import type { Operation } from './operation.ts';
import { COOKIE, code, GROUP, signedIn } from './sign-in.ts';
import { named } from './values.ts';

export const ssoCode = z.strictObject({ code });

export interface PresentedMethods {
  readonly password: true;
  readonly sso?: { readonly label: string; readonly path: string };
}

const methods = named<PresentedMethods>(
  'SignInMethods',
  'How people can sign in here.',
  z.object({
    password: z.literal(true),
    sso: z
      .object({ label: z.string().describe('What people call the provider'), path: z.string().describe('Where a link to it leads') })
      .describe('Absent where no provider is set up')
      .exactOptional(),
  }),
);

const LOCATION = { Location: z.string() };

export const ssoOperations: readonly Operation[] = [
  {
    id: 'getSignInMethods',
    group: GROUP,
    method: 'get',
    path: '/v1/sign-in/methods',
    summary: 'How people can sign in',
    access: 'none',
    replies: { 200: { description: 'The ways', content: [{ type: 'application/json', schema: methods }] } },
    errors: [],
  },
  {
    id: 'beginSso',
    group: GROUP,
    method: 'get',
    path: '/v1/sign-in/sso',
    summary: 'Sign in by single sign-on: go to the provider',
    description: `For browsers. The way back is open for ${SSO_AWAY_SECONDS / 60} minutes, in the same browser.`,
    access: 'none',
    replies: { 303: { description: 'To the provider', content: [], headers: LOCATION } },
    errors: ['not_found', 'provider_unavailable'],
  },
  {
    id: 'finishSso',
    group: GROUP,
    method: 'get',
    path: '/v1/sign-in/sso/callback',
    summary: 'Come back from the provider of single sign-on',
    description:
      'For browsers, which the provider sends here. In comes whose verified address has an account or an invitation; nobody is registered. A browser that accepts HTML is shown what is wrong as a page. Whose account has a second factor comes to `/sign-in?sso=code`, and sends its code by `POST /v1/sign-in/sso/code`.',
    access: 'none',
    inQuery: {
      code: z.string().describe('By which the provider is asked who it is').exactOptional(),
      state: z.string().describe('What it was given when the browser left').exactOptional(),
      iss: z.string().describe('What it calls itself (RFC 9207)').exactOptional(),
      error: z.string().describe('Why it did not sign somebody in').exactOptional(),
    },
    replies: { 303: { description: 'Into the dashboard, or to the second factor', content: [], headers: { ...LOCATION, ...COOKIE } } },
    errors: ['unauthorized', 'forbidden', 'not_found', 'provider_unavailable', 'store_unavailable'],
  },
  {
    id: 'finishSsoByCode',
    group: GROUP,
    method: 'post',
    path: '/v1/sign-in/sso/code',
    summary: 'Sign in by single sign-on: the code of the second factor',
    access: 'none',
    body: { description: 'The code', content: [{ type: 'application/json', schema: ssoCode, example: { code: '287082' } }] },
    replies: { 200: { description: 'Who has signed in', content: [{ type: 'application/json', schema: signedIn }], headers: COOKIE } },
    errors: [
      'unauthorized',
      'forbidden',
      'not_found',
      'rate_limited',
      'store_unavailable',
      'json_invalid',
      'body_too_large',
      'content_type_unsupported',
    ],
  },
];
