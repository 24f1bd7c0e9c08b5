// Coming in by an API key, or by the operator's key from the environment.

import { timingSafeEqual } from 'node:crypto';
import { Failure } from '@indelible/core';
import type pg from 'pg';
import { KEY_CACHE_ENTRIES_MAX, KEY_CACHE_MS } from '../limits.ts';
import { type ApiKey, findKey, hashKey, SCOPES } from '../store/api-keys.ts';
import { isWithin } from './address.ts';
import { Denied, type Way } from './authenticate.ts';
import type { Principal } from './principal.ts';
import { remembered } from './remembered.ts';

/** The id of the key from the environment, which stands in no table. */
const ADMIN_KEY_ID = 'key_environment';

export interface KeyWayOptions {
  readonly appender: pg.Pool;
  /** The operator's key from the environment: every scope, all tenants, as long as it stands there. */
  readonly adminKey?: string | undefined;
  /** Told of every key that is used, and from where; it keeps nobody waiting. */
  readonly onUse: (id: string, address: string | undefined) => void;
}

interface Known {
  readonly key: ApiKey;
  readonly principal: Principal;
}

/**
 * A key is looked up by its SHA-256, so nothing of it can be learned from the time that the look-up takes. An answer is
 * kept for KEY_CACHE_MS: a revoked key is refused at the latest then.
 */
export function keyWay({ appender, adminKey, onUse }: KeyWayOptions): Way {
  const adminHash = adminKey === undefined ? undefined : hashKey(adminKey);
  const operator: Principal = { kind: 'operator', id: ADMIN_KEY_ID, name: 'INDELIBLE_ADMIN_KEY', grants: SCOPES, credentials: [] };
  // By the hash as text, a character a byte.
  const lookUp = remembered(
    async (hash): Promise<Known | undefined> => {
      const key = await findKey(appender, Buffer.from(hash, 'latin1'));
      return key === undefined ? undefined : { key, principal: principalOf(key) };
    },
    { ms: KEY_CACHE_MS, entriesMax: KEY_CACHE_ENTRIES_MAX },
  );

  return async ({ authorization, address }) => {
    const token = /^Bearer +(ink_[A-Za-z0-9_-]+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) return undefined;
    const hash = hashKey(token);
    if (adminHash !== undefined && timingSafeEqual(hash, adminHash)) return operator;
    const known = await lookUp(hash.toString('latin1'));
    if (known === undefined) throw new Failure('unauthorized', UNKNOWN);
    const { key, principal } = known;
    const fault = faultOf(key, address, Date.now());
    if (fault !== undefined) throw new Denied(fault, principal);
    onUse(key.id, address);
    return principal;
  };
}

const UNKNOWN = 'this key does not exist or was revoked';

function faultOf({ revokedAt, expiresAt, addresses }: ApiKey, address: string | undefined, nowMs: number): Failure | undefined {
  if (revokedAt !== undefined) return new Failure('unauthorized', UNKNOWN);
  if (expiresAt !== undefined && expiresAt.getTime() <= nowMs) return new Failure('unauthorized', 'this key has expired');
  if (addresses.length > 0 && (address === undefined || !isWithin(address, addresses)))
    return new Failure('forbidden', `this key is not good from the address ${address ?? 'that you come from'}`);
  return undefined;
}

function principalOf({ id, name, tenant, scopes, addresses, expiresAt }: ApiKey): Principal {
  return {
    kind: 'key',
    id,
    name,
    ...(tenant === undefined ? {} : { tenant }),
    grants: scopes,
    ...(addresses.length === 0 ? {} : { addresses }),
    credentials: [id],
    ...(expiresAt === undefined ? {} : { untilMs: expiresAt.getTime() }),
  };
}
