// Who sends a request, and about which tenant: the one place where that is found out.

import { Failure } from '@indelible/core';
import { checkTenantName, OPERATOR_TENANT } from '../store/log-row.ts';
import { demand, type Permission, ruleOf } from './permissions.ts';
import type { Caller, Principal } from './principal.ts';

/** What of a request says who sends it. */
export interface Credentials {
  /** The header Authorization. */
  readonly authorization: string | undefined;
  /** The header Indelible-Tenant. */
  readonly tenant: string | undefined;
  /** The client's address; undefined where there is no connection. */
  readonly address?: string | undefined;
  /** The header Cookie. */
  readonly cookie?: string | undefined;
}

/**
 * One way to come in: by a key, by a viewer token, by a session. It answers undefined for credentials of another form than its
 * own, and throws for those of its form that are not good.
 */
export type Way = (credentials: Credentials) => Promise<Principal | undefined>;

export interface Authenticator {
  /** Who sends it, and that they may; for what is not of one tenant. @throws Failure `unauthorized`, `forbidden`, `store_unavailable` */
  permit(credentials: Credentials, permission: Permission): Promise<Principal>;
  /**
   * Who sends it, about which tenant, and that they may.
   *
   * @throws Failure `unauthorized`, `forbidden`, `tenant_missing`, `tenant_invalid`, `store_unavailable`
   */
  admit(credentials: Credentials, permission: Permission): Promise<Caller>;
}

/** A failure of somebody who is known: whose it was goes into the trail, and not into the answer. */
export class Denied extends Failure {
  readonly principal: Principal;

  constructor(failure: Failure, principal: Principal) {
    super(failure.code, failure.message, failure.details);
    this.principal = principal;
  }
}

/** @example makeAuthenticator([keyWay(appender, adminKey)]) */
export function makeAuthenticator(ways: readonly Way[]): Authenticator {
  const identify = async (credentials: Credentials): Promise<Principal> => {
    for (const way of ways) {
      const principal = await way(credentials);
      if (principal !== undefined) return principal;
    }
    throw new Failure(
      'unauthorized',
      credentials.authorization === undefined
        ? 'the header Authorization is missing'
        : 'the header Authorization holds no key of the form ink_... and no viewer token of the form ivt_...',
    );
  };
  const checked = async <Answer>(credentials: Credentials, check: (principal: Principal) => Answer): Promise<Answer> => {
    const principal = await identify(credentials);
    try {
      return check(principal);
    } catch (error) {
      throw error instanceof Failure ? new Denied(error, principal) : error;
    }
  };
  return {
    permit: (credentials, permission) =>
      checked(credentials, (principal) => {
        demand(principal, permission);
        return principal;
      }),
    admit: (credentials, permission) => checked(credentials, (principal) => admitted(principal, credentials, permission)),
  };
}

function admitted(principal: Principal, credentials: Credentials, permission: Permission): Caller {
  demand(principal, permission);
  const tenant = ruleOf(permission).ofOperator === true ? (principal.tenant ?? OPERATOR_TENANT) : tenantOf(principal, credentials.tenant);
  if (tenant === OPERATOR_TENANT && permission === 'events.write')
    throw new Failure('forbidden', `only the trail itself writes to the log of ${OPERATOR_TENANT}`);
  return { principal, tenant };
}

function tenantOf(principal: Principal, header: string | undefined): string {
  const named = header === undefined ? undefined : tenantNamed(header);
  if (principal.tenant !== undefined) {
    if (named !== undefined && named !== principal.tenant)
      throw new Failure('forbidden', `this ${NOUNS[principal.kind]} is good for another tenant than the header Indelible-Tenant names`);
    return principal.tenant;
  }
  if (named === undefined) throw new Failure('tenant_missing', 'the header Indelible-Tenant is missing');
  return named === OPERATOR_TENANT ? named : checkTenantName(named);
}

const NOUNS = { key: 'key', operator: 'key', person: 'role', viewer: 'token' } as const;

/** A header carries ASCII: other characters, and the percent sign itself, come percent-encoded. @throws Failure `tenant_invalid` */
export function tenantNamed(header: string): string {
  try {
    return decodeURIComponent(header);
  } catch {
    throw new Failure('tenant_invalid', 'the header Indelible-Tenant is not percent-encoded rightly; write %25 for a percent sign');
  }
}
