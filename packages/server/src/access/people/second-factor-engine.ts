// The second factor as better-auth has it, its plugin two-factor; and codes that are good once, which it has not (RFC 6238, 5.2).

import type pg from 'pg';
import { answered, cookiesOf, presented, refused } from './answers.ts';
import type { Auth } from './better-auth.ts';
import type { Begun, SecondFactor } from './engine.ts';

export interface Codes {
  /**
   * Whether a code is right, and was not used: six digits, or a backup code. It is used up then.
   *
   * @param headers with the cookie of a challenge, or of a session
   * @returns what better-auth answers to it; undefined for one that is not
   */
  verify(person: string, code: string, headers: Headers): ReturnType<typeof verifyNow>;
}

/** @param pool of the role people, with its tables in the search path */
export function makeCodes(auth: Auth, pool: pg.Pool): Codes {
  return {
    verify: async (person, code, headers) => {
      const isUsed = isOfApp(code) && !(await isFresh(auth, pool, person, code));
      return isUsed ? undefined : verifyNow(auth, code, headers);
    },
  };
}

/** Not a backup code. */
function isOfApp(code: string): boolean {
  return /^\d{6}$/.test(code);
}

/** Uses up the step that a code is of. A code that is of none is wrong, and better-auth counts that. */
async function isFresh({ api }: Auth, pool: pg.Pool, person: string, code: string): Promise<boolean> {
  const { step } = await api.step({ body: { person, code } });
  if (step === undefined) return true;
  const statement = 'update "twoFactor" set "lastStep" = $2 where "userId" = $1 and coalesce("lastStep", 0) < $2';
  return (await pool.query(statement, [person, step])).rowCount === 1;
}

function verifyNow({ api }: Auth, code: string, headers: Headers) {
  const wanted = { body: { code }, headers, returnHeaders: true } as const;
  return isOfApp(code) ? refused(api.verifyTOTP(wanted)) : refused(api.verifyBackupCode(wanted));
}

export function makeSecondFactor(auth: Auth, codes: Codes): SecondFactor {
  const { api } = auth;
  /** The session that an answer puts in the place of the one that asked. */
  const afresh = async (answer: { readonly headers: Headers } | undefined): Promise<Begun | undefined> => {
    if (answer === undefined) return undefined;
    const found = await api.getSession({ headers: new Headers({ cookie: cookiesOf(answer.headers) }) });
    if (found === null) throw new Error('the session that was begun is not there');
    return { ...presented(found), cookies: answer.headers.getSetCookie() };
  };
  return {
    prepare: (cookie, password) =>
      answered(async () => {
        const made = await refused(api.enableTwoFactor({ body: { password, method: 'totp' }, headers: new Headers({ cookie }) }));
        return made?.method === 'totp' ? { uri: made.totpURI, backupCodes: made.backupCodes } : undefined;
      }),
    // A backup code says nothing of the app that is to be put in force.
    confirm: (person, cookie, code) =>
      answered(async () => (isOfApp(code) ? afresh(await codes.verify(person, code, new Headers({ cookie }))) : undefined)),
    remove: (person, cookie, password, code) =>
      answered(async () => {
        const headers = new Headers({ cookie });
        if ((await codes.verify(person, code, headers)) === undefined) return undefined;
        return afresh(await refused(api.disableTwoFactor({ body: { password }, headers, returnHeaders: true })));
      }),
  };
}
