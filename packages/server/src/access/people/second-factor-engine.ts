// The second factor as better-auth has it: its plugin two-factor.

import { answered, cookiesOf, presented, refused } from './answers.ts';
import type { Auth } from './better-auth.ts';
import type { Begun, SecondFactor } from './engine.ts';

/** @returns whether a code is right: six digits, or a backup code; and what better-auth answers to it */
export function verifyCode({ api }: Auth, code: string, headers: Headers) {
  const wanted = { body: { code }, headers, returnHeaders: true } as const;
  return /^\d{6}$/.test(code) ? refused(api.verifyTOTP(wanted)) : refused(api.verifyBackupCode(wanted));
}

export function makeSecondFactor(auth: Auth): SecondFactor {
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
    confirm: (cookie, code) =>
      answered(async () =>
        afresh(await refused(api.verifyTOTP({ body: { code }, headers: new Headers({ cookie }), returnHeaders: true }))),
      ),
    remove: (cookie, password, code) =>
      answered(async () => {
        const headers = new Headers({ cookie });
        if ((await verifyCode(auth, code, headers)) === undefined) return undefined;
        return afresh(await refused(api.disableTwoFactor({ body: { password }, headers, returnHeaders: true })));
      }),
  };
}
