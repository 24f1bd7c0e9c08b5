// Signing in by e-mail address and password, and changing the password.

import { Failure, type JsonObject } from '@indelible/core';
import { OPERATOR_TENANT } from '../../store/log-row.ts';
import { inTransaction } from '../../store/pool.ts';
import { endSessions, forgetEndedSessions, setPassword } from '../../store/people.ts';
import type { Begun, Session } from './engine.ts';
import { demandStrong } from './password-strength.ts';
import type { People } from './people.ts';
import { recordOfPerson } from './record.ts';
import { byPersonOf, type Visit } from './visit.ts';

interface Refusal {
  readonly action: string;
  readonly message: string;
}

/** The same for an account that there is not and for a wrong password. */
const PASSWORD_WRONG: Refusal = { action: 'auth.login.failed', message: 'the e-mail address or the password is wrong' };
const CODE_WRONG: Refusal = {
  action: 'auth.mfa.failed',
  message: 'the code of the second factor is wrong or was used before, or there were too many: wait for the next one',
};

export interface Proof {
  readonly email: string;
  readonly password: string;
  /** Of the second factor: six digits, or a backup code. */
  readonly code?: string;
}

/** @throws Failure `unauthorized`, `second_factor_needed`, `rate_limited` */
export async function signIn(people: People, { email, password, code }: Proof, visit: Visit): Promise<Begun> {
  const account = email.toLowerCase();
  const proved = await attempt(people, account, visit, () => people.engine.prove(account, password));
  if (proved.twoFactor && code === undefined)
    throw new Failure('second_factor_needed', 'the password is right; the code of the second factor is missing');
  const { person } = proved;
  const begun =
    proved.twoFactor && code !== undefined
      ? await proveCode(people, account, visit, () => people.engine.byCode(person, code, visit))
      : await people.engine.begin(person, visit);
  await recordLogin(people, begun, visit, 'password');
  return begun;
}

/** @throws Failure `unauthorized`, `rate_limited` */
export async function provePassword(people: People, account: string, password: string, visit: Visit): Promise<void> {
  await attempt(people, account, visit, () => people.engine.prove(account, password));
}

/**
 * The same for the code of a second factor.
 *
 * @param work undefined for a code that is wrong
 * @throws Failure `unauthorized`, `rate_limited`
 */
export async function proveCode<Result>(
  people: People,
  email: string,
  visit: Visit,
  work: () => Promise<Result | undefined>,
): Promise<Result> {
  const device = people.devices.read(visit.device, email);
  const asked = { account: email, address: visit.address, device };
  return settled(people, email, visit, people.attempts.ofCode(asked, work), CODE_WRONG);
}

/** Counts an attempt with a password, and puts on record that it failed. */
async function attempt<Result>(people: People, account: string, visit: Visit, work: () => Promise<Result | undefined>): Promise<Result> {
  const device = people.devices.read(visit.device, account);
  return settled(people, account, visit, people.attempts.run({ account, address: visit.address, device }, work), PASSWORD_WRONG);
}

async function settled<Result>(
  people: People,
  account: string,
  visit: Visit,
  tried: Promise<Result | undefined>,
  { action, message }: Refusal,
): Promise<Result> {
  const result = await tried.catch((error: unknown) => {
    if (error instanceof Failure && error.code === 'rate_limited') noteRefused(people, 'auth.login.blocked', account, error, visit);
    throw error;
  });
  if (result !== undefined) return result;
  const failure = new Failure('unauthorized', message);
  noteRefused(people, action, account, failure, visit);
  throw failure;
}

/** Nobody is known, whoever they say they are: it is the operator's, folded by address. */
export function noteRefused(
  people: People,
  action: string,
  account: string,
  { code, message }: Failure,
  { address }: Visit,
  operation = 'signIn',
): void {
  people.accessTrail.note({
    tenant: OPERATOR_TENANT,
    action,
    by: { actor: { type: 'anonymous' }, attribution: 'none', context: address === undefined ? {} : { ip: address } },
    operation,
    question: account,
    error: { code, message },
  });
}

/** A session is handed out after its event is durable; without, it ends. */
export async function recordLogin(
  people: People,
  begun: Begun,
  visit: Visit,
  method: 'password' | 'link' | 'sso',
  more: JsonObject = {},
): Promise<void> {
  try {
    const event = {
      action: 'auth.login.succeeded',
      ...byPersonOf(begun, visit),
      metadata: { method, secondFactor: begun.twoFactor, ...more },
    };
    await inTransaction(people.owner, async (tx) => {
      await forgetEndedSessions(tx, begun.person.id);
      await recordOfPerson(tx, begun.person.id, [event]);
    });
  } catch (error) {
    await endSessions(people.owner, begun.person.id, { id: begun.id });
    throw error;
  }
}

/**
 * Puts another password in the place of one's own; all other sessions end.
 *
 * @throws Failure `forbidden` when the current one is wrong; `parameter_invalid` when the new one is weak; `rate_limited`
 */
export async function changePassword(
  people: People,
  session: Session,
  { current, password }: { current: string; password: string },
  visit: Visit,
): Promise<void> {
  const { person } = session;
  demandStrong(password, [person.email, person.name]);
  await provePassword(people, person.email, current, visit).catch((error: unknown) => {
    throw error instanceof Failure && error.code === 'unauthorized' ? new Failure('forbidden', 'the current password is wrong') : error;
  });
  const hash = await people.engine.hash(password);
  await inTransaction(people.owner, async (tx) => {
    await setPassword(tx, person.id, hash);
    const ended = await endSessions(tx, person.id, { except: session.id });
    await recordOfPerson(tx, person.id, [
      {
        action: 'auth.password.changed',
        ...byPersonOf(session, visit),
        resource: { type: 'person', id: person.id, name: person.name },
        metadata: { sessionsEnded: ended.length },
      },
    ]);
  });
  people.sessions.forget();
}
