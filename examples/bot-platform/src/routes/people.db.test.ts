// Members, accounts, teams, roles and grants: who may what, and who may say so.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ask, openPlatform, type Platform, rowsOf, TEST_DATABASE_URL } from '../platform.test.fixture.ts';

describe.skipIf(TEST_DATABASE_URL === undefined)('people and rights', () => {
  let platform: Platform;
  let maria: Ask;
  let joe: Ask;
  let casey: Ask;

  beforeAll(async () => {
    platform = await openPlatform();
    [maria, joe, casey] = await Promise.all([
      platform.as('maria@acme.test'),
      platform.as('joe@acme.test'),
      platform.as('casey@contractors.test'),
    ]);
  });
  afterAll(() => platform.close());

  const roleOf = async (userId: string) => rowsOf(await joe('GET', '/members')).find(({ id }) => id === userId)?.role;

  test('members come, change and go; the same one twice is a conflict', async () => {
    expect((await joe('POST', '/members', { email: 'nobody@acme.test' })).status).toBe(422);
    const made = await joe('POST', '/members', { email: 'vi@acme.test', name: 'Vi', password: 'long enough', role: 'viewer' });
    expect(made).toMatchObject({ status: 201, body: { role: 'viewer' } });
    expect((await joe('POST', '/members', { email: 'vi@acme.test' })).status).toBe(409);
    expect((await joe('PATCH', `/members/${made.body.id}`, { role: 'member' })).body.role).toBe('member');
    expect((await joe('PATCH', `/members/${made.body.id}`, { role: 'king' })).status).toBe(422);
    expect((await joe('DELETE', `/members/${made.body.id}`)).status).toBe(204);
    expect((await joe('DELETE', `/members/${made.body.id}`)).status).toBe(404);
  });

  test('nobody gives away more than they have, and the last owner stays one', async () => {
    expect((await joe('PATCH', '/members/usr_aiko', { role: 'owner' })).status).toBe(403);
    expect((await maria('PATCH', '/members/usr_maria', { role: 'viewer' })).status).toBe(409);
    expect((await maria('DELETE', '/members/usr_maria')).status).toBe(409);
    expect((await maria('PATCH', '/members/usr_joe', { role: 'owner' })).status).toBe(200);
    expect((await maria('PATCH', '/members/usr_joe', { role: 'admin' })).status).toBe(200);
  });

  test('many members change at once, owners excepted', async () => {
    expect((await joe('POST', '/members/bulk', { where: {}, set: {} })).status).toBe(422);
    const { body } = await joe('POST', '/members/bulk', { where: { role: 'member' }, set: { role: 'viewer' } });
    expect(body.updated).toEqual(['usr_aiko', 'usr_grace', 'usr_noah', 'usr_sofia', 'usr_tom']);
    expect((await joe('POST', '/members/bulk', { where: { teamId: 'team_support' }, set: { role: 'member' } })).body.updated).toEqual([
      'usr_aiko',
      'usr_noah',
      'usr_tom',
    ]);
    expect([await roleOf('usr_aiko'), await roleOf('usr_sofia'), await roleOf('usr_maria')]).toEqual(['member', 'viewer', 'owner']);
    expect((await joe('POST', '/members/bulk', { where: { role: 'owner' }, set: { role: 'viewer' } })).body.updated).toEqual([]);
    await joe('POST', '/members/bulk', { where: { role: 'viewer' }, set: { role: 'member' } });
    expect(await roleOf('usr_lucas')).toBe('member');
  });

  test('people change what they are called, and others only those who manage members', async () => {
    expect((await casey('PATCH', '/users/usr_casey', { title: 'Bot writer', timezone: 'Europe/Lisbon' })).body).toMatchObject({
      title: 'Bot writer',
    });
    expect((await casey('PATCH', '/users/usr_casey', { status: 'suspended' })).status).toBe(403);
    expect((await casey('PATCH', '/users/usr_tom', { name: 'Tim' })).status).toBe(403);
    expect((await joe('PATCH', '/users/usr_tom', { name: 'Tim Becker' })).body).toMatchObject({ name: 'Tim Becker' });
    expect((await joe('PATCH', '/users/usr_tom', { email: 'x' })).status).toBe(422);
  });

  test('teams are made, filled and dissolved', async () => {
    const made = await joe('POST', '/teams', { name: 'Night', description: 'After ten' });
    expect(made.status).toBe(201);
    expect((await joe('POST', '/teams', { name: 'Night' })).status).toBe(409);
    expect((await casey('POST', '/teams', { name: 'Mine' })).status).toBe(403);
    const path = `/teams/${made.body.id}`;
    expect((await joe('PATCH', path, { description: 'After eleven' })).body).toMatchObject({ name: 'Night', description: 'After eleven' });
    expect((await joe('PUT', `${path}/members/usr_noah`, {})).body).toMatchObject({ lead: false });
    expect((await joe('PUT', `${path}/members/usr_noah`, { lead: true })).body).toMatchObject({ lead: true });
    expect((await joe('PUT', `${path}/members/usr_hank`, {})).status).toBe(404);
    expect(rowsOf(await casey('GET', `${path}/members`))).toEqual([{ id: 'usr_noah', name: 'Noah Reyes', lead: true }]);
    expect((await joe('DELETE', `${path}/members/usr_noah`)).status).toBe(204);
    expect((await joe('DELETE', `${path}/members/usr_noah`)).status).toBe(404);
    expect((await joe('DELETE', path)).status).toBe(204);
    expect((await joe('DELETE', path)).status).toBe(404);
    expect(rowsOf(await casey('GET', '/teams')).map(({ id }) => id)).toContain('team_support');
  });

  test('a grant is in force from its first moment to its last', async () => {
    const url = { url: 'https://elsewhere.test/in' };
    expect((await casey('PATCH', '/webhooks/whk_crm', url)).status).toBe(403);
    expect((await casey('POST', '/grants', { role: 'admin', userId: 'usr_casey' })).status).toBe(403);
    expect((await joe('POST', '/grants', { role: 'owner', teamId: 'team_contractors' })).status).toBe(403);
    expect((await joe('POST', '/grants', { role: 'admin' })).status).toBe(422);
    expect((await joe('POST', '/grants', { role: 'admin', userId: 'usr_casey', teamId: 'team_contractors' })).status).toBe(422);
    expect((await joe('POST', '/grants', { role: 'admin', userId: 'usr_hank' })).status).toBe(422);
    expect((await joe('POST', '/grants', { role: 'admin', teamId: 'team_nowhere' })).status).toBe(422);
    const granted = await joe('POST', '/grants', { role: 'engineer', teamId: 'team_contractors', days: 3 });
    expect(granted).toMatchObject({ status: 201, body: { label: 'Engineer for team Contractors', granted_by: 'usr_joe', user_id: null } });
    expect((await casey('PATCH', '/webhooks/whk_crm', url)).status).toBe(200);
    expect(rowsOf(await joe('GET', '/grants'))).toHaveLength(1);
    expect((await joe('DELETE', `/grants/${granted.body.id}`)).status).toBe(204);
    expect((await joe('DELETE', `/grants/${granted.body.id}`)).status).toBe(404);
    expect((await casey('PATCH', '/webhooks/whk_crm', url)).status).toBe(403);
    const own = await joe('POST', '/grants', { role: 'engineer', userId: 'usr_casey', days: 1 });
    expect(own.body.label).toBe('Engineer for Casey Morgan');
    await platform.db
      .updateTable('grants')
      .set({ expires_at: new Date(Date.now() - 1_000) })
      .where('id', '=', String(own.body.id))
      .execute();
    expect((await casey('PATCH', '/webhooks/whk_crm', url)).status).toBe(403);
  });

  test('what is written into a role is in force for all who have it', async () => {
    expect((await casey('GET', '/secrets')).status).toBe(403);
    expect((await joe('PATCH', '/roles/role_acme_contractor', { permissions: ['bots.write', 'secrets.write'] })).status).toBe(200);
    expect((await casey('GET', '/secrets')).status).toBe(200);
    expect((await joe('PATCH', '/roles/role_acme_contractor', { permissions: ['bots.write'] })).status).toBe(200);
    expect((await casey('GET', '/secrets')).status).toBe(403);
    expect((await joe('PATCH', '/roles/role_acme_owner', { permissions: [] })).status).toBe(403);
    expect((await joe('PATCH', '/roles/role_acme_contractor', { permissions: ['organization.delete'] })).status).toBe(403);
    expect((await joe('PATCH', '/roles/role_acme_contractor', { permissions: ['fly'] })).status).toBe(422);
  });

  test('roles are made and deleted, unless they are built in or in use', async () => {
    const made = await joe('POST', '/roles', { slug: 'editor', name: 'Editor', permissions: ['datasets.write'] });
    expect(made).toMatchObject({ status: 201, body: { built_in: false } });
    expect((await joe('POST', '/roles', { slug: 'editor', name: 'Editor', permissions: [] })).status).toBe(409);
    expect((await joe('POST', '/roles', { slug: 'No!', name: 'Editor', permissions: [] })).status).toBe(422);
    await joe('PATCH', '/members/usr_lucas', { role: 'editor' });
    expect((await joe('DELETE', `/roles/${made.body.id}`)).status).toBe(409);
    await joe('PATCH', '/members/usr_lucas', { role: 'viewer' });
    expect((await joe('DELETE', `/roles/${made.body.id}`)).status).toBe(204);
    expect((await joe('DELETE', `/roles/${made.body.id}`)).status).toBe(404);
    expect((await joe('DELETE', '/roles/role_acme_member')).status).toBe(409);
    expect(rowsOf(await casey('GET', '/roles')).map(({ slug }) => slug)).toEqual([
      'admin',
      'billing',
      'contractor',
      'engineer',
      'member',
      'owner',
      'viewer',
    ]);
  });
});
