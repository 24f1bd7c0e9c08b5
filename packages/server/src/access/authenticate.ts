// Who sends a request, and for which tenant: the one place where a tenant is checked.

import { timingSafeEqual } from 'node:crypto';
import { Failure } from '@indelible/core';
import type pg from 'pg';
import { KEY_CACHE_ENTRIES_MAX, KEY_CACHE_MS } from '../limits.ts';
import { type ApiKey, findKey, hashKey, type Scope, SCOPES } from '../store/api-keys.ts';
import { checkTenantName, OPERATOR_TENANT } from '../store/log-row.ts';
import { storeFailure } from '../store/pool.ts';

/** The id of the key from the environment, which stands in no table. */
export const ADMIN_KEY_ID = 'key_environment';

export interface Caller {
  readonly key: ApiKey;
  readonly tenant: string;
}

export interface Credentials {
  /** The header Authorization. */
  readonly authorization: string | undefined;
  /** The header Indelible-Tenant. */
  readonly tenant: string | undefined;
}

export interface Authenticator {
  /** @throws Failure `unauthorized`, `forbidden`, `tenant_missing`, `tenant_invalid` */
  caller(credentials: Credentials, scope: Scope): Promise<Caller>;
  /** The key alone, for what belongs to no tenant. */
  key(credentials: Credentials, scope: Scope): Promise<ApiKey>;
}

/**
 * A key is looked up by its SHA-256, so nothing of it can be learned from the time that the look-up takes. An answer is
 * kept for KEY_CACHE_MS: a revoked key is refused at the latest then.
 *
 * @param adminKey the operator's key from the environment: every scope, all tenants, as long as it stands there
 */
export function makeAuthenticator(appender: pg.Pool, adminKey?: string): Authenticator {
  const adminHash = adminKey === undefined ? undefined : hashKey(adminKey);
  const admin: ApiKey = { id: ADMIN_KEY_ID, name: 'INDELIBLE_ADMIN_KEY', scopes: SCOPES, createdAt: new Date() };
  const cache = new Map<string, { readonly key: ApiKey | undefined; readonly until: number }>();

  const lookUp = async (token: string): Promise<ApiKey | undefined> => {
    const hash = hashKey(token);
    if (adminHash !== undefined && timingSafeEqual(hash, adminHash)) return admin;
    const id = hash.toString('latin1');
    const known = cache.get(id);
    if (known !== undefined && known.until > Date.now()) return known.key;
    try {
      const key = await findKey(appender, hash);
      if (cache.size >= KEY_CACHE_ENTRIES_MAX) cache.clear();
      cache.set(id, { key, until: Date.now() + KEY_CACHE_MS });
      return key;
    } catch (error) {
      throw storeFailure(error);
    }
  };

  const key = async ({ authorization }: Credentials, scope: Scope): Promise<ApiKey> => {
    const token = /^Bearer +(ink_[A-Za-z0-9_-]+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) {
      throw new Failure(
        'unauthorized',
        authorization === undefined ? 'the header Authorization is missing' : 'the header Authorization holds no key of the form ink_...',
      );
    }
    const found = await lookUp(token);
    if (found === undefined) throw new Failure('unauthorized', 'this key does not exist or was revoked');
    if (!found.scopes.includes(scope))
      throw new Failure('forbidden', `this needs the scope "${scope}"; the key has ${found.scopes.join(', ')}`);
    return found;
  };

  return {
    key,
    caller: async (credentials, scope) => {
      const found = await key(credentials, scope);
      const tenant = tenantOf(found, credentials.tenant);
      if (tenant === OPERATOR_TENANT && scope === 'ingest')
        throw new Failure('forbidden', `only the trail itself writes to the log of ${OPERATOR_TENANT}`);
      return { key: found, tenant };
    },
  };
}

function tenantOf(key: ApiKey, header: string | undefined): string {
  const named = header === undefined ? undefined : decoded(header);
  if (key.tenant !== undefined) {
    if (named !== undefined && named !== key.tenant)
      throw new Failure('forbidden', 'this key is good for another tenant than the header Indelible-Tenant names');
    return key.tenant;
  }
  if (named === undefined) throw new Failure('tenant_missing', 'the header Indelible-Tenant is missing');
  return named === OPERATOR_TENANT ? named : checkTenantName(named);
}

/** A header carries ASCII: other characters, and the percent sign itself, come percent-encoded. */
function decoded(header: string): string {
  try {
    return decodeURIComponent(header);
  } catch {
    throw new Failure('tenant_invalid', 'the header Indelible-Tenant is not percent-encoded rightly; write %25 for a percent sign');
  }
}
