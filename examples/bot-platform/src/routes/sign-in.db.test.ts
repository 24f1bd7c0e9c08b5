// Sessions, passwords, API tokens, invitations, and an administrator in somebody's place.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ask, openPlatform, type Platform, rowsOf, TEST_DATABASE_URL } from '../platform.test.fixture.ts';
import { DEMO_PASSWORD } from '../seed/company.ts';

const AT_HOME = { 'x-forwarded-for': '203.0.113.44', 'x-geo-country': 'DK', 'x-geo-city': 'K%C3%B8benhavn', 'user-agent': 'test' };

describe.skipIf(TEST_DATABASE_URL === undefined)('signing in', () => {
  let platform: Platform;
  let joe: Ask;

  beforeAll(async () => {
    platform = await openPlatform();
    joe = await platform.as('joe@acme.test');
  });
  afterAll(() => platform.close());

  const attemptsOf = (userId: string) => platform.db.selectFrom('login_attempts').selectAll().where('user_id', '=', userId).execute();

  test('lets nobody in without a session, nor with a wrong password, and remembers the attempt', async () => {
    expect(await platform.ask('GET', '/bots')).toMatchObject({ status: 401, body: { error: { code: 'unauthenticated' } } });
    expect((await platform.ask('GET', '/bots', undefined, { authorization: 'Bearer ses_x.y' })).status).toBe(401);
    expect((await platform.ask('POST', '/sessions', { email: 'nobody@acme.test', password: 'no' })).status).toBe(401);
    expect((await platform.ask('POST', '/sessions', { email: 'omar@globex.test', password: 'no' }, AT_HOME)).status).toBe(401);
    expect(await attemptsOf('usr_omar')).toMatchObject([
      { email: 'omar@globex.test', failure: 'wrong password', ip: '203.0.113.44', country: 'DK', city: 'København', user_agent: 'test' },
    ]);
  });

  test('a session says from where, lasts until it is ended, and is never stored as it is', async () => {
    const { body } = await platform.ask('POST', '/sessions', { email: 'omar@globex.test', password: DEMO_PASSWORD }, AT_HOME);
    expect(body).toMatchObject({ user: { id: 'usr_omar', organizationId: 'org_globex' }, session: { id: expect.stringMatching(/^ses_/) } });
    const omar = platform.by(body.token);
    expect(rowsOf(await omar('GET', '/sessions'))).toMatchObject([{ country: 'DK', city: 'København', impersonator_id: null }]);
    const { token_hash } = await platform.db.selectFrom('sessions').selectAll().where('user_id', '=', 'usr_omar').executeTakeFirstOrThrow();
    expect(String(body.token)).not.toContain(token_hash);
    expect((await omar('DELETE', '/sessions')).status).toBe(204);
    expect((await omar('GET', '/bots')).status).toBe(401);
  });

  test('one may end one’s own sessions, and who manages members anybody’s', async () => {
    const first = await platform.as('tom@acme.test');
    const [mine] = rowsOf(await first('GET', '/sessions'));
    const second = await platform.as('tom@acme.test');
    const sofia = await platform.as('sofia@acme.test');
    expect((await sofia('DELETE', `/sessions/${mine?.id}`)).status).toBe(404);
    expect((await second('DELETE', `/sessions/${mine?.id}`)).status).toBe(204);
    expect((await first('GET', '/bots')).status).toBe(401);
    const [left] = rowsOf(await second('GET', '/sessions'));
    expect((await joe('DELETE', `/sessions/${left?.id}`)).status).toBe(204);
    expect((await second('GET', '/bots')).status).toBe(401);
  });

  test('ten failures lock an account, the right password included', async () => {
    for (let n = 0; n < 10; n++) await platform.ask('POST', '/sessions', { email: 'lena@globex.test', password: 'no' });
    expect(await platform.ask('POST', '/sessions', { email: 'lena@globex.test', password: DEMO_PASSWORD })).toMatchObject({
      status: 429,
      body: { error: { code: 'locked' } },
    });
    expect(await attemptsOf('usr_lena')).toHaveLength(10);
  });

  test('a new password ends the other sessions', async () => {
    const [one, two] = [await platform.as('grace@acme.test'), await platform.as('grace@acme.test')];
    expect((await one('POST', '/password', { current: 'no', next: 'long enough' })).status).toBe(422);
    expect((await one('POST', '/password', { current: DEMO_PASSWORD, next: 'short' })).status).toBe(422);
    expect((await one('POST', '/password', { current: DEMO_PASSWORD, next: 'long enough' })).status).toBe(204);
    expect([(await one('GET', '/bots')).status, (await two('GET', '/bots')).status]).toEqual([200, 401]);
    const again = await platform.as('grace@acme.test', 'long enough');
    expect((await again('GET', '/bots')).status).toBe(200);
  });

  test('who is suspended is out at once, and stays out', async () => {
    const noah = await platform.as('noah@acme.test');
    const { body } = await noah('POST', '/tokens', { name: 'ci' });
    expect((await joe('PATCH', '/users/usr_noah', { status: 'suspended' })).body).toMatchObject({ status: 'suspended' });
    expect((await noah('GET', '/bots')).status).toBe(401);
    expect((await platform.by(body.token)('GET', '/bots')).status).toBe(401);
    expect((await platform.ask('POST', '/sessions', { email: 'noah@acme.test', password: DEMO_PASSWORD })).status).toBe(403);
    expect(await attemptsOf('usr_noah')).toMatchObject([{ failure: 'suspended' }]);
    await joe('PATCH', '/users/usr_noah', { status: 'active' });
    expect((await platform.by(body.token)('GET', '/bots')).status).toBe(200);
  });

  test('a token acts for its owner, within its scopes, until it is revoked', async () => {
    const aiko = await platform.as('aiko@acme.test');
    expect((await aiko('POST', '/tokens', { name: 'x', scopes: ['all'] })).status).toBe(422);
    const { body } = await aiko('POST', '/tokens', { name: 'ci', scopes: ['read'], days: 1 });
    const read = platform.by(body.token);
    expect((await read('GET', '/bots')).status).toBe(200);
    expect(await read('POST', '/datasets', { name: 'x' })).toMatchObject({
      status: 403,
      body: { error: { message: 'This token may read only.' } },
    });
    expect(JSON.stringify((await aiko('GET', '/tokens')).body)).not.toContain('hash');
    const sofia = await platform.as('sofia@acme.test');
    expect((await sofia('DELETE', `/tokens/${body.id}`)).status).toBe(404);
    expect((await joe('DELETE', `/tokens/${body.id}`)).status).toBe(204);
    expect((await read('GET', '/bots')).status).toBe(401);
    const write = platform.by((await aiko('POST', '/tokens', { name: 'sync', scopes: ['write'] })).body.token);
    expect((await write('POST', '/tokens', { name: 'another' })).status).toBe(403);
  });

  test('an administrator takes a user’s place, for what the user may, and not to make credentials', async () => {
    const [maria, aiko] = [await platform.as('maria@acme.test'), await platform.as('aiko@acme.test')];
    expect((await aiko('POST', '/impersonations', { userId: 'usr_tom', reason: 'To see' })).status).toBe(403);
    expect((await joe('POST', '/impersonations', { userId: 'usr_aiko' })).status).toBe(422);
    expect((await joe('POST', '/impersonations', { userId: 'usr_joe', reason: 'To see' })).status).toBe(422);
    expect(await joe('POST', '/impersonations', { userId: 'usr_maria', reason: 'To see' })).toMatchObject({
      status: 403,
      body: { error: { message: 'You do not have these permissions yourself: organization.delete.' } },
    });
    const { body, status } = await joe('POST', '/impersonations', { userId: 'usr_aiko', reason: 'Cannot see her drafts' });
    expect([status, body.user]).toEqual([201, { id: 'usr_aiko', name: 'Aiko Tanaka', organizationId: 'org_acme' }]);
    const joeAsAiko = platform.by(body.token);
    expect((await joeAsAiko('POST', '/bots', { name: 'Draft', model: 'small-1' })).body).toMatchObject({ created_by: 'usr_aiko' });
    expect((await joeAsAiko('PATCH', '/organization', { name: 'Mine' })).status).toBe(403);
    for (const [path, fields] of [
      ['/tokens', { name: 'kept' }],
      ['/password', { current: DEMO_PASSWORD, next: 'long enough' }],
      ['/impersonations', { userId: 'usr_tom', reason: 'Further' }],
    ] as const)
      expect([path, (await joeAsAiko('POST', path, fields)).status]).toEqual([path, 403]);
    expect((await joeAsAiko('DELETE', '/sessions')).status).toBe(204);
    expect((await joeAsAiko('GET', '/bots')).status).toBe(401);
    expect((await maria('GET', '/bots')).status).toBe(200);
  });

  test('an invitation makes an account, a member and a place in the team, once', async () => {
    expect((await joe('POST', '/invitations', { email: 'no', role: 'member' })).status).toBe(422);
    expect((await joe('POST', '/invitations', { email: 'kit@acme.test', role: 'nothing' })).status).toBe(422);
    expect((await joe('POST', '/invitations', { email: 'kit@acme.test', teamId: 'team_nowhere' })).status).toBe(422);
    expect((await joe('POST', '/invitations', { email: 'kit@acme.test', role: 'owner' })).status).toBe(403);
    const { body } = await joe('POST', '/invitations', { email: 'kit@acme.test', role: 'viewer', teamId: 'team_content' });
    const acceptance = { token: body.token, name: 'Kit', password: 'long enough' };
    expect((await platform.ask('POST', '/invitations/accept', { ...acceptance, token: 'ivt_none' })).status).toBe(404);
    const accepted = await platform.ask('POST', '/invitations/accept', acceptance);
    expect(accepted).toMatchObject({ status: 201, body: { user: { name: 'Kit', organizationId: 'org_acme' } } });
    expect((await platform.ask('POST', '/invitations/accept', acceptance)).status).toBe(404);
    const kit = await platform.as('kit@acme.test', 'long enough');
    expect(rowsOf(await kit('GET', '/teams/team_content/members')).map(({ name }) => name)).toContain('Kit');
    const other = await joe('POST', '/invitations', { email: 'late@acme.test' });
    expect((await joe('DELETE', `/invitations/${other.body.id}`)).status).toBe(204);
    expect((await joe('DELETE', `/invitations/${other.body.id}`)).status).toBe(404);
    expect((await platform.ask('POST', '/invitations/accept', { ...acceptance, token: other.body.token })).status).toBe(404);
    expect(rowsOf(await joe('GET', '/invitations'))).toMatchObject([{ email: 'kit@acme.test', accepted_at: expect.any(String) }]);
  });
});
