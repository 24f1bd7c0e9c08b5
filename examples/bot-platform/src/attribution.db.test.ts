// The two lines of Indelible at work: a trigger notes what each write carries.

import { openMessage } from '@indelible/sdk';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPlatform, type Platform, TEST_DATABASE_URL } from './platform.test.fixture.ts';

describe.skipIf(TEST_DATABASE_URL === undefined)('what a write carries', () => {
  let platform: Platform;

  beforeAll(async () => {
    platform = await openPlatform();
    await sql`CREATE TABLE carried (n serial, message text)`.execute(platform.db);
    await sql`CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN INSERT INTO carried (message) VALUES (current_setting('indelible.context', true)); RETURN NULL; END $$`.execute(platform.db);
    for (const table of ['users', 'bots', 'datasets', 'records']) {
      await sql`CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON ${sql.table(table)} FOR EACH ROW EXECUTE FUNCTION note()`.execute(
        platform.db,
      );
    }
  });
  afterAll(() => platform.close());

  async function carried(): Promise<unknown[]> {
    const { rows } = await sql<{ message: string; n: number }>`DELETE FROM carried RETURNING n, message`.execute(platform.db);
    return rows.sort((a, b) => a.n - b.n).map(({ message }) => openMessage(message, undefined)?.payload);
  }

  test('who, from where, by which route, and why', async () => {
    const maria = await platform.as('maria@acme.test');
    await carried();
    await maria(
      'PATCH',
      '/bots/bot_support',
      { model: 'large-2' },
      { 'x-forwarded-for': '203.0.113.7, 10.0.0.1', 'user-agent': 'test', 'x-reason': 'Ticket 4812', 'x-request-id': 'req_1' },
    );
    expect(await carried()).toEqual([
      {
        v: 1,
        nonce: expect.stringMatching(/^[\w-]{22}$/),
        t: expect.any(Number),
        database: expect.any(String),
        actor: { type: 'user', id: 'usr_maria', name: 'Maria Santos', email: 'maria@acme.test' },
        context: {
          ip: '203.0.113.7',
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

  test('signing in is the work of the one who signs in', async () => {
    await platform.as('joe@acme.test');
    expect(await carried()).toMatchObject([{ actor: { id: 'usr_joe' }, context: { route: 'POST /sessions' } }]);
  });

  test('a token acts on behalf of its owner', async () => {
    const aiko = await platform.as('aiko@acme.test');
    const { body } = await aiko('POST', '/tokens', { name: 'ci', scopes: ['read', 'write'] });
    await carried();
    await platform.ask('POST', '/datasets', { name: 'Nightly' }, { authorization: `Bearer ${String(body.token)}` });
    expect(await carried()).toMatchObject([
      { actor: { type: 'api_key', id: body.id, name: 'ci', onBehalfOf: { type: 'user', id: 'usr_aiko' } } },
    ]);
  });

  test('what is deleted along carries the same as what was deleted', async () => {
    const maria = await platform.as('maria@acme.test');
    const { body } = await maria('POST', '/datasets', { name: 'Gone soon' });
    await maria('POST', `/datasets/${body.id}/records`, [
      { title: 'One', body: '1' },
      { title: 'Two', body: '2' },
    ]);
    await carried();
    await maria('DELETE', `/datasets/${body.id}`);
    expect(await carried()).toMatchObject(
      Array.from({ length: 3 }, () => ({ actor: { id: 'usr_maria' }, context: { route: 'DELETE /datasets/:id' } })),
    );
  });
});
