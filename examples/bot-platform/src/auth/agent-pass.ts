// The pass with which an agent calls the API for somebody: signed, and good for a minute. Nothing of it is stored.

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Caller, Known } from './caller.ts';

const PASS_MS = 60_000;

export interface PassHolder {
  readonly bot: { readonly id: string; readonly name: string };
  /** Who wrote to the bot. */
  readonly caller: Caller;
  readonly userId: string;
  readonly organizationId: string;
}

export interface Passes {
  readonly issue: (holder: PassHolder) => string;
  readonly open: (token: string) => Known | undefined;
}

interface Pass extends PassHolder {
  readonly until: number;
}

/** Passes are good in the process that issued them: its key is made anew at every start. */
export function createPasses(key = randomBytes(32)): Passes {
  const sign = (payload: string): Buffer => createHmac('sha256', key).update(payload).digest();
  return {
    issue: (holder) => {
      const payload = Buffer.from(JSON.stringify({ ...holder, until: Date.now() + PASS_MS } satisfies Pass)).toString('base64url');
      return `agt_${payload}.${sign(payload).toString('base64url')}`;
    },
    open: (token) => {
      const [, payload, signature] = token.match(/^agt_([\w-]+)\.([\w-]{43})$/) ?? [];
      if (payload === undefined || signature === undefined) return undefined;
      if (!timingSafeEqual(sign(payload), Buffer.from(signature, 'base64url'))) return undefined;
      const { bot, caller, userId, organizationId, until } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Pass;
      if (until < Date.now()) return undefined;
      return { caller: { type: 'agent', ...bot, onBehalfOf: caller }, userId, home: organizationId };
    },
  };
}
