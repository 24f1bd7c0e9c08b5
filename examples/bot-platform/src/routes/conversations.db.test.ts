// Conversations, and what the agent does in them for the person who writes.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ask, openPlatform, type Platform, rowsOf, TEST_DATABASE_URL } from '../platform.test.fixture.ts';

describe.skipIf(TEST_DATABASE_URL === undefined)('conversations', () => {
  let platform: Platform;
  let aiko: Ask;
  let casey: Ask;

  beforeAll(async () => {
    platform = await openPlatform();
    [aiko, casey] = await Promise.all([platform.as('aiko@acme.test'), platform.as('casey@contractors.test')]);
  });
  afterAll(() => platform.close());

  test('are opened, read, changed and deleted', async () => {
    expect((await aiko('POST', '/conversations', { botId: 'bot_control', title: 'Hello' })).status).toBe(422);
    const made = await aiko('POST', '/conversations', { botId: 'bot_support', title: 'Hello' });
    expect(made).toMatchObject({ status: 201, body: { status: 'open', user_id: 'usr_aiko' } });
    const path = `/conversations/${made.body.id}`;
    expect((await aiko('PATCH', path, { status: 'lost' })).status).toBe(422);
    expect((await aiko('PATCH', path, { status: 'closed' })).body).toMatchObject({ status: 'closed', title: 'Hello' });
    expect((await aiko('POST', `${path}/messages`, { body: '' })).status).toBe(422);
    expect((await aiko('POST', `${path}/replies`, { body: 'As if' })).status).toBe(403);
    expect((await aiko('DELETE', path)).status).toBe(204);
    expect((await aiko('DELETE', path)).status).toBe(404);
    expect(rowsOf(await casey('GET', '/conversations'))).toHaveLength(3);
  });

  test('the agent answers from the dataset', async () => {
    const { body } = await aiko('POST', '/conversations', { botId: 'bot_sales', title: 'Skates' });
    const path = `/conversations/${body.id}`;
    const answer = await aiko('POST', `${path}/messages`, { body: 'Rocket skates: how long is their warranty?' });
    expect(answer).toMatchObject({ status: 201, body: { reply: { body: 'Rocket skates, answer 2: see sheet 2.2.' }, did: [] } });
    expect((await aiko('POST', `${path}/messages`, { body: 'Xyzzy?' })).body).toMatchObject({
      reply: { body: 'I do not know. Shall I ask a person?' },
    });
    const messages = (await aiko('GET', path)).body.messages as { author: string }[];
    expect(messages.map(({ author }) => author)).toEqual(['user', 'bot', 'user', 'bot']);
  });

  test('the agent does what its skillset lets it, with the rights of the person', async () => {
    const say = async (ask: Ask, body: string) => (await ask('POST', '/conversations/cnv_handbook/messages', { body })).body;
    const did = async (ask: Ask, body: string) => (await say(ask, body)).did;
    expect(await did(aiko, 'remember: Naps: after lunch')).toEqual([{ ability: 'remember', status: 201 }]);
    const record = rowsOf(await aiko('GET', '/datasets/ds_handbook/records')).find(({ title }) => title === 'Naps');
    expect(await did(aiko, `correct: ${record?.id}: before lunch`)).toEqual([{ ability: 'correct', status: 200 }]);
    expect(await did(aiko, 'correct: rec_reactor_001: off')).toEqual([{ ability: 'correct', status: 404 }]);
    expect(await did(aiko, `forget: ${record?.id}`)).toEqual([{ ability: 'forget', status: 204 }]);
    expect(await say(aiko, 'escalate: I need a person')).toMatchObject({ did: [], reply: { body: 'I am not able to do that.' } });
    const lucas = await platform.as('lucas@acme.test');
    expect((await lucas('POST', '/conversations/cnv_handbook/messages', { body: 'Hello' })).status).toBe(403);
  });

  test('the agent has a person called', async () => {
    const { body } = await casey('POST', '/conversations/cnv_holes/messages', { body: 'escalate: it is growing' });
    expect(body.did).toEqual([{ ability: 'escalate', status: 200 }]);
    expect((await casey('GET', '/conversations/cnv_holes')).body).toMatchObject({ status: 'escalated' });
  });
});
