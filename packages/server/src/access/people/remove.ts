// Removing a person: their account, their sessions and what they are. Events about them stay.

import { Failure } from '@indelible/core';
import { OPERATOR_TENANT } from '../../store/log-row.ts';
import { deletePerson, type PersonRow } from '../../store/people.ts';
import { inTransaction } from '../../store/pool.ts';
import { rolesOf, setRole } from '../../store/role-grants.ts';
import { deletePrivateViews } from '../../store/saved-views.ts';
import { recordIn } from '../../store/self.ts';
import { endLinksOf } from '../../store/sign-in-links.ts';
import type { LinkContext } from './links.ts';

/** @throws Failure `forbidden` when a tenant would be left without an owner */
export async function removePerson({ owner, by }: LinkContext, { id, email, name }: PersonRow): Promise<void> {
  await inTransaction(owner, async (tx) => {
    const roles = (await rolesOf(tx, id)).map(({ tenant, role }) => ({ tenant, role, log: tenant ?? OPERATOR_TENANT }));
    for (const { tenant, role, log } of roles.toSorted((a, b) => (a.log < b.log ? -1 : 1))) {
      await setRole(tx, { tenant, person: id, role: undefined }).catch((error: unknown) => {
        if (!(error instanceof Failure)) throw error;
        throw new Failure(error.code, `${tenant ?? 'all tenants'}: ${error.message}`, error.details);
      });
      const before = { role, tenant: tenant ?? 'all tenants' };
      await recordIn(tx, log, { action: 'role.revoked', ...by, resource: { type: 'role', id }, change: { before } });
    }
    await deletePrivateViews(tx, id);
    await deletePerson(tx, id);
    await endLinksOf(tx, id, email);
    await recordIn(tx, OPERATOR_TENANT, { action: 'person.removed', ...by, resource: { type: 'person', id, name }, metadata: { email } });
  });
}
