// What better-auth has not and is asked for here: sessions of those whom something else than a password has let in, and codes
// of a second factor that are good once. Called by the server alone; no address leads here.

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { CHALLENGE_SECONDS } from '../../limits.ts';

/** Beside those of the plugin two-factor: the step of 30 seconds (RFC 6238, 4.2) of the last code that was good. */
export const lastStepSchema = {
  id: 'indelible-last-step',
  schema: { twoFactor: { fields: { lastStep: { type: 'number', required: false, input: false, returned: false } } } },
} as const;

export const STEP_SECONDS = 30;
const DIGITS = 6;
/** Steps before and after this one whose codes are good, for clocks that differ: what better-auth takes. */
const DRIFT_STEPS = 1;

/**
 * The latest step that a code is of; undefined when it is of none that is near.
 *
 * @param secret what the code is made with: RFC 4226, 5.3
 */
export function stepOf(secret: string | Uint8Array, code: string, nowMs: number = Date.now()): number | undefined {
  const now = Math.floor(nowMs / 1_000 / STEP_SECONDS);
  const steps = Array.from({ length: 2 * DRIFT_STEPS + 1 }, (_, index) => now + DRIFT_STEPS - index);
  const given = Buffer.from(code);
  // Every one is compared, whichever is right.
  return steps.filter((step) => {
    const right = Buffer.from(codeAt(secret, step));
    return given.length === right.length && timingSafeEqual(given, right);
  })[0];
}

function codeAt(secret: string | Uint8Array, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', secret).update(counter).digest();
  const at = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 10 ** DIGITS).padStart(DIGITS, '0');
}

export async function makeOwnEndpoints() {
  const [{ createAuthEndpoint }, { setSessionCookie }, { symmetricDecrypt }, { z }] = await Promise.all([
    import('better-auth/api'),
    import('better-auth/cookies'),
    import('better-auth/crypto'),
    import('zod'),
  ]);
  const options = { method: 'POST', body: z.object({ person: z.string() }), metadata: { SERVER_ONLY: true } } as const;
  const begin = createAuthEndpoint('/begin', options, async (ctx) => {
    const user = await ctx.context.internalAdapter.findUserById(ctx.body.person);
    if (user === null) throw ctx.error('NOT_FOUND');
    const session = await ctx.context.internalAdapter.createSession(user.id);
    await setSessionCookie(ctx, { session, user });
    return { token: session.token };
  });
  // As the plugin two-factor does it after a right password.
  const challenge = createAuthEndpoint('/challenge', options, async (ctx) => {
    const { internalAdapter, secret, createAuthCookie } = ctx.context;
    const cookie = createAuthCookie('two_factor', { maxAge: CHALLENGE_SECONDS });
    const identifier = `2fa-${randomBytes(20).toString('hex')}`;
    const expiresAt = new Date(Date.now() + CHALLENGE_SECONDS * 1_000);
    await internalAdapter.createVerificationValue({ value: ctx.body.person, identifier, expiresAt });
    await internalAdapter.createVerificationValue({ value: '0', identifier: `2fa-attempts-${identifier}`, expiresAt });
    await ctx.setSignedCookie(cookie.name, identifier, secret, cookie.attributes);
    return { begun: true };
  });
  const step = createAuthEndpoint('/step', { ...options, body: z.object({ person: z.string(), code: z.string() }) }, async (ctx) => {
    const where = [{ field: 'userId', value: ctx.body.person }];
    const found = await ctx.context.adapter.findOne<{ readonly secret: string }>({ model: 'twoFactor', where });
    if (found === null) return { step: undefined };
    const secret = await symmetricDecrypt({ key: ctx.context.secretConfig, data: found.secret });
    return { step: stepOf(secret, ctx.body.code) };
  });
  return { id: 'indelible', endpoints: { begin, challenge, step } } as const;
}
