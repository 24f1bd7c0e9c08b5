// Two organisations and six people to begin with. Everybody's password is the same, and no secret.

import type { Kysely } from 'kysely';
import { hashPassword } from './passwords.ts';
import type { Tables } from './tables.ts';

export const DEMO_PASSWORD = 'correct horse battery staple';

const ORGANIZATIONS = [
  { id: 'org_acme', name: 'Acme', plan: 'pro' },
  { id: 'org_globex', name: 'Globex', plan: 'enterprise' },
];

export const PEOPLE = [
  { id: 'usr_maria', organization_id: 'org_acme', email: 'maria@acme.test', name: 'Maria Santos', role: 'owner' },
  { id: 'usr_joe', organization_id: 'org_acme', email: 'joe@acme.test', name: 'Joe Miller', role: 'admin' },
  { id: 'usr_aiko', organization_id: 'org_acme', email: 'aiko@acme.test', name: 'Aiko Tanaka', role: 'member' },
  { id: 'usr_hank', organization_id: 'org_globex', email: 'hank@globex.test', name: 'Hank Scorpio', role: 'owner' },
  { id: 'usr_lena', organization_id: 'org_globex', email: 'lena@globex.test', name: 'Lena Vogel', role: 'admin' },
  { id: 'usr_omar', organization_id: 'org_globex', email: 'omar@globex.test', name: 'Omar Haddad', role: 'member' },
] as const;

/** Fills an empty database; leaves any other alone, whatever was deleted from it. */
export async function seed(db: Kysely<Tables>): Promise<void> {
  await db.transaction().execute(async (tx) => {
    if ((await tx.selectFrom('organizations').select('id').limit(1).executeTakeFirst()) !== undefined) return;
    const password_hash = hashPassword(DEMO_PASSWORD);
    await tx.insertInto('organizations').values(ORGANIZATIONS).execute();
    await tx
      .insertInto('users')
      .values(PEOPLE.map(({ role: _, ...person }) => ({ ...person, password_hash })))
      .execute();
    await tx
      .insertInto('memberships')
      .values(PEOPLE.map(({ id, organization_id, role }) => ({ user_id: id, organization_id, role })))
      .execute();
    await tx
      .insertInto('datasets')
      .values([
        { id: 'ds_handbook', organization_id: 'org_acme', name: 'Handbook', description: 'How we work' },
        { id: 'ds_reactor', organization_id: 'org_globex', name: 'Reactor manual', description: 'Do not lose' },
      ])
      .execute();
    await tx
      .insertInto('bots')
      .values([
        {
          id: 'bot_support',
          organization_id: 'org_acme',
          dataset_id: 'ds_handbook',
          created_by: 'usr_maria',
          name: 'Support bot',
          model: 'small-1',
          config: { temperature: 0.2 },
        },
        {
          id: 'bot_sales',
          organization_id: 'org_acme',
          dataset_id: null,
          created_by: 'usr_joe',
          name: 'Sales bot',
          model: 'small-1',
          config: { temperature: 0.7 },
        },
        {
          id: 'bot_control',
          organization_id: 'org_globex',
          dataset_id: 'ds_reactor',
          created_by: 'usr_hank',
          name: 'Control room',
          model: 'large-2',
          config: { temperature: 0 },
        },
      ])
      .execute();
  });
}
