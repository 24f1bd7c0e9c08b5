// The operations of signing in and out, and of one's own account.

import { z } from 'zod';
import type { Prepared } from '../../access/people/second-factor.ts';
import type { PresentedSession } from '../../access/people/sessions.ts';
import { PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, SESSION_SECONDS } from '../../limits.ts';
import { ROLES_OF_PEOPLE } from '../../store/role-grants.ts';
import type { Operation } from './operation.ts';
import { named, timestamp } from './values.ts';

export const GROUP = 'Sign-in';
const EMAIL_CHARS_MAX = 254;
const NAME_CHARS_MAX = 200;

export const email = z.email('an e-mail address').max(EMAIL_CHARS_MAX);
/** What was set may be short by today's measure. */
const password = z
  .string()
  .min(1)
  .max(PASSWORD_CHARS_MAX * 2);
const fresh = password.describe(
  `At least ${PASSWORD_CHARS_MIN} characters, none of those that everybody tries, and not made of one's name`,
);

export const code = z.string().min(6).max(64).describe('Of the second factor: six digits, or a backup code');

export const withPassword = z.strictObject({ email, password, code: code.exactOptional() });
export const linkAnswer = z.strictObject({
  token: z.string().max(200).describe('`iln_...`: what stands behind the # of the link'),
  email: email.describe('Of the first owner').exactOptional(),
  name: z
    .string()
    .min(1)
    .max(NAME_CHARS_MAX)
    .regex(/^\P{Cc}*$/u)
    .describe('Of a new account')
    .exactOptional(),
  password: fresh.exactOptional(),
  code: code.exactOptional(),
});
export const onePassword = z.strictObject({ password });
export const oneCode = z.strictObject({ code });
export const passwordAndCode = z.strictObject({ password, code });
export const newPassword = z.strictObject({ current: password, password: fresh });

export interface PresentedSignedIn {
  readonly person: { readonly id: string; readonly name: string; readonly email: string; readonly twoFactor: boolean };
  readonly session: { readonly id: string; readonly expiresAt: string };
  readonly roles: readonly { readonly role: (typeof ROLES_OF_PEOPLE)[number]; readonly tenant?: string; readonly scope?: string }[];
}

export const signedIn = named<PresentedSignedIn>(
  'SignedIn',
  'Who somebody is who has signed in, and what in which tenant.',
  z.object({
    person: z.object({
      id: z.string(),
      name: z.string(),
      email: z.string(),
      twoFactor: z.boolean().describe('The account has a second factor'),
    }),
    session: z.object({ id: z.string(), expiresAt: timestamp }),
    roles: z.array(
      z.object({
        role: z.enum(ROLES_OF_PEOPLE),
        tenant: z.string().describe('Absent for all tenants').exactOptional(),
        scope: z.string().exactOptional(),
      }),
    ),
  }),
);
const session = named<PresentedSession>(
  'Session',
  'A session that has not ended.',
  z.object({
    id: z.string(),
    createdAt: timestamp,
    expiresAt: timestamp,
    address: z.string().exactOptional(),
    userAgent: z.string().exactOptional(),
    current: z.boolean().describe('It is the one that asks'),
  }),
);

const prepared = named<Prepared>(
  'SecondFactor',
  'A second factor that waits for its first code: it is shown this once.',
  z.object({
    uri: z.string().describe('`otpauth://...`: what an authenticator app reads, as a QR code'),
    backupCodes: z.array(z.string()).describe('Each in place of a code, once'),
  }),
);

export const COOKIE = { 'Set-Cookie': z.string().describe('The session') };
const BODY_ERRORS = ['json_invalid', 'body_too_large', 'content_type_unsupported'] as const;
const common = { group: GROUP } as const;
const json = (description: string, schema: z.ZodType): Operation['replies'] => ({
  200: { description, content: [{ type: 'application/json', schema }] },
});
const counted = z.object({ revoked: z.number().int().describe('How many') });

