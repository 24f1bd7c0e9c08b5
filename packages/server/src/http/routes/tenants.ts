// Which tenants somebody who has signed in may look at: what the dashboard's switch offers.

import { ID_CHARS_MAX, Failure } from '@indelible/core';
import { TENANTS_LISTED_MAX } from '../../limits.ts';
import { listTenants } from '../../store/list-tenants.ts';
import { rolesOf } from '../../store/role-grants.ts';
import { type App, type Services, sessionOf } from '../environment.ts';

export function tenantRoutes(app: App, { people, store }: Services): void {
  app.get('/v1/tenants', async (c) => {
    const prefix = c.req.query('prefix') ?? '';
    if (prefix.length > ID_CHARS_MAX || !prefix.isWellFormed() || prefix.includes('\0'))
      throw new Failure('parameter_invalid', `prefix: expected ${ID_CHARS_MAX} characters at most`, { pointer: 'prefix' });
    const roles = await rolesOf(people.owner, sessionOf(c).person.id);
    const isForAll = roles.some(({ tenant }) => tenant === undefined);
    const own = roles.flatMap(({ tenant }) => (tenant === undefined ? [] : [tenant]));
    const found = isForAll
      ? await listTenants(store.appender, prefix, TENANTS_LISTED_MAX + 1)
      : own.filter((tenant) => tenant.startsWith(prefix)).toSorted();
    return c.json({ tenants: found.slice(0, TENANTS_LISTED_MAX), more: found.length > TENANTS_LISTED_MAX });
  });
}
