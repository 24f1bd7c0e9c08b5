// All of who may come in, put together: the ways in, what is noted of those who come, and the secrets of that.

import type { NewEvent } from '@indelible/core';
import type pg from 'pg';
import { makeSelf, type Self } from '../store/self.ts';
import { AccessTrail } from './access-trail.ts';
import { type Authenticator, makeAuthenticator, type Way } from './authenticate.ts';
import { keyWay } from './by-key.ts';
import { viewerWay } from './by-viewer-token.ts';
import { KeyUse } from './key-use.ts';
import { deriveKey } from './secret.ts';
import { makeViewerTokens, type ViewerTokens } from './viewer-token.ts';

export interface AccessOptions {
  readonly appender: pg.Pool;
  /** Writes events in a transaction of its own. */
  readonly append: (tenant: string, events: readonly NewEvent[]) => Promise<unknown>;
  /** The log of a tenant; undefined when it has none. */
  readonly logOf: (tenant: string) => Promise<{ readonly logId: string } | undefined>;
  /** The operator's key from the environment. */
  readonly adminKey?: string | undefined;
  /** What keys of the server are derived from; see loadSecret. */
  readonly secret: Buffer;
  /** Further ways in, such as a sign-in. */
  readonly ways?: readonly Way[];
  /** Told of what could not be written in the background, and is tried again. */
  readonly onError: (error: Error) => void;
}

export interface Access {
  readonly authenticator: Authenticator;
  readonly accessTrail: AccessTrail;
  readonly keyUse: KeyUse;
  readonly viewerTokens: ViewerTokens;
  readonly self: Self;
  /** Begins to write in the background. */
  start(): void;
  /** Writes everything that was noted. */
  stop(): Promise<void>;
}

export function openAccess({ appender, append, logOf, adminKey, secret, ways = [], onError }: AccessOptions): Access {
  const self = makeSelf(append);
  const accessTrail = new AccessTrail({ self, logOf, onError });
  const keyUse = new KeyUse({ appender, onError });
  const viewerTokens = makeViewerTokens(deriveKey(secret, 'viewer tokens'));
  const onUse = (id: string, address: string | undefined): void => keyUse.note(id, address);
  return {
    authenticator: makeAuthenticator([keyWay({ appender, adminKey, onUse }), viewerWay(appender, viewerTokens), ...ways]),
    accessTrail,
    keyUse,
    viewerTokens,
    self,
    start: () => {
      accessTrail.start();
      keyUse.start();
    },
    stop: async () => {
      const [trail, use] = await Promise.allSettled([accessTrail.stop(), keyUse.stop()]);
      for (const done of [trail, use]) if (done.status === 'rejected') throw done.reason as Error;
    },
  };
}
