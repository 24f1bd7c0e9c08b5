// Saved views: whose they are, who sees and changes them, and what the trail says of those that are shared.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SAVED_VIEWS_MAX } from '../limits.ts';
import { inTransaction } from '../store/pool.ts';
import { type Role, setRole } from '../store/role-grants.ts';
import { insertView, listViews } from '../store/saved-views.ts';
import { removePerson } from '../access/people/remove.ts';
import { personById } from '../store/people.ts';
import { bySystem } from '../access/actor.ts';
import { ADMIN_KEY, anEvent, type Answer, openTestServer, ORIGIN, type TestServer } from './server.test.fixture.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(async () => {
  await server?.close();
});

const VIEW = { name: 'Denied, last day', query: 'outcome:denied', range: '-24h', zone: 'local' };

interface Company {
  readonly tenant: string;
  /** The id of somebody with a role in it. */
  readonly person: (role: Role, scope?: string) => Promise<string>;
}

async function company(): Promise<Company> {
  const tenant = `org_${randomUUID().slice(0, 8)}`;
  await server.post(anEvent(), ADMIN_KEY, { 'indelible-tenant': tenant });
  return {
    tenant,
    person: async (role, scope) => {
      const person = `usr_${randomUUID().slice(0, 8)}`;
      await inTransaction(server.trail.store.owner, (tx) => setRole(tx, { tenant, person, role, scope }));
      return person;
    },
  };
}

