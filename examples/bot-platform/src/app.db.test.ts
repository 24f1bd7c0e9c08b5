// The HTTP API on a real database: what holds for all of its routes.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ask, openPlatform, type Platform, TEST_DATABASE_URL } from './platform.test.fixture.ts';

describe.skipIf(TEST_DATABASE_URL === undefined)('the API', () => {
  let platform: Platform;
  let maria: Ask;
  let aiko: Ask;
  let hank: Ask;

  beforeAll(async () => {
    platform = await openPlatform();
    [maria, aiko, hank] = await Promise.all([
      platform.as('maria@acme.test'),
      platform.as('aiko@acme.test'),
      platform.as('hank@globex.test'),
    ]);
  });
  afterAll(() => platform.close());

  test('answers bad requests with what is wrong', async () => {
    expect(await maria('POST', '/bots', '{')).toMatchObject({
      status: 422,
      body: { error: { code: 'invalid', message: 'The body is not JSON.' } },
    });
    const bad = await maria('POST', '/bots', { name: '', model: 'gpt-0', size: 1 });
    expect(bad.status).toBe(422);
    expect((bad.body.error as { issues: { path: string }[] }).issues.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['name', 'model']),
    );
    expect(await maria('POST', '/bots', { name: 'x', model: 'small-1', datasetId: 'ds_reactor' })).toMatchObject({
      status: 422,
      body: { error: { message: 'datasetId: there is no such dataset.' } },
    });
    expect((await maria('GET', '/nowhere')).status).toBe(404);
    expect((await platform.ask('GET', '/healthz')).body).toEqual({ ok: true });
  });

  test.each([
    ['PATCH', '/bots/bot_support', { name: 'Mine' }],
    ['PATCH', '/integrations/int_support_slack', { enabled: false }],
    ['PATCH', '/skillsets/skl_desk', { name: 'Mine' }],
    ['PATCH', '/abilities/abl_desk_answer', { name: 'Mine' }],
    ['PATCH', '/datasets/ds_handbook', { name: 'Mine' }],
    ['PATCH', '/records/rec_handbook_001', { body: 'Mine' }],
    ['PATCH', '/secrets/sec_slack', { value: 'mine' }],
    ['PATCH', '/webhooks/whk_crm', { url: 'https://globex.test' }],
    ['PATCH', '/policies/pol_tone', { enabled: false }],
    ['PATCH', '/conversations/cnv_anvil', { status: 'closed' }],
    ['PATCH', '/teams/team_support', { name: 'Mine' }],
    ['PATCH', '/roles/role_acme_viewer', { permissions: [] }],
    ['PATCH', '/members/usr_aiko', { role: 'viewer' }],
    ['PATCH', '/users/usr_aiko', { name: 'Mine' }],
    ['PUT', '/teams/team_support/members/usr_hank', {}],
    ['POST', '/bots/bot_support/integrations', { kind: 'slack', name: 'Mine' }],
    ['POST', '/skillsets/skl_desk/abilities', { name: 'Mine', kind: 'answer' }],
    ['POST', '/datasets/ds_handbook/records', [{ title: 'x', body: 'y' }]],
    ['POST', '/datasets/ds_handbook/records/delete', { titleStartsWith: 'H' }],
    ['POST', '/datasets/ds_handbook/exports', { format: 'csv' }],
    ['POST', '/conversations/cnv_anvil/messages', { body: 'Hello' }],
    ['POST', '/invoices/inv_acme_12/pay', undefined],
    ['POST', '/impersonations', { userId: 'usr_aiko', reason: 'To see' }],
    ['GET', '/bots/bot_support', undefined],
    ['GET', '/datasets/ds_handbook/records', undefined],
    ['GET', '/bots/bot_support/integrations', undefined],
    ['GET', '/skillsets/skl_desk/abilities', undefined],
    ['GET', '/teams/team_support/members', undefined],
    ['GET', '/conversations/cnv_anvil', undefined],
    ['DELETE', '/tokens/tok_sync', undefined],
    ['DELETE', '/files/fil_brand', undefined],
  ])('%s %s finds nothing for the owner of another organisation', async (method, path, body) => {
    expect((await hank(method, path, body)).status).toBe(404);
    expect((await hank(method, path, body, { 'x-organization': 'org_acme' })).status).toBe(403);
  });

  test.each([
    ['POST', '/bots/bulk', 'bots.write'],
    ['DELETE', '/bots/bot_press', 'bots.delete'],
    ['POST', '/datasets', 'datasets.write'],
    ['DELETE', '/datasets/ds_handbook', 'datasets.delete'],
    ['POST', '/datasets/ds_handbook/exports', 'datasets.export'],
    ['POST', '/conversations', 'conversations.write'],
    ['GET', '/secrets', 'secrets.write'],
    ['PATCH', '/webhooks/whk_crm', 'webhooks.manage'],
    ['POST', '/policies', 'policies.manage'],
    ['POST', '/invitations', 'members.manage'],
    ['POST', '/grants', 'roles.manage'],
    ['POST', '/impersonations', 'users.impersonate'],
    ['POST', '/invoices/inv_acme_12/pay', 'billing.manage'],
    ['PATCH', '/organization', 'organization.manage'],
    ['DELETE', '/organization', 'organization.delete'],
  ])('%s %s takes the permission %s', async (method, path, permission) => {
    const lucas = await platform.as('lucas@acme.test');
    expect(await lucas(method, path, method === 'GET' ? undefined : {})).toMatchObject({
      status: 403,
      body: { error: { code: 'forbidden', message: `This takes the permission ${permission}.` } },
    });
  });

  test('an organisation is made, used and deleted with all that it has, by its owner', async () => {
    const made = await aiko('POST', '/organizations', { name: 'Trial' });
    expect(made).toMatchObject({ status: 201, body: { name: 'Trial', plan: 'free' } });
    const id = String(made.body.id);
    const there = { 'x-organization': id };
    const bot = await aiko('POST', '/bots', { name: 'Trial bot', model: 'small-1' }, there);
    await aiko('POST', `/bots/${bot.body.id}/integrations`, { kind: 'webhook', name: 'Hook' }, there);
    const conversation = await aiko('POST', '/conversations', { botId: bot.body.id, title: 'First' }, there);
    await aiko('POST', `/conversations/${conversation.body.id}/messages`, { body: 'Hello' }, there);
    expect((await aiko('POST', '/members', { email: 'new@trial.test', name: 'New', password: 'long enough' }, there)).status).toBe(201);
    expect((await aiko('PATCH', '/organization', { settings: { sso: true } }, there)).body).toMatchObject({ settings: { sso: true } });
    expect((await aiko('DELETE', '/organization', undefined, there)).status).toBe(204);
    expect((await aiko('GET', '/organization', undefined, there)).status).toBe(403);
    for (const table of ['bots', 'users', 'roles', 'memberships', 'subscriptions', 'conversations'] as const) {
      const { n } = await platform.db
        .selectFrom(table)
        .select(({ fn }) => fn.countAll<string>().as('n'))
        .where('organization_id', '=', id)
        .executeTakeFirstOrThrow();
      expect([table, n]).toEqual([table, '0']);
    }
    expect(await platform.db.selectFrom('integrations').select('id').where('bot_id', '=', String(bot.body.id)).execute()).toEqual([]);
  });
});
