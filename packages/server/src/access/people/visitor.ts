// The visitor of an example: a person without a password, who comes by one-time links alone.

import { inTransaction } from '../../store/pool.ts';
import { findPerson, insertPerson, type PersonRow } from '../../store/people.ts';
import { setRole } from '../../store/role-grants.ts';
import { OPERATOR_TENANT } from '../../store/log-row.ts';
import { recordIn } from '../../store/self.ts';
import { type LinkContext, makeSignInLink, type MadeLink } from './links.ts';

/** Makes the visitor an owner of all tenants when there is none yet, and a link for them. */
export async function linkVisitor(ctx: LinkContext, who: { readonly email: string; readonly name: string }): Promise<MadeLink> {
  return makeSignInLink(ctx, (await findPerson(ctx.owner, who.email)) ?? (await make(ctx, who)));
}

function make({ owner, by }: LinkContext, who: { readonly email: string; readonly name: string }): Promise<PersonRow> {
  return inTransaction(owner, async (tx) => {
    const person = await insertPerson(tx, who);
    if (person === undefined) throw new Error('the visitor was made by somebody else at this moment');
    await setRole(tx, { tenant: undefined, person: person.id, role: 'owner' });
    const change = { after: { role: 'owner', tenant: 'all tenants', scope: 'everything' } };
    await recordIn(tx, OPERATOR_TENANT, {
      action: 'role.granted',
      ...by,
      resource: { type: 'role', id: person.id, name: who.name },
      change,
    });
    return person;
  });
}