function ask(who: string, path: string, body?: object): Promise<Answer> {
  const headers = { authorization: `Person ${who}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
  return server.request(path, { headers, ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }) });
}

const save = (who: string, more: object = {}): Promise<Answer> => ask(who, '/v1/views', { ...VIEW, ...more });
const namesOf = async (who: string): Promise<string[]> =>
  ((await ask(who, '/v1/views')).body['views'] as { name: string }[]).map(({ name }) => name);
const recorded = async (tenant: string): Promise<{ action: string; change?: object }[]> => {
  const answer = await server.get('/v1/events?q=action:saved_view.*&order=asc', ADMIN_KEY, { 'indelible-tenant': tenant });
  return (answer.body['events'] as { action: string; change?: object }[]).map(({ action, change }) => ({
    action,
    ...(change === undefined ? {} : { change }),
  }));
};

test("a view is its keeper's own until it is shared, and nobody else's", async () => {
  const { tenant, person } = await company();
  const [maria, joe] = [await person('analyst'), await person('auditor')];
  const saved = await save(maria);
  expect(saved.status).toBe(201);
  expect(saved.body).toMatchObject({ ...VIEW, shared: false, own: true, savedBy: { id: maria } });
  const id = String(saved.body['id']);
  expect(await namesOf(maria)).toEqual([VIEW.name]);
  expect(await namesOf(joe)).toEqual([]);
  for (const answer of [await ask(joe, `/v1/views/${id}`, { name: 'mine' }), await ask(joe, `/v1/views/${id}/delete`, {})])
    expect(answer.body).toMatchObject({ status: 404, code: 'not_found' });
  expect(await recorded(tenant)).toEqual([]);

  expect((await ask(maria, `/v1/views/${id}`, { shared: true })).body).toMatchObject({ ...VIEW, id, shared: true });
  expect((await ask(joe, '/v1/views')).body).toMatchObject({ views: [{ id, own: false, savedBy: { id: maria } }] });
  const elsewhere = await (await company()).person('owner');
  expect(await namesOf(elsewhere)).toEqual([]);
  expect((await ask(elsewhere, `/v1/views/${id}`, { name: 'mine' })).status).toBe(404);
});

test('what is shared is on record, and what is private is not', async () => {
  const { tenant, person } = await company();
  const maria = await person('administrator');
  const id = String((await save(maria, { shared: true })).body['id']);
  await ask(maria, `/v1/views/${id}`, { name: 'Refused', range: '' });
  await ask(maria, `/v1/views/${id}`, { shared: false });
  await ask(maria, `/v1/views/${id}`, { query: 'outcome:failure' });
  expect((await ask(maria, `/v1/views/${id}/delete`, {})).body).toEqual({ deleted: true });
  expect(await namesOf(maria)).toEqual([]);
  expect(await recorded(tenant)).toMatchObject([
    { action: 'saved_view.shared', change: { after: { name: VIEW.name, query: VIEW.query, person: maria } } },
    { action: 'saved_view.updated', change: { before: { name: VIEW.name, range: '-24h' }, after: { name: 'Refused', range: '' } } },
    { action: 'saved_view.withdrawn', change: { before: { name: 'Refused' } } },
  ]);
});

test('an auditor and a viewer keep views and share none; those who may share change what is shared', async () => {
  const { person } = await company();
  const [owner, auditor, viewer] = [await person('owner'), await person('auditor'), await person('viewer')];
  for (const who of [auditor, viewer]) {
    const kept = await save(who);
    expect(kept.status).toBe(201);
    for (const answer of [await save(who, { shared: true }), await ask(who, `/v1/views/${String(kept.body['id'])}`, { shared: true })])
      expect(answer.body).toMatchObject({ status: 403, code: 'forbidden' });
  }
  const id = String((await save(owner, { name: 'Ours', shared: true })).body['id']);
  expect((await ask(auditor, `/v1/views/${id}`, { name: 'theirs' })).status).toBe(403);
  expect((await ask(auditor, `/v1/views/${id}/delete`, {})).status).toBe(403);
  const analyst = await person('analyst');
  expect((await ask(analyst, `/v1/views/${id}`, { name: 'All of ours' })).status).toBe(200);
  expect((await ask(analyst, `/v1/views/${id}`, { shared: false })).body).toMatchObject({ status: 403 });
  expect((await ask(analyst, `/v1/views/${id}/delete`, {})).status).toBe(200);
});

test('who sees a part of a tenant is not told what others ask for', async () => {
  const { person } = await company();
  const [owner, viewer] = [await person('owner'), await person('viewer', 'resource:bot/bot_1')];
  const id = String((await save(owner, { name: 'The leak at bot_2', shared: true })).body['id']);
  await save(viewer, { name: 'Mine' });
  expect(await namesOf(viewer)).toEqual(['Mine']);
  expect((await ask(viewer, `/v1/views/${id}`, { name: 'mine' })).status).toBe(404);
});

test('what cannot be asked is not saved', async () => {
  const { person } = await company();
  const maria = await person('analyst');
  expect((await save(maria, { query: 'outcome:(' })).body).toMatchObject({ status: 422, code: 'query_invalid' });
  for (const wrong of [
    { name: ' ' },
    { name: 'a\nb' },
    { name: 'n'.repeat(101) },
    { range: 'soon' },
    { range: '-24h action:bot.*' },
    { range: '-24h)' },
    { zone: 'Mars/Olympus' },
    { owner: 'usr_1' },
  ])
    expect({ wrong, ...(await save(maria, wrong)).body }).toMatchObject({ wrong, status: 422 });
  for (const right of [
    { range: '2026-11-01..2026-11-05T10:00' },
    { range: '>=2026-11-01T00:00:00+02:00' },
    { range: 'all' },
    { zone: 'Europe/Berlin' },
    { query: '' },
  ])
    expect({ right, ...(await save(maria, right)).body }).toMatchObject({ right, ...VIEW, ...right });
});

test('somebody keeps so many and no more', async () => {
  const { tenant, person } = await company();
  const maria = await person('analyst');
  await inTransaction(server.trail.store.owner, async (tx) => {
    for (let count = 1; count < SAVED_VIEWS_MAX; count++) await insertView(tx, { ...VIEW, shared: false, tenant, person: maria });
  });
  expect((await save(maria)).status).toBe(201);
  expect((await save(maria)).body).toMatchObject({ status: 422, detail: expect.stringContaining(String(SAVED_VIEWS_MAX)) });
});

test('a reader of the database sees the views of one tenant, whatever is asked for', async () => {
  const [first, second] = [await company(), await company()];
  const [maria, spy] = [await first.person('owner'), await second.person('owner')];
  await save(maria, { name: 'first', shared: true });
  await save(spy, { name: 'second', shared: true });
  const { reader } = server.trail.store;
  const seen = async ({ tenant }: Company, person: string): Promise<string[]> => {
    const log = await server.services.tenants.byName(tenant);
    return (await listViews(reader, log?.tenantId ?? -1, { person, shared: true })).map(({ name }) => name);
  };
  expect(await seen(first, spy)).toEqual(['first']);
  expect(await seen(second, maria)).toEqual(['second']);
  expect((await reader.query('select from indelible.saved_view')).rowCount).toBe(0);
});

test('who is removed takes along what they kept for themselves, and leaves what they shared', async () => {
  const { tenant, person } = await company();
  const owner = await person('owner');
  const maria = await server.signIn('administrator', tenant);
  const headers = { cookie: maria.cookie, origin: ORIGIN, 'content-type': 'application/json' };
  for (const [name, shared] of [
    ['kept', false],
    ['shared', true],
  ] as const)
    expect((await server.request('/v1/views', { method: 'POST', headers, body: JSON.stringify({ ...VIEW, name, shared }) })).status).toBe(
      201,
    );
  expect((await ask(owner, '/v1/views')).body).toMatchObject({ views: [{ name: 'shared', savedBy: { name: 'The administrator' } }] });
  const row = await personById(server.trail.store.owner, maria.id);
  if (row === undefined) throw new Error('nobody was made');
  await removePerson({ owner: server.trail.store.owner, by: bySystem() }, row);
  const left = await server.trail.store.owner.query<{ name: string }>('select name from indelible.saved_view where person = $1', [
    maria.id,
  ]);
  expect(left.rows).toEqual([{ name: 'shared' }]);
});
