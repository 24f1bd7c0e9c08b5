// The two lines of Indelible at work: a trigger notes what each write carries.

import { openMessage } from '@indelible/sdk';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renewSubscriptions } from './jobs/renew-subscriptions.ts';
import { openPlatform, type Platform, TEST_DATABASE_URL } from './platform.test.fixture.ts';

const MARIA = { type: 'user', id: 'usr_maria', name: 'Maria Santos', email: 'maria@acme.test' };
const LISBOA = { 'x-forwarded-for': '203.0.113.7, 10.0.0.1', 'x-geo-country': 'PT', 'x-geo-city': 'Lisboa', 'user-agent': 'test' };

describe.skipIf(TEST_DATABASE_URL === undefined)('what a write carries', () => {
  let platform: Platform;

  beforeAll(async () => {
    platform = await openPlatform();
    await sql`CREATE TABLE carried (n serial, message text)`.execute(platform.db);
    await sql`CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN INSERT INTO carried (message) VALUES (current_setting('indelible.context', true)); RETURN NULL; END $$`.execute(platform.db);
    const tables = [
      'sessions',
      'login_attempts',
      'bots',
      'datasets',
      'records',
      'conversations',
      'messages',
      'integrations',
      'invoices',
      'users',
    ];
    for (const table of tables) {
      await sql`CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON ${sql.table(table)} FOR EACH ROW EXECUTE FUNCTION note()`.execute(
        platform.db,
      );
    }
  });
  afterAll(() => platform.close());

  /** What the rows since the last look carried, in their order. */
  async function carried(): Promise<unknown[]> {
    const { rows } = await sql<{ message: string; n: number }>`DELETE FROM carried RETURNING n, message`.execute(platform.db);
    return rows.sort((a, b) => a.n - b.n).map(({ message }) => openMessage(message, undefined)?.payload);
  }

  test('who, from where, by which route, and why', async () => {
    const maria = await platform.as('maria@acme.test');
    await carried();
    await maria('PATCH', '/bots/bot_support', { model: 'large-2' }, { ...LISBOA, 'x-reason': 'Ticket 4812', 'x-request-id': 'req_1' });
    expect(await carried()).toEqual([
      {
        v: 1,
        nonce: expect.stringMatching(/^[\w-]{22}$/),
        t: expect.any(Number),
        database: expect.any(String),
        actor: MARIA,
        context: {
          ip: '203.0.113.7',
          location: { country: 'PT', city: 'Lisboa' },
          userAgent: 'test',
          requestId: 'req_1',
          reason: 'Ticket 4812',
          route: 'PATCH /bots/:id',
          authMethod: 'session',
          sessionId: expect.stringMatching(/^ses_[0-9a-f]{18}$/),
        },
      },
    ]);
  });

  test('signing in is the work of the one who signs in, and failing to is nobody’s', async () => {
    await platform.as('joe@acme.test');
    await platform.as('joe@acme.test', 'wrong');
    expect(await carried()).toMatchObject([
      { actor: { id: 'usr_joe' }, context: { route: 'POST /sessions' } },
      { actor: { id: 'usr_joe' } },
      { actor: { type: 'anonymous' }, context: { route: 'POST /sessions' } },
    ]);
  });

  test('a token acts on behalf of its owner', async () => {
    const aiko = await platform.as('aiko@acme.test');
    const { body } = await aiko('POST', '/tokens', { name: 'ci', scopes: ['read', 'write'] });
    await carried();
    await platform.by(body.token)('POST', '/datasets', { name: 'Nightly' });
    expect(await carried()).toMatchObject([
      {
        actor: { type: 'api_key', id: body.id, name: 'ci', onBehalfOf: { type: 'user', id: 'usr_aiko' } },
        context: { authMethod: 'api_token' },
      },
    ]);
  });

  test('who takes somebody’s place is the one who acts', async () => {
    const maria = await platform.as('maria@acme.test');
    const { body } = await maria('POST', '/impersonations', { userId: 'usr_aiko', reason: 'Cannot see her drafts' });
    await carried();
    await platform.by(body.token)('PATCH', '/datasets/ds_handbook', { description: 'How we work' });
    expect(await carried()).toMatchObject([
      { actor: { ...MARIA, onBehalfOf: { type: 'user', id: 'usr_aiko' } }, context: { sessionId: (body.session as { id: string }).id } },
    ]);
  });

  test('what the agent does is the agent’s, on behalf of whoever wrote; what they wrote is theirs', async () => {
    const maria = await platform.as('maria@acme.test');
    const asAiko = platform.by((await maria('POST', '/impersonations', { userId: 'usr_aiko', reason: 'To see' })).body.token);
    await carried();
    const agent = { type: 'agent', id: 'bot_curator', name: 'Curator' };
    const context = { authMethod: 'agent_pass', reason: 'Asked in conversation cnv_handbook' };
    await maria('POST', '/conversations/cnv_handbook/messages', { body: 'remember: Naps: after lunch' });
    expect(await carried()).toMatchObject([
      { actor: MARIA, context: { route: 'POST /conversations/:id/messages' } },
      { actor: { ...agent, onBehalfOf: MARIA }, context: { ...context, route: 'POST /datasets/:id/records' } },
      { actor: { ...agent, onBehalfOf: MARIA }, context: { ...context, route: 'POST /conversations/:id/replies' } },
    ]);
    await asAiko('POST', '/conversations/cnv_handbook/messages', { body: 'Hello' });
    expect((await carried()).at(-1)).toMatchObject({ actor: { ...agent, onBehalfOf: { ...MARIA, onBehalfOf: { id: 'usr_aiko' } } } });
  });

  test('what is deleted along carries the same as what was deleted', async () => {
    const maria = await platform.as('maria@acme.test');
    const { body } = await maria('POST', '/bots', { name: 'Gone soon', model: 'small-1' });
    await maria('POST', `/bots/${body.id}/integrations`, { kind: 'slack', name: 'Team' });
    const conversation = await maria('POST', '/conversations', { botId: body.id, title: 'Last' });
    await maria('POST', `/conversations/${conversation.body.id}/messages`, { body: 'Goodbye' });
    await carried();
    await maria('DELETE', `/bots/${body.id}`);
    expect(await carried()).toMatchObject(Array.from({ length: 5 }, () => ({ actor: MARIA, context: { route: 'DELETE /bots/:id' } })));
  });

  test('every row of a statement over many carries who sent it', async () => {
    const joe = await platform.as('joe@acme.test');
    await carried();
    const { body } = await joe('POST', '/bots/bulk', { where: {}, set: { status: 'paused' } }, { 'x-reason': 'All of them' });
    const rows = await carried();
    expect(rows).toHaveLength((body.updated as string[]).length);
    expect(rows).toMatchObject(
      rows.map(() => ({ actor: { id: 'usr_joe' }, context: { route: 'POST /bots/bulk', reason: 'All of them' } })),
    );
    const gone = await joe('POST', '/datasets/ds_customers/records/delete', { titleStartsWith: 'A' });
    expect(await carried()).toMatchObject((gone.body.deleted as string[]).map(() => ({ actor: { id: 'usr_joe' } })));
  });

  test('what the platform does by itself is its own doing', async () => {
    await renewSubscriptions(platform.db, { dueBefore: new Date(Date.now() + 30 * 86_400_000) });
    const rows = await carried();
    expect(rows).toMatchObject([{ actor: { type: 'service', id: 'bot-platform' } }, { actor: { type: 'service', id: 'bot-platform' } }]);
  });

  test('one who has just accepted an invitation acts already', async () => {
    const joe = await platform.as('joe@acme.test');
    const { body } = await joe('POST', '/invitations', { email: 'kit@acme.test' });
    await carried();
    await platform.ask('POST', '/invitations/accept', { token: body.token, name: 'Kit', password: 'long enough' });
    expect(await carried()).toMatchObject([{ actor: { type: 'user', name: 'Kit' }, context: { route: 'POST /invitations/accept' } }]);
  });
});
