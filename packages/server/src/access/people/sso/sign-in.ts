// Signing in by a provider of single sign-on.
//
//   leave: a sealed cookie -> the provider -> comeBack: state, code, ID token -> whose verified address has an account or an invitation
//                                                                            -> a session, or first the code of the second factor
//
// Nobody is registered by it, and an address that the provider has not verified is nobody's.

import { timingSafeEqual } from 'node:crypto';
import { Failure, type JsonObject } from '@indelible/core';
import type pg from 'pg';
import { becomeIdentity, endSessions, findByIdentity, findPerson, insertPerson, type PersonRow } from '../../../store/people.ts';
import { inTransaction } from '../../../store/pool.ts';
import { OPERATOR_TENANT } from '../../../store/log-row.ts';
import { takeInvitations } from '../../../store/sign-in-links.ts';
import type { By } from '../../actor.ts';
import { storable } from '../../storable.ts';
import { accept } from '../accept.ts';
import type { Begun } from '../engine.ts';
import type { People, Sso } from '../people.ts';
import { noteRefused, proveCode, recordLogin } from '../sign-in.ts';
import { byLinkOf, type Visit } from '../visit.ts';
import { challengeOf, newLeaving } from './away.ts';
import type { Identity } from './provider.ts';

/** Where the provider sends people back to, below the address of the server. */
export const CALLBACK_PATH = '/v1/sign-in/sso/callback';

const NAME_CHARS_MAX = 200;

/** What the provider sends back, or somebody who says to be it. */
export interface Answered {
  readonly code?: string | undefined;
  readonly state?: string | undefined;
  readonly iss?: string | undefined;
  readonly error?: string | undefined;
}

/** Somebody whom the provider has named; before there is a session the code of their second factor is missing. */
export interface CodeMissing {
  readonly kind: 'code_missing';
  /** What brings them back (comeByCode). */
  readonly sealed: string;
}

/** @throws Failure `not_found` where no provider is set up */
export function ssoOf({ sso }: Pick<People, 'sso'>): Sso {
  if (sso === undefined) throw new Failure('not_found', 'no provider of single sign-on is set up: an operator sets INDELIBLE_OIDC_ISSUER');
  return sso;
}

/**
 * Begins a sign-in.
 *
 * @returns where to send the browser, and what it has to bring back
 * @throws Failure `not_found`, `provider_unavailable`
 */
export async function leave(people: People): Promise<{ readonly location: string; readonly sealed: string }> {
  const { provider, sealer } = ssoOf(people);
  const leaving = newLeaving();
  const { state, nonce } = leaving;
  const location = await provider.authorizationUrl({ state, nonce, challenge: challengeOf(leaving), redirectUri: redirectUri(people) });
  return { location, sealed: await sealer.seal(leaving) };
}

function redirectUri({ publicUrl }: People): string {
  if (publicUrl === undefined) throw new Error('single sign-on without INDELIBLE_PUBLIC_URL, which the configuration demands');
  return `${publicUrl}${CALLBACK_PATH}`;
}

/**
 * Comes back from the provider.
 *
 * @param sealed what the browser was given when it left
 * @throws Failure `unauthorized`, `forbidden`, `not_found`, `provider_unavailable`
 */
export async function comeBack(people: People, answer: Answered, sealed: string | undefined, visit: Visit): Promise<Begun | CodeMissing> {
  const sso = ssoOf(people);
  let account = '';
  try {
    const identity = await people.attempts.ofPlace(visit.address, () => identityOf(people, sso, answer, sealed));
    if (identity === undefined) throw new Error('nobody, and no fault');
    account = identity.email ?? '';
    const known = await inTransaction(people.owner, (tx) => accountOf(tx, sso, identity));
    // Nothing changes before the second factor.
    if (known.person?.twoFactor === true) return { kind: 'code_missing', sealed: await sso.sealer.seal({ kind: 'code', identity }) };
    const { person, more } = await settle(people, identity, visit);
    const begun = await people.engine.begin(person.id, visit);
    await recordLogin(people, begun, visit, 'sso', more);
    return begun;
  } catch (error) {
    if (error instanceof Failure) noteRefused(people, 'auth.login.failed', account, error, visit, 'finishSso');
    throw error;
  }
}

async function identityOf(
  people: People,
  { provider, sealer }: Sso,
  { code, state, iss, error }: Answered,
  sealed: string | undefined,
): Promise<Identity> {
  const leaving = await sealer.open('leaving', sealed);
  if (leaving === undefined || state === undefined || !isSame(state, leaving.state))
    throw new Failure('unauthorized', 'this sign-in was begun in another browser, or too long ago: begin again');
  if (error !== undefined)
    throw new Failure('unauthorized', `the provider did not sign you in (${reasonOf(error)}): begin again, or sign in by password`);
  if (code === undefined) throw new Failure('unauthorized', 'the provider sent no code: begin again');
  const { nonce, verifier } = leaving;
  return provider.identify({ code, iss, nonce, verifier, redirectUri: redirectUri(people) });
}

