// One-time links: making them, and coming in by one.

import { Failure } from '@indelible/core';
import type pg from 'pg';
import { INVITATION_SECONDS, LINK_SECONDS } from '../../limits.ts';
import { checkTenantName, OPERATOR_TENANT } from '../../store/log-row.ts';
import { findPerson, insertPerson, endSessions, personById, type PersonRow, setPassword } from '../../store/people.ts';
import { inTransaction } from '../../store/pool.ts';
import { hasOwnerOfAll, type Role } from '../../store/role-grants.ts';
import { recordIn } from '../../store/self.ts';
import { endFirstLinks, insertLink, type LinkPurpose, takeLink } from '../../store/sign-in-links.ts';
import type { By } from '../actor.ts';
import { demandRole } from '../giving.ts';
import type { Principal } from '../principal.ts';
import { readScope } from '../scope.ts';
import { accept } from './accept.ts';
import type { Begun } from './engine.ts';
import { demandStrong } from './password-strength.ts';
import type { People } from './people.ts';
import { recordOfPerson } from './record.ts';
import { noteRefused, proveCode, provePassword, recordLogin, signIn } from './sign-in.ts';
import { byLinkOf, type Visit } from './visit.ts';

export interface MadeLink {
  readonly id: string;
  /** `iln_...`: it is stored nowhere. */
  readonly token: string;
  /** RFC 3339. */
  readonly expiresAt: string;
}

export interface LinkContext {
  readonly owner: pg.Pool;
  readonly by: By;
}

export interface Invitation {
  readonly email: string;
  /** Undefined: in all tenants. */
  readonly tenant: string | undefined;
  readonly role: Role;
  readonly scope?: string | undefined;
}

/**
 * Makes a link by which somebody gets a role, and an account if they have none.
 *
 * @param principal who asks; undefined for somebody who has the database anyway
 * @throws Failure `forbidden`, `parameter_invalid`, `query_invalid`, `tenant_invalid`
 */
export async function invite(
  { owner, by }: LinkContext,
  { email, tenant, role, scope = '' }: Invitation,
  principal?: Principal,
): Promise<MadeLink> {
  if (tenant !== undefined) checkTenantName(tenant);
  if (scope !== '' && role !== 'viewer')
    throw new Failure('parameter_invalid', 'scope: only a viewer sees a part of a tenant', { pointer: 'scope' });
  readScope(scope);
  demandRole(principal, role, tenant);
  const purpose = { kind: 'invitation', email: email.toLowerCase(), tenant, role, scope } as const;
  return inTransaction(owner, (tx) =>
    make(tx, purpose, INVITATION_SECONDS, async (id, expiresAt) =>
      recordIn(tx, tenant ?? OPERATOR_TENANT, {
        action: 'person.invited',
        ...by,
        resource: { type: 'sign_in_link', id, name: email },
        metadata: { role, scope: scope === '' ? 'everything' : scope, expiresAt },
      }),
    ),
  );
}

/** Makes a link that lets a person in, whatever password they have. */
export async function makeSignInLink({ owner, by }: LinkContext, { id: person, email, name }: PersonRow): Promise<MadeLink> {
  return inTransaction(owner, (tx) =>
    make(tx, { kind: 'sign_in', person }, LINK_SECONDS, async (id, expiresAt) =>
      recordOfPerson(tx, person, [
        { action: 'sign_in_link.created', ...by, resource: { type: 'person', id: person, name }, metadata: { link: id, email, expiresAt } },
      ]),
    ),
  );
}

/** The link of the first owner; undefined once there is somebody who is an owner of all tenants. Those made before end. */
export async function makeFirstLink({ owner, by }: LinkContext): Promise<MadeLink | undefined> {
  return inTransaction(owner, async (tx) => {
    if (await hasOwnerOfAll(tx)) return undefined;
    await endFirstLinks(tx);
    return make(tx, { kind: 'invitation', tenant: undefined, role: 'owner' }, LINK_SECONDS, async (id, expiresAt) =>
      recordIn(tx, OPERATOR_TENANT, {
        action: 'sign_in_link.created',
        ...by,
        resource: { type: 'sign_in_link', id },
        metadata: { role: 'owner', expiresAt },
      }),
    );
  });
}

async function make(
  tx: pg.ClientBase,
  purpose: LinkPurpose,
  seconds: number,
  record: (id: string, expiresAt: string) => Promise<void>,
): Promise<MadeLink> {
  const expiresAt = new Date(Date.now() + seconds * 1_000);
  const { id, secret } = await insertLink(tx, purpose, expiresAt);
  await record(id, expiresAt.toISOString());
  return { id, token: secret, expiresAt: expiresAt.toISOString() };
}

export interface LinkAnswer {
  readonly token: string;
  readonly email?: string;
  readonly name?: string;
  readonly password?: string;
  /** Of the second factor of an account that has one. */
  readonly code?: string;
}

