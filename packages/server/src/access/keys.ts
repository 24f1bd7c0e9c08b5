// Making, revoking and rotating API keys: each change and its event in one transaction, so that neither is without the other.

import { Failure } from '@indelible/core';
import type pg from 'pg';
import { KEY_NAME_CHARS_MAX, KEY_NETWORKS_MAX, KEY_OVERLAP_SECONDS_MAX } from '../limits.ts';
import { type ApiKey, createKey, endKey, lockGoodKey, type NewKey, revokeKey, type Scope, SCOPES } from '../store/api-keys.ts';
import { OPERATOR_TENANT } from '../store/log-row.ts';
import { inTransaction } from '../store/pool.ts';
import { recordIn } from '../store/self.ts';
import type { By } from './actor.ts';
import { normalNetwork } from './address.ts';
import { asGivable, demandReach } from './giving.ts';
import type { Principal } from './principal.ts';

export interface KeysContext {
  /** The owner's pool. */
  readonly owner: pg.Pool;
  readonly by: By;
  /** Who asks; undefined for somebody who has the database anyway. */
  readonly principal?: Principal;
  /** Whose keys may be touched; undefined for all. */
  readonly tenant?: string | undefined;
}

export interface MadeKey {
  /** The key itself: it is stored nowhere. */
  readonly token: string;
  readonly key: ApiKey;
}

/** @throws Failure `forbidden` for what whoever asks has not, `parameter_invalid`, `tenant_invalid` */
export async function makeKey(ctx: KeysContext, input: NewKey): Promise<MadeKey> {
  const key = asGivable(ctx.principal, checked(input));
  return inTransaction(ctx.owner, async (tx) => {
    const made = await createKey(tx, key);
    await record(tx, ctx, 'api_key.created', made.key, { after: shown(made.key) });
    return made;
  });
}

/**
 * @returns the key; servers refuse it after KEY_CACHE_MS at the latest
 * @throws Failure `not_found` when there is no such key that could be revoked, `forbidden` for one that is good for more tenants
 */
export async function takeKey(ctx: KeysContext, id: string): Promise<ApiKey> {
  return inTransaction(ctx.owner, async (tx) => {
    const key = await revokeKey(tx, id, ctx.tenant);
    demandReach(ctx.principal, key.tenant);
    await record(tx, ctx, 'api_key.revoked', key);
    return key;
  });
}

/**
 * Makes a key that takes the place of another one, with the same name, tenant, scopes and networks; the former one stays good
 * for the overlap.
 *
 * @param overlapSeconds from 0 to KEY_OVERLAP_SECONDS_MAX
 * @throws Failure `not_found` when there is no such key that is still good; `forbidden`, `parameter_invalid`
 */
export async function rotateKey(ctx: KeysContext, id: string, overlapSeconds: number): Promise<MadeKey & { former: ApiKey }> {
  if (!Number.isSafeInteger(overlapSeconds) || overlapSeconds < 0 || overlapSeconds > KEY_OVERLAP_SECONDS_MAX)
    throw invalid('overlapSeconds', `expected whole seconds from 0 to ${KEY_OVERLAP_SECONDS_MAX}`);
  return inTransaction(ctx.owner, async (tx) => {
    const old = await lockGoodKey(tx, id, ctx.tenant);
    const { name, tenant, scopes, addresses } = old;
    // One that was made for a time is followed by one for as long a time.
    const lifeMs = old.expiresAt === undefined ? undefined : old.expiresAt.getTime() - old.createdAt.getTime();
    const untilMs = Math.min(lifeMs === undefined ? Infinity : Date.now() + lifeMs, endOf(ctx.principal));
    const expiresAt = untilMs === Infinity ? undefined : new Date(untilMs);
    const made = await createKey(tx, asGivable(ctx.principal, { name, tenant, scopes, addresses, expiresAt, replaces: id }));
    const former = await endKey(tx, id, new Date(Date.now() + overlapSeconds * 1_000));
    await record(tx, ctx, 'api_key.rotated', made.key, { before: shown(former), after: shown(made.key) });
    return { ...made, former };
  });
}

/** When what it makes ends at the latest, itself included. */
function endOf(principal: Principal | undefined): number {
  return principal?.kind === 'key' ? (principal.untilMs ?? Infinity) : Infinity;
}

function checked(input: NewKey): NewKey {
  const { name, scopes, addresses = [], expiresAt } = input;
  if (name.length < 1 || name.length > KEY_NAME_CHARS_MAX || /\p{Cc}/u.test(name))
    throw invalid('name', `expected 1 to ${KEY_NAME_CHARS_MAX} characters without control characters`);
  if (scopes.length === 0) throw invalid('scopes', `expected some of ${SCOPES.join(', ')}`);
  if (addresses.length > KEY_NETWORKS_MAX) throw invalid('addresses', `expected ${KEY_NETWORKS_MAX} networks at most`);
  if (expiresAt !== undefined && !(expiresAt.getTime() > Date.now())) throw invalid('expiresAt', 'expected a time that is still to come');
  return { ...input, scopes: [...new Set(scopes)], addresses: addresses.map((address) => normalNetwork(address)) };
}

function invalid(pointer: string, message: string): Failure {
  return new Failure('parameter_invalid', `${pointer}: ${message}`, { pointer });
}

/** @throws Failure `parameter_invalid` */
export function scopeNamed(name: string): Scope {
  const scope = SCOPES.find((known) => known === name);
  if (scope === undefined) throw invalid('scopes', `there is no scope "${name.slice(0, 60)}"; there are ${SCOPES.join(', ')}`);
  return scope;
}

/** A key as it is shown: never the key itself. */
export interface PresentedKey {
  readonly id: string;
  readonly name: string;
  /** Absent for a key that is good for all tenants. */
  readonly tenant?: string;
  readonly scopes: readonly Scope[];
  readonly addresses: readonly string[];
  /** RFC 3339, as all times here. */
  readonly createdAt: string;
  readonly expiresAt?: string;
  readonly revokedAt?: string;
  readonly lastUsedAt?: string;
  readonly lastUsedAddress?: string;
  readonly replaces?: string;
}

export function presentKey(key: ApiKey): PresentedKey {
  const { createdAt, expiresAt, revokedAt, lastUsedAt, ...rest } = key;
  return {
    ...rest,
    createdAt: createdAt.toISOString(),
    ...(expiresAt === undefined ? {} : { expiresAt: expiresAt.toISOString() }),
    ...(revokedAt === undefined ? {} : { revokedAt: revokedAt.toISOString() }),
    ...(lastUsedAt === undefined ? {} : { lastUsedAt: lastUsedAt.toISOString() }),
  };
}

interface ShownKey {
  readonly [key: string]: string | readonly string[];
}

/** What of a key is on record. */
function shown({ id, name, tenant, scopes, addresses, expiresAt }: ApiKey): ShownKey {
  return {
    id,
    name,
    tenant: tenant ?? 'all tenants',
    scopes,
    addresses,
    ...(expiresAt === undefined ? {} : { expiresAt: expiresAt.toISOString() }),
  };
}

async function record(
  tx: pg.ClientBase,
  { by }: KeysContext,
  action: string,
  { id, name, tenant }: ApiKey,
  change?: { before?: ShownKey; after?: ShownKey },
): Promise<void> {
  await recordIn(tx, tenant ?? OPERATOR_TENANT, {
    action,
    ...by,
    resource: { type: 'api_key', id, name },
    ...(change === undefined ? {} : { change }),
  });
}
