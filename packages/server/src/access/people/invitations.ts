// Invitations that wait for an answer: withdrawing one, and how they are shown.

import { Failure } from '@indelible/core';
import { OPERATOR_TENANT } from '../../store/log-row.ts';
import { inTransaction } from '../../store/pool.ts';
import { endInvitation, type OpenInvitation } from '../../store/invitations.ts';
import type { Role } from '../../store/role-grants.ts';
import { recordIn } from '../../store/self.ts';
import { demandOwner, demandReach } from '../giving.ts';
import type { Principal } from '../principal.ts';
import type { LinkContext } from './links.ts';

/**
 * Makes the link of an invitation good for nothing. Only an owner withdraws that of an owner.
 *
 * @param tenant undefined: into all tenants
 * @throws Failure `not_found` when none is open, `forbidden`
 */
export async function withdrawInvitation(
  { owner, by }: LinkContext,
  { id, tenant }: { readonly id: string; readonly tenant: string | undefined },
  principal: Principal,
): Promise<void> {
  await inTransaction(owner, async (tx) => {
    const ended = await endInvitation(tx, tenant, id);
    if (ended === undefined) throw new Failure('not_found', 'no invitation with this id is open');
    demandReach(principal, tenant);
    const { email, role, scope } = ended;
    if (role === 'owner') demandOwner(principal);
    await recordIn(tx, tenant ?? OPERATOR_TENANT, {
      action: 'invitation.revoked',
      ...by,
      resource: { type: 'sign_in_link', id, name: email },
      metadata: { role, scope: scope === '' ? 'everything' : scope },
    });
  });
}

/** An invitation as it is shown: never its link. */
export interface PresentedInvitation {
  readonly id: string;
  readonly email: string;
  readonly role: Role;
  readonly scope?: string;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly expiresAt: string;
}

export function presentInvitation({ id, email, role, scope, createdAt, expiresAt }: OpenInvitation): PresentedInvitation {
  return {
    id,
    email,
    role,
    ...(scope === '' ? {} : { scope }),
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  };
}
