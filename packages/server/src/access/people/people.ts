// What everything about people works with, put together.

import type pg from 'pg';
import type { AccessTrail } from '../access-trail.ts';
import { deriveKey } from '../secret.ts';
import { Attempts } from './attempts.ts';
import { type Devices, makeDevices } from './device.ts';
import type { Engine } from './engine.ts';
import type { Sessions } from './sessions.ts';
import { makeSealer, type Sealer } from './sso/away.ts';
import type { Provider } from './sso/provider.ts';

export interface Sso {
  readonly provider: Provider;
  readonly sealer: Sealer;
}

export interface People {
  readonly engine: Engine;
  /** The owner's pool. */
  readonly owner: pg.Pool;
  readonly sessions: Sessions;
  readonly attempts: Attempts;
  readonly devices: Devices;
  readonly accessTrail: Pick<AccessTrail, 'note'>;
  /** Undefined where no provider is set up. */
  readonly sso: Sso | undefined;
  /** Where people reach the server, without a slash at the end; undefined: by the address that they ask for. */
  readonly publicUrl: string | undefined;
}

export interface PeopleOptions extends Pick<People, 'engine' | 'owner' | 'sessions' | 'accessTrail' | 'publicUrl'> {
  /** What keys of the server are derived from. */
  readonly secret: Buffer;
  /** The provider of single sign-on. */
  readonly provider?: Provider | undefined;
}

export function openPeople({ secret, provider, ...rest }: PeopleOptions): People {
  return {
    ...rest,
    attempts: new Attempts(),
    devices: makeDevices(deriveKey(secret, 'devices')),
    sso: provider === undefined ? undefined : { provider, sealer: makeSealer(deriveKey(secret, 'single sign-on')) },
  };
}

/** People reach it by TLS. */
export function isSecure(publicUrl: string | undefined): boolean {
  return publicUrl?.startsWith('https:') === true;
}