/**
 * Comes in by a link, and uses it up. An invitation makes an account, or gives the role to the one that has its address, whose
 * password is then the proof. A link for a person lets them in, and sets a new password if one is given; then all their sessions end.
 *
 * @throws Failure `unauthorized` for a link that is not good, or a password that is wrong; `parameter_invalid`, `rate_limited`
 */
export async function comeByLink(people: People, answer: LinkAnswer, visit: Visit): Promise<Begun> {
  const come = await inTransaction(people.owner, async (tx) => {
    const link = await takeLink(tx, answer.token);
    if (link === undefined) throw noLink(people, visit);
    if (link.purpose.kind === 'sign_in') return letIn(tx, people, link.purpose.person, answer, visit);
    return acceptInvitation(tx, people, link.id, link.purpose, answer, visit);
  });
  people.sessions.forget();
  if (come.kind === 'password') {
    // Who had an account signs in to it as always.
    const { password = '', code } = answer;
    return signIn(people, { email: come.person.email, password, ...(code === undefined ? {} : { code }) }, visit);
  }
  const begun = come.begun ?? (await people.engine.begin(come.person.id, visit));
  await recordLogin(people, begun, visit, 'link');
  return begun;
}

/** Whoever tries links is on record, as whoever tries passwords. */
function noLink(people: People, visit: Visit): Failure {
  const failure = new Failure('unauthorized', 'this link was used, has ended, or never was: ask for another one');
  noteRefused(people, 'auth.login.failed', '', failure, visit, 'useLink');
  return failure;
}

/** A link is in place of the password alone: a second factor is asked for before the link is used up, or anything changes. */
async function letIn(tx: pg.ClientBase, people: People, id: string, { password, code }: LinkAnswer, visit: Visit): Promise<Come> {
  const person = await personById(tx, id);
  if (person === undefined) throw noLink(people, visit);
  if (password !== undefined) demandStrong(password, [person.email, person.name]);
  if (person.twoFactor && code === undefined)
    throw new Failure('second_factor_needed', 'this account has a second factor: its code is missing');
  const begun =
    person.twoFactor && code !== undefined
      ? await proveCode(people, person.email, visit, () => people.engine.byCode(id, code, visit))
      : undefined;
  try {
    if (password !== undefined) await resetPassword(tx, people, person, password, begun, visit);
  } catch (error) {
    if (begun !== undefined) await endSessions(people.owner, id, { id: begun.id });
    throw error;
  }
  return { kind: 'link', person, ...(begun === undefined ? {} : { begun }) };
}

async function resetPassword(
  tx: pg.ClientBase,
  people: People,
  person: PersonRow,
  password: string,
  begun: Begun | undefined,
  visit: Visit,
): Promise<void> {
  const { id, name } = person;
  await setPassword(tx, id, await people.engine.hash(password));
  const ended = await endSessions(tx, id, { except: begun?.id });
  await recordOfPerson(tx, id, [
    {
      action: 'auth.password.reset',
      ...byLinkOf(person, visit),
      resource: { type: 'person', id, name },
      metadata: { sessionsEnded: ended.length },
    },
  ]);
}

/** Whether the link alone lets somebody in, or their password has to. */
type Come =
  | { readonly kind: 'password'; readonly person: PersonRow }
  /** begun: the session that a second factor has begun. */
  | { readonly kind: 'link'; readonly person: PersonRow; readonly begun?: Begun };

async function acceptInvitation(
  tx: pg.ClientBase,
  people: People,
  link: string,
  { email: invited, tenant, role, scope = '' }: Extract<LinkPurpose, { kind: 'invitation' }>,
  answer: LinkAnswer,
  visit: Visit,
): Promise<Come> {
  // Somebody may have become one by another way since it was made.
  if (invited === undefined && (await hasOwnerOfAll(tx))) throw noLink(people, visit);
  const email = (invited ?? needed(answer.email, 'email')).toLowerCase();
  const password = needed(answer.password, 'password');
  const known = await findPerson(tx, email);
  if (known !== undefined) await provePassword(people, email, password, visit);
  const person = known ?? (await join(tx, people, email, needed(answer.name, 'name'), password));
  await accept(tx, { link, tenant, role, scope }, { person, isNew: known === undefined }, byLinkOf(person, visit));
  if (invited === undefined) await endFirstLinks(tx);
  return { kind: known === undefined ? 'link' : 'password', person };
}

async function join(tx: pg.ClientBase, people: People, email: string, name: string, password: string): Promise<PersonRow> {
  demandStrong(password, [email, name]);
  const person = await insertPerson(tx, { email, name });
  if (person === undefined)
    throw new Failure('parameter_invalid', 'email: somebody has made an account with this address just now; try again', {
      pointer: 'email',
    });
  await setPassword(tx, person.id, await people.engine.hash(password));
  return person;
}

function needed(value: string | undefined, pointer: string): string {
  if (value === undefined) throw new Failure('parameter_invalid', `${pointer}: this link needs it`, { pointer });
  return value;
}