export const signInOperations: readonly Operation[] = [
  {
    ...common,
    id: 'signIn',
    method: 'post',
    path: '/v1/sign-in',
    summary: 'Sign in by e-mail address and password',
    description: `The answer sets the cookie of a session, which is good for ${SESSION_SECONDS / 3_600} hours and for every address that the role allows. An account that there is not answers like a wrong password.`,
    access: 'none',
    body: {
      description: 'Who it is',
      content: [
        { type: 'application/json', schema: withPassword, example: { email: 'maria@acme.test', password: 'gravel lantern osprey tuba' } },
      ],
    },
    replies: { 200: { description: 'Who has signed in', content: [{ type: 'application/json', schema: signedIn }], headers: COOKIE } },
    errors: ['unauthorized', 'second_factor_needed', 'forbidden', 'rate_limited', 'store_unavailable', ...BODY_ERRORS],
  },
  {
    ...common,
    id: 'useLink',
    method: 'post',
    path: '/v1/sign-in/link',
    summary: 'Sign in by a one-time link',
    description:
      'The first owner says address, name and password; who was invited, name and password; who has an account already, its password. A link for a person lets them in, and sets a password if one is sent.',
    access: 'none',
    body: {
      description: 'The link, and what it asks for',
      content: [
        {
          type: 'application/json',
          schema: linkAnswer,
          example: { token: 'iln_...', name: 'Maria', password: 'gravel lantern osprey tuba' },
        },
      ],
    },
    replies: { 200: { description: 'Who has signed in', content: [{ type: 'application/json', schema: signedIn }], headers: COOKIE } },
    errors: ['unauthorized', 'second_factor_needed', 'forbidden', 'rate_limited', 'store_unavailable', ...BODY_ERRORS],
  },
  {
    ...common,
    id: 'signOut',
    method: 'post',
    path: '/v1/sign-out',
    summary: 'Sign out: end this session',
    access: 'session',
    replies: json('It has ended', z.object({ signedOut: z.literal(true) })),
    errors: [],
  },
  {
    ...common,
    id: 'getSession',
    method: 'get',
    path: '/v1/session',
    summary: 'Who has signed in, and what they are in which tenant',
    access: 'session',
    replies: json('Who it is', signedIn),
    errors: [],
  },
  {
    ...common,
    id: 'listSessions',
    method: 'get',
    path: '/v1/sessions',
    summary: 'The sessions of whoever asks',
    access: 'session',
    replies: json('The sessions', z.object({ sessions: z.array(session) })),
    errors: [],
  },
  {
    ...common,
    id: 'revokeOtherSessions',
    method: 'post',
    path: '/v1/sessions/revoke-others',
    summary: 'End all sessions of whoever asks but this one',
    access: 'session',
    replies: json('They have ended', counted),
    errors: [],
  },
  {
    ...common,
    id: 'revokeSession',
    method: 'post',
    path: '/v1/sessions/{id}/revoke',
    summary: 'End a session of whoever asks',
    description: 'It is refused a second later, and its streams end within 5 seconds.',
    access: 'session',
    inPath: { id: z.string().describe('The id of the session') },
    replies: json('It has ended', counted),
    errors: ['not_found'],
  },
  {
    ...common,
    id: 'changePassword',
    method: 'post',
    path: '/v1/password',
    summary: "Change one's own password",
    description: 'All other sessions end.',
    access: 'session',
    body: {
      description: 'The passwords',
      content: [
        {
          type: 'application/json',
          schema: newPassword,
          example: { current: 'gravel lantern osprey tuba', password: 'nine geese over the quay' },
        },
      ],
    },
    replies: json('It is changed', z.object({ changed: z.literal(true) })),
    errors: ['rate_limited', ...BODY_ERRORS],
  },
  {
    ...common,
    id: 'prepareSecondFactor',
    method: 'post',
    path: '/v1/second-factor',
    summary: 'Prepare a second factor (TOTP)',
    description: 'It is in force once it is confirmed by a code.',
    access: 'session',
    body: {
      description: "One's password",
      content: [{ type: 'application/json', schema: onePassword, example: { password: 'gravel lantern osprey tuba' } }],
    },
    replies: json('What an authenticator app needs', prepared),
    errors: ['rate_limited', ...BODY_ERRORS],
  },
  {
    ...common,
    id: 'confirmSecondFactor',
    method: 'post',
    path: '/v1/second-factor/confirm',
    summary: 'Put the second factor in force by its first code',
    description: 'The answer sets the cookie of a session that takes the place of this one.',
    access: 'session',
    body: { description: 'The code', content: [{ type: 'application/json', schema: oneCode, example: { code: '287082' } }] },
    replies: { 200: { description: 'Who has signed in', content: [{ type: 'application/json', schema: signedIn }], headers: COOKIE } },
    errors: ['rate_limited', ...BODY_ERRORS],
  },
  {
    ...common,
    id: 'removeSecondFactor',
    method: 'post',
    path: '/v1/second-factor/remove',
    summary: 'Remove the second factor',
    description: 'The answer sets the cookie of a session that takes the place of this one.',
    access: 'session',
    body: {
      description: 'Password and code',
      content: [{ type: 'application/json', schema: passwordAndCode, example: { password: 'gravel lantern osprey tuba', code: '287082' } }],
    },
    replies: { 200: { description: 'Who has signed in', content: [{ type: 'application/json', schema: signedIn }], headers: COOKIE } },
    errors: ['rate_limited', ...BODY_ERRORS],
  },
];