/** Of what anybody may write the words that have a meaning: RFC 6749, 4.1.2.1, and OpenID Connect Core 1.0, 3.1.2.6. */
const REASONS = [
  'access_denied', 'invalid_request', 'unauthorized_client', 'unsupported_response_type', 'invalid_scope', 'server_error',
  'temporarily_unavailable', 'interaction_required', 'login_required', 'account_selection_required', 'consent_required',
]; // prettier-ignore

function reasonOf(error: string): string {
  return REASONS.find((reason) => reason === error) ?? 'it does not say why';
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Whose an identity is: by what they are at the provider for ever, or the first time by their address. */
async function accountOf(
  tx: pg.ClientBase,
  { provider }: Sso,
  { issuer, subject, email, emailVerified }: Identity,
): Promise<{ readonly email: string; readonly person: PersonRow | undefined; readonly isFirst: boolean }> {
  if (email === undefined || !emailVerified)
    throw new Failure('forbidden', 'the provider has not verified your e-mail address: have it verified there, and sign in again');
  const { domains } = provider.settings;
  if (domains.length > 0 && !domains.includes(email.slice(email.lastIndexOf('@') + 1)))
    throw new Failure('forbidden', `nobody signs in here with an address like ${email}: use one of ${domains.join(', ')}`);
  const before = await findByIdentity(tx, issuer, subject);
  return { email, person: before ?? (await findPerson(tx, email)), isFirst: before === undefined };
}

/** Makes somebody whose they are, and gives them what they are invited to; what the trail says of it beside. */
async function settle(people: People, identity: Identity, visit: Visit): Promise<{ person: PersonRow; more: JsonObject }> {
  const settled = await inTransaction(people.owner, async (tx) => {
    const { email, person: known, isFirst } = await accountOf(tx, ssoOf(people), identity);
    const { issuer, subject, name } = identity;
    const invitations = await takeInvitations(tx, email);
    if (known === undefined && invitations.length === 0)
      throw new Failure('forbidden', `${email} has no account and no invitation here: ask an administrator to invite this address`);
    const person = known ?? (await join(tx, email, name));
    // In the order of the tenants' names, so that two never wait for each other.
    for (const { id: link, ...role } of invitations.toSorted((a, b) => (logOf(a) < logOf(b) ? -1 : 1)))
      await accept(tx, { link, ...role }, { person, isNew: known === undefined }, bySsoOf(person, visit));
    // The address of somebody who has gone may be given to somebody else. Last, as where a person is removed: roles are locked
    // before people, so that two never wait for each other.
    if (isFirst && !(await becomeIdentity(tx, person.id, issuer, subject)))
      throw new Failure(
        'forbidden',
        `the account of ${email} is somebody else's at the provider: ask an owner to remove it and to invite you`,
      );
    return { person, more: { issuer, ...(isFirst ? { firstTime: true } : {}) } };
  });
  people.sessions.forget();
  return settled;
}

function logOf({ tenant }: { readonly tenant: string | undefined }): string {
  return tenant ?? OPERATOR_TENANT;
}

/** @param name what the provider calls them */
async function join(tx: pg.ClientBase, email: string, name = ''): Promise<PersonRow> {
  const shown =
    storable(name, NAME_CHARS_MAX)
      .replaceAll(/\p{Cc}/gu, ' ')
      .trim() || email;
  const person = (await insertPerson(tx, { email, name: shown })) ?? (await findPerson(tx, email));
  if (person === undefined) throw new Error('the person was not stored');
  return person;
}

function bySsoOf(person: PersonRow, visit: Visit): By {
  const by = byLinkOf(person, visit);
  return { ...by, context: { ...by.context, authMethod: 'single_sign_on' } };
}

/**
 * The second half of a sign-in of somebody who has a second factor.
 *
 * @param sealed what the browser was given when it came back
 * @throws Failure `unauthorized`, `not_found`, `rate_limited`
 */
export async function comeByCode(people: People, code: string, sealed: string | undefined, visit: Visit): Promise<Begun> {
  const sso = ssoOf(people);
  const awaited = await sso.sealer.open('code', sealed);
  const known = awaited === undefined ? undefined : await inTransaction(people.owner, (tx) => accountOf(tx, sso, awaited.identity));
  if (awaited === undefined || known?.person === undefined)
    throw new Failure('unauthorized', 'this sign-in was begun in another browser, or too long ago: begin again');
  const { id, email } = known.person;
  const begun = await proveCode(people, email, visit, () => people.engine.byCode(id, code, visit));
  const { more } = await settle(people, awaited.identity, visit).catch(async (error: unknown) => {
    await endSessions(people.owner, id, { id: begun.id });
    throw error;
  });
  await recordLogin(people, begun, visit, 'sso', more);
  return begun;
}
