// Bots, one and many; what they are connected with and able to do; secrets, webhooks and policies.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openVault } from '../encryption.ts';
import { type Ask, openPlatform, type Platform, rowsOf, TEST_DATABASE_URL } from '../platform.test.fixture.ts';

describe.skipIf(TEST_DATABASE_URL === undefined)('bots and what they use', () => {
  let platform: Platform;
  let joe: Ask;
  let aiko: Ask;
  let hank: Ask;

  beforeAll(async () => {
    platform = await openPlatform();
    [joe, aiko, hank] = await Promise.all([platform.as('joe@acme.test'), platform.as('aiko@acme.test'), platform.as('hank@globex.test')]);
  });
  afterAll(() => platform.close());

  test('a bot is created, read, changed and deleted, with what was said to it', async () => {
    const fields = { name: 'Night desk', model: 'small-1', datasetId: 'ds_handbook', teamId: 'team_support', config: { temperature: 0.5 } };
    const made = await aiko('POST', '/bots', fields);
    expect(made).toMatchObject({
      status: 201,
      body: { name: 'Night desk', status: 'draft', created_by: 'usr_aiko', organization_id: 'org_acme', team_id: 'team_support' },
    });
    const path = `/bots/${made.body.id}`;
    expect(made.body.id).toMatch(/^bot_[0-9a-f]{18}$/);
    expect((await aiko('PATCH', path, { model: 'large-3', backstory: 'You are brief.', datasetId: null })).body).toMatchObject({
      model: 'large-3',
      backstory: 'You are brief.',
      dataset_id: null,
      team_id: 'team_support',
      config: { temperature: 0.5 },
    });
    expect((await joe('GET', path)).body).toMatchObject({ model: 'large-3' });
    expect((await aiko('PATCH', path, { skillsetId: 'skl_control' })).status).toBe(422);
    const conversation = await aiko('POST', '/conversations', { botId: made.body.id, title: 'Short' });
    expect((await aiko('DELETE', path)).status).toBe(204);
    expect((await aiko('DELETE', path)).status).toBe(404);
    expect((await aiko('GET', `/conversations/${conversation.body.id}`)).status).toBe(404);
  });

  test('many bots change at once, and only those that were meant', async () => {
    const before = rowsOf(await joe('GET', '/bots'));
    const meant = before.filter(({ model, team_id }) => model === 'small-1' && team_id === 'team_support').map(({ id }) => id);
    const { body } = await joe('POST', '/bots/bulk', {
      where: { model: 'small-1', teamId: 'team_support' },
      set: { model: 'medium-2', temperature: 0.9 },
    });
    expect(body.updated).toEqual(meant);
    expect(meant).toContain('bot_support');
    expect((await joe('GET', '/bots/bot_support')).body).toMatchObject({
      model: 'medium-2',
      config: { temperature: 0.9, maxTokens: 1024 },
    });
    expect((await joe('GET', '/bots/bot_sales')).body).toMatchObject({ model: 'small-1' });
    expect(
      (await joe('POST', '/bots/bulk', { where: { ids: ['bot_press', 'bot_control'] }, set: { status: 'paused' } })).body.updated,
    ).toEqual(['bot_press']);
    expect((await joe('POST', '/bots/bulk', { where: {}, set: { backstory: 'Oh.' } })).body.updated).toHaveLength(before.length);
    expect((await hank('GET', '/bots/bot_control')).body).toMatchObject({ model: 'large-2', status: 'live' });
    expect((await joe('POST', '/bots/bulk', { where: {}, set: {} })).status).toBe(422);
  });

  test('each bot gets back what was its own, or none does', async () => {
    const own = [
      { id: 'bot_support', model: 'small-1', backstory: 'You are patient.', temperature: 0.2 },
      { id: 'bot_press', status: 'live' },
    ];
    expect((await joe('PATCH', '/bots', [...own, { id: 'bot_control', model: 'small-1' }])).status).toBe(404);
    expect((await joe('GET', '/bots/bot_press')).body).toMatchObject({ status: 'paused' });
    expect((await joe('PATCH', '/bots', own)).body.updated).toEqual(['bot_press', 'bot_support']);
    expect((await joe('GET', '/bots/bot_support')).body).toMatchObject({
      model: 'small-1',
      status: 'live',
      backstory: 'You are patient.',
      config: { temperature: 0.2, maxTokens: 1024 },
    });
    expect((await joe('PATCH', '/bots', [])).status).toBe(422);
  });

  test('integrations are changed through their bot', async () => {
    const path = '/bots/bot_sales/integrations';
    expect((await aiko('POST', path, { kind: 'fax', name: 'Team' })).status).toBe(422);
    expect((await aiko('POST', path, { kind: 'slack', name: 'Team', secretId: 'sec_reactor' })).status).toBe(422);
    const { body } = await aiko('POST', path, {
      kind: 'slack',
      name: 'Team',
      secretId: 'sec_slack',
      config: { channel: '#sales', apiKey: 'k' },
    });
    expect(rowsOf(await aiko('GET', path)).map(({ id }) => id)).toContain(body.id);
    expect((await aiko('PATCH', `/integrations/${body.id}`, { enabled: false })).body).toMatchObject({
      enabled: false,
      kind: 'slack',
      secret_id: 'sec_slack',
    });
    expect((await aiko('DELETE', `/integrations/${body.id}`)).status).toBe(204);
    expect((await aiko('DELETE', `/integrations/${body.id}`)).status).toBe(404);
  });

  test('a skillset goes with its abilities, and its bots go on without', async () => {
    const made = await aiko('POST', '/skillsets', { name: 'Sports' });
    expect((await aiko('PATCH', `/skillsets/${made.body.id}`, { description: 'On Sundays' })).body).toMatchObject({ name: 'Sports' });
    const bot = await aiko('POST', '/bots', { name: 'Coach', model: 'small-1', skillsetId: made.body.id });
    const path = `/skillsets/${made.body.id}/abilities`;
    expect((await aiko('POST', path, { name: 'Fly', kind: 'fly' })).status).toBe(422);
    const ability = await aiko('POST', path, { name: 'Fetch', kind: 'fetch', secretId: 'sec_orders' });
    expect((await aiko('PATCH', `/abilities/${ability.body.id}`, { instruction: 'GET', secretId: null })).body).toMatchObject({
      instruction: 'GET',
      secret_id: null,
    });
    expect(rowsOf(await aiko('GET', path))).toHaveLength(1);
    expect((await aiko('DELETE', `/abilities/${ability.body.id}`)).status).toBe(204);
    expect((await aiko('DELETE', `/abilities/${ability.body.id}`)).status).toBe(404);
    expect((await aiko('DELETE', `/skillsets/${made.body.id}`)).status).toBe(204);
    expect((await aiko('DELETE', `/skillsets/${made.body.id}`)).status).toBe(404);
    expect((await aiko('GET', `/bots/${bot.body.id}`)).body.skillset_id).toBeNull();
    expect(rowsOf(await aiko('GET', '/skillsets')).map(({ id }) => id)).toEqual(['skl_curator', 'skl_desk', 'skl_sales']);
  });

  test('a secret is stored encrypted, rotated, and shown to nobody', async () => {
    const made = await joe('POST', '/secrets', { name: 'Pager', value: 'pg-1' });
    expect(made).toMatchObject({ status: 201, body: { name: 'Pager', created_by: 'usr_joe', rotated_at: null } });
    expect((await joe('POST', '/secrets', { name: 'Pager', value: 'pg-2' })).status).toBe(409);
    const valueOf = async () => {
      const row = await platform.db
        .selectFrom('secrets')
        .select('secret_value')
        .where('id', '=', String(made.body.id))
        .executeTakeFirstOrThrow();
      return row.secret_value;
    };
    const vault = openVault('a key for tests');
    expect([await valueOf(), vault.decrypt(await valueOf())]).toEqual([expect.not.stringContaining('pg-1'), 'pg-1']);
    expect((await joe('PATCH', `/secrets/${made.body.id}`, { value: 'pg-3' })).body.rotated_at).toEqual(expect.any(String));
    expect(vault.decrypt(await valueOf())).toBe('pg-3');
    expect(Object.keys(rowsOf(await joe('GET', '/secrets'))[0] ?? {})).not.toContain('secret_value');
    expect((await joe('DELETE', `/secrets/${made.body.id}`)).status).toBe(204);
    expect((await joe('DELETE', `/secrets/${made.body.id}`)).status).toBe(404);
  });

  test('webhooks point where they are told to, over HTTPS', async () => {
    expect((await joe('POST', '/webhooks', { name: 'In', url: 'http://acme.test', events: ['bot.updated'] })).status).toBe(422);
    expect((await joe('POST', '/webhooks', { name: 'In', url: 'https://acme.test', events: ['everything'] })).status).toBe(422);
    const made = await joe('POST', '/webhooks', { name: 'In', url: 'https://acme.test/in', events: ['bot.updated'] });
    expect(made.body.signingSecret).toMatch(/^whsec_/);
    expect((await joe('PATCH', `/webhooks/${made.body.id}`, { url: 'https://elsewhere.test/in', enabled: false })).body).toMatchObject({
      url: 'https://elsewhere.test/in',
      events: ['bot.updated'],
    });
    expect(JSON.stringify(rowsOf(await aiko('GET', '/webhooks')))).not.toMatch(/secret/i);
    expect((await joe('DELETE', `/webhooks/${made.body.id}`)).status).toBe(204);
    expect((await joe('DELETE', `/webhooks/${made.body.id}`)).status).toBe(404);
  });

  test('policies are set, changed and dropped', async () => {
    expect((await joe('POST', '/policies', { name: 'Quiet', kind: 'noise' })).status).toBe(422);
    const made = await joe('POST', '/policies', { name: 'Quiet', kind: 'moderation', rules: { after: 22 } });
    expect((await joe('PATCH', `/policies/${made.body.id}`, { rules: { after: 23 }, enabled: false })).body).toMatchObject({
      name: 'Quiet',
      rules: { after: 23 },
      enabled: false,
    });
    expect(rowsOf(await aiko('GET', '/policies'))).toHaveLength(4);
    expect((await joe('DELETE', `/policies/${made.body.id}`)).status).toBe(204);
    expect((await joe('DELETE', `/policies/${made.body.id}`)).status).toBe(404);
  });
});
