// The HTTP API on a real database.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ask, openPlatform, type Platform, TEST_DATABASE_URL } from './platform.test.fixture.ts';

describe.skipIf(TEST_DATABASE_URL === undefined)('the API', () => {
  let platform: Platform;
  let maria: Ask;
  let joe: Ask;
  let aiko: Ask;
  let hank: Ask;

  beforeAll(async () => {
    platform = await openPlatform();
    [maria, joe, aiko, hank] = await Promise.all([
      platform.as('maria@acme.test'),
      platform.as('joe@acme.test'),
      platform.as('aiko@acme.test'),
      platform.as('hank@globex.test'),
    ]);
  });
  afterAll(() => platform.close());

  test('lets nobody in without a session, nor with a wrong password', async () => {
    expect(await platform.ask('GET', '/bots')).toMatchObject({ status: 401, body: { error: { code: 'unauthenticated' } } });
    expect((await platform.ask('POST', '/sessions', { email: 'maria@acme.test', password: 'no' })).status).toBe(401);
    expect((await platform.ask('GET', '/bots', undefined, { authorization: 'Bearer ses_x.y' })).status).toBe(401);
    const gone = await platform.as('omar@globex.test');
    expect((await gone('GET', '/bots')).status).toBe(200);
    expect((await gone('DELETE', '/sessions')).status).toBe(204);
    expect((await gone('GET', '/bots')).status).toBe(401);
  });

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
    expect((await maria('POST', '/bots', { name: 'x', model: 'small-1', datasetId: 'ds_reactor' })).status).toBe(422);
    expect((await maria('GET', '/nowhere')).status).toBe(404);
  });

  test('a bot is created, read, changed and deleted', async () => {
    const made = await aiko('POST', '/bots', {
      name: 'Night desk',
      model: 'small-1',
      datasetId: 'ds_handbook',
      config: { temperature: 0.5 },
    });
    expect(made).toMatchObject({
      status: 201,
      body: { name: 'Night desk', status: 'draft', created_by: 'usr_aiko', organization_id: 'org_acme' },
    });
    const path = `/bots/${made.body.id}`;
    expect(made.body.id).toMatch(/^bot_[0-9a-f]{18}$/);
    expect((await aiko('PATCH', path, { model: 'large-3' })).body).toMatchObject({ model: 'large-3', config: { temperature: 0.5 } });
    expect((await maria('GET', path)).body).toMatchObject({ model: 'large-3' });
    expect((await aiko('DELETE', path)).status).toBe(204);
    expect((await aiko('DELETE', path)).status).toBe(404);
  });

  test('nobody reaches into another organisation', async () => {
    expect((await hank('GET', '/bots/bot_support')).status).toBe(404);
    expect((await hank('PATCH', '/bots/bot_support', { name: 'Mine' })).status).toBe(404);
    expect((await hank('GET', '/datasets/ds_handbook/records')).status).toBe(404);
    expect((await hank('GET', '/bots', undefined, { 'x-organization': 'org_acme' })).status).toBe(403);
  });

  test('many bots change at once, and only those that were meant', async () => {
    const { body } = await joe('PATCH', '/bots', { where: { model: 'small-1' }, set: { model: 'medium-2' } });
    expect((body.updated as string[]).sort()).toEqual(['bot_sales', 'bot_support']);
    expect((await hank('GET', '/bots/bot_control')).body.model).toBe('large-2');
    expect((await joe('PATCH', '/bots', { where: {}, set: {} })).status).toBe(422);
    expect((await aiko('PATCH', '/bots', { where: {}, set: { status: 'live' } })).status).toBe(403);
  });

  test('records, and integrations, are changed through what they belong to', async () => {
    const added = await aiko('POST', '/datasets/ds_handbook/records', [
      { title: 'One', body: '1', metadata: { page: 1 } },
      { title: 'Two', body: '2' },
    ]);
    const [first, second] = added.body as unknown as { id: string }[];
    expect((await aiko('PATCH', `/records/${first?.id}`, { body: 'uno' })).body).toMatchObject({ body: 'uno', metadata: { page: 1 } });
    expect((await hank('PATCH', `/records/${first?.id}`, { body: 'mine' })).status).toBe(404);
    expect((await aiko('DELETE', `/records/${second?.id}`)).status).toBe(204);
    const { body } = await aiko('POST', '/bots/bot_sales/integrations', {
      kind: 'slack',
      name: 'Team',
      config: { channel: '#sales', apiKey: 'k' },
    });
    expect((await aiko('PATCH', `/integrations/${body.id}`, { enabled: false })).body).toMatchObject({ enabled: false, kind: 'slack' });
    expect((await hank('DELETE', `/integrations/${body.id}`)).status).toBe(404);
    expect((await aiko('DELETE', `/integrations/${body.id}`)).status).toBe(204);
  });

  test('deleting a dataset deletes its records, and its bots go on without it', async () => {
    const dataset = await maria('POST', '/datasets', { name: 'Short-lived' });
    await maria('POST', `/datasets/${dataset.body.id}/records`, [{ title: 'One', body: '1' }]);
    const bot = await maria('POST', '/bots', { name: 'Reader', model: 'small-1', datasetId: dataset.body.id });
    expect((await maria('DELETE', `/datasets/${dataset.body.id}`)).status).toBe(204);
    expect((await maria('GET', `/bots/${bot.body.id}`)).body.dataset_id).toBeNull();
    const left = await platform.db.selectFrom('records').select('id').where('dataset_id', '=', String(dataset.body.id)).execute();
    expect(left).toEqual([]);
  });

  test('an organisation is made, used and deleted with all that it has, by its owner', async () => {
    const made = await aiko('POST', '/organizations', { name: 'Trial' });
    const there = { 'x-organization': String(made.body.id) };
    const bot = await aiko('POST', '/bots', { name: 'Trial bot', model: 'small-1' }, there);
    await aiko('POST', `/bots/${bot.body.id}/integrations`, { kind: 'webhook', name: 'Hook' }, there);
    expect((await aiko('POST', '/members', { email: 'new@trial.test', name: 'New', password: 'long enough' }, there)).status).toBe(201);
    expect((await aiko('DELETE', '/organization')).status).toBe(403);
    expect((await aiko('DELETE', '/organization', undefined, there)).status).toBe(204);
    expect((await aiko('GET', '/organization', undefined, there)).status).toBe(403);
    expect(await platform.db.selectFrom('integrations').select('id').where('bot_id', '=', String(bot.body.id)).execute()).toEqual([]);
    expect(await platform.db.selectFrom('users').select('id').where('email', '=', 'new@trial.test').execute()).toEqual([]);
  });

  test('members come, change and go; the same one twice is a conflict', async () => {
    expect((await joe('POST', '/members', { email: 'nobody@acme.test' })).status).toBe(422);
    const made = await joe('POST', '/members', { email: 'viewer@acme.test', name: 'Vi', password: 'long enough', role: 'viewer' });
    expect((await joe('POST', '/members', { email: 'viewer@acme.test' })).status).toBe(409);
    expect((await joe('PATCH', `/members/${made.body.id}`, { role: 'member' })).body.role).toBe('member');
    expect((await aiko('PATCH', `/members/${made.body.id}`, { role: 'owner' })).status).toBe(403);
    expect((await joe('DELETE', `/members/${made.body.id}`)).status).toBe(204);
    expect((await joe('PATCH', '/organization', { settings: { sso: true } })).body).toMatchObject({ settings: { sso: true }, plan: 'pro' });
  });

  test('a token acts for its owner, within its scopes, until it is deleted', async () => {
    const { body } = await aiko('POST', '/tokens', { name: 'ci', scopes: ['read'] });
    const read = { authorization: `Bearer ${String(body.token)}` };
    expect((await platform.ask('GET', '/bots', undefined, read)).status).toBe(200);
    expect((await platform.ask('POST', '/datasets', { name: 'x' }, read)).status).toBe(403);
    expect(JSON.stringify((await aiko('GET', '/tokens')).body)).not.toContain('token_hash');
    expect((await aiko('DELETE', `/tokens/${body.id}`)).status).toBe(204);
    expect((await platform.ask('GET', '/bots', undefined, read)).status).toBe(401);
  });
});
