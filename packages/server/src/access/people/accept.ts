// What an invitation gives to whoever accepts it.

import type pg from 'pg';
import { OPERATOR_TENANT } from '../../store/log-row.ts';
import type { PersonRow } from '../../store/people.ts';
import { type Role, rolesOf, setRole } from '../../store/role-grants.ts';
import { recordIn } from '../../store/self.ts';
import type { By } from '../actor.ts';
import { isMore } from '../giving.ts';

interface Accepted {
  /** Its id. */
  readonly link: string;
  /** Undefined: in all tenants. */
  readonly tenant: string | undefined;
  readonly role: Role;
  readonly scope: string;
}

/** In the transaction that uses the invitation up. */
export async function accept(
  tx: pg.ClientBase,
  { link, tenant, role, scope }: Accepted,
  { person, isNew }: { readonly person: PersonRow; readonly isNew: boolean },
  by: By,
): Promise<void> {
  const log = tenant ?? OPERATOR_TENANT;
  await recordIn(tx, log, {
    action: 'person.joined',
    ...by,
    resource: { type: 'person', id: person.id, name: person.name },
    metadata: { link, email: person.email, newAccount: isNew },
  });
  // Whoever has a role there keeps it, or one in all tenants that is as much: an invitation takes nothing away.
  const held = await rolesOf(tx, person.id);
  if (held.some((one) => one.tenant === tenant || (one.tenant === undefined && !isMore(role, one.role)))) return;
  await setRole(tx, { tenant, person: person.id, role, scope });
  const after = { role, tenant: tenant ?? 'all tenants', scope: scope === '' ? 'everything' : scope };
  await recordIn(tx, log, { action: 'role.granted', ...by, resource: { type: 'role', id: person.id }, change: { after } });
}
