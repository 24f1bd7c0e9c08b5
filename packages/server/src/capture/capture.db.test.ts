import { createHash } from 'node:crypto';
import { newNonce, sealMessage } from '@indelible/sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CONTEXT_KEY, type CaptureTest, emit, openCaptureTest, transaction, until } from './capture.test.fixture.ts';
import { onEachServer } from './servers.test.fixture.ts';

const SCHEMA = `
  create table organizations (id text primary key, name text);
  create table users (id serial primary key, organization_id text references organizations on delete cascade, email text, password_hash text, last_seen_at timestamptz);
  create table datasets (id int primary key, organization_id text references organizations on delete cascade, title text);
  create table bots (id int primary key, organization_id text references organizations on delete cascade, dataset_id int references datasets on delete set null,
    name text, config jsonb, notes text, limits bigint, price numeric, updated_at timestamptz default now());
  alter table bots alter column notes set storage external;
  create table records (id int primary key, dataset_id int references datasets on delete cascade, body text);
  create table record_chunks (record_id int references records on delete cascade, nr int, body text, primary key (record_id, nr));
  create table settings (key text primary key, value text);
  create table visits (bot_id int references bots on delete cascade, at timestamptz);
  insert into organizations values ('acme', 'Acme'), ('globex', 'Globex');
  insert into datasets values (1, 'acme', 'Handbook');
  insert into records values (10, 1, 'old');
  insert into record_chunks values (10, 1, 'old chunk');
`;
const maria = { type: 'user', id: 'usr_maria', name: 'Maria' } as const;

onEachServer(({ url }) => {
  let app: CaptureTest;

  beforeAll(async () => {
    app = await openCaptureTest(SCHEMA, url);
    await app.setup();
    app.start();
  });

  afterAll(async () => {
    await app.close();
  });

  /** Waits until the newest event of a tenant is the one with this action and resource id. */
  async function arrived(tenant: string, action: string, id?: string) {
    await until(async () => (await app.events(tenant)).some((event) => event.action === action && event.resource?.id === id));
    const events = await app.events(tenant);
    return events.findLast((event) => event.action === action && event.resource?.id === id);
  }

  test('created, updated, deleted: who, what, before, after, related, where', async () => {
    const context = { ip: '203.0.113.77', requestId: 'req_9', reason: 'Ticket 4812' };
    await app.as(
      { actor: maria, context, metadata: { plan: 'pro' } },
      `insert into bots (id, organization_id, dataset_id, name, config, limits, price) values (1, 'acme', 1, 'Support', '{"max": 12345678901234567890, "token": "sk_1"}', 9007199254740993, 1.50)`,
      `update bots set name = 'Support bot', config = '{"max": 1, "token": "sk_2"}' where id = 1`,
      'delete from bots where id = 1',
    );
    const deleted = await arrived('acme', 'bot.deleted', '1');
    const [created, updated] = (await app.events('acme')).filter((event) => event.action.startsWith('bot.'));
    expect(created).toMatchObject({
      category: 'resource',
      operation: 'create',
      outcome: 'success',
      actor: { ...maria, attribution: 'verified' },
      context,
      metadata: { plan: 'pro' },
      resource: { type: 'bot', id: '1', name: 'Support' },
      related: [
        { relation: 'organization', type: 'organization', id: 'acme' },
        { relation: 'dataset', type: 'dataset', id: '1' },
      ],
      change: {
        after: {
          id: 1,
          name: 'Support',
          config: { max: '12345678901234567890', token: { redacted: 'token' } },
          limits: '9007199254740993',
          price: '1.50',
          notes: null,
        },
      },
      source: { kind: 'postgres', name: app.name },
    });
    expect(created?.change?.before).toBeUndefined();
    expect(created?.source.position).toMatch(/^[0-9A-F]+\/[0-9A-F]+:0$/);
    expect(created?.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8/);
    expect(Math.abs(Date.now() - Date.parse(created?.occurredAt ?? ''))).toBeLessThan(60_000);
    expect(updated).toMatchObject({
      operation: 'update',
      change: {
        before: { name: 'Support', config: { max: '12345678901234567890' } },
        after: { name: 'Support bot', config: { max: 1 } },
        fields: ['config/max', 'config/token', 'name'],
      },
    });
    expect(updated?.change?.unavailable).toBeUndefined();
    expect(deleted).toMatchObject({
      operation: 'delete',
      resource: { type: 'bot', id: '1', name: 'Support bot' },
      change: { before: { id: 1, limits: '9007199254740993' } },
    });
    expect(deleted?.change?.after).toBeUndefined();
    expect(new Set([created, updated, deleted].map((event) => event?.source.transaction)).size).toBe(1);
  });

  test('secrets are taken out, in columns as in JSON', async () => {
    await app.as({ actor: maria }, `insert into users (organization_id, email, password_hash) values ('acme', 'joe@acme.test', 'scrypt')`);
    const created = await arrived('acme', 'user.created', '1');
    expect(created?.change?.after).toMatchObject({ email: 'joe@acme.test', password_hash: { redacted: 'password' } });
  });

  test('a value out of line that did not change is in after, and is not said to have changed', async () => {
    await app.as(
      { actor: maria },
      `insert into bots (id, organization_id, name, notes) values (2, 'acme', 'Toast', repeat('long ', 2000))`,
      `update bots set name = 'Toasted' where id = 2`,
    );
    const updated = await arrived('acme', 'bot.updated', '2');
    expect(updated?.change?.after?.['notes']).toBe('long '.repeat(2000));
    expect(updated?.change?.fields).toEqual(['name']);
  });

  test('a value too large for an event is named by its hash', async () => {
    await app.as(
      { actor: maria },
      `insert into bots (id, organization_id, name, notes) values (3, 'acme', 'Large', repeat('x', 400000))`,
      `update bots set name = 'Larger' where id = 3`,
    );
    const updated = await arrived('acme', 'bot.updated', '3');
    expect(updated?.change?.after?.['notes']).toMatchObject({
      omitted: 'too large',
      bytes: 400_000,
      sha256: createHash('sha256').update('x'.repeat(400_000)).digest('hex'),
    });
    expect(updated?.change?.unavailable).toMatchObject([{ field: 'notes' }]);
    expect(updated?.change?.fields).toEqual(['name']);
  });

  test('noise and updates that change nothing are skipped and counted', async () => {
    const capture = app.start();
    await app.as(
      { actor: maria },
      `insert into bots (id, organization_id, name) values (4, 'acme', 'Noisy')`,
      "update bots set updated_at = now() + interval '1 s' where id = 4",
      'update bots set name = name where id = 4',
      `update bots set name = 'Quiet', updated_at = now() where id = 4`,
    );
    await arrived('acme', 'bot.updated', '4');
    expect((await app.events('acme')).filter((event) => event.action === 'bot.updated' && event.resource?.id === '4')).toHaveLength(1);
    const stored = await app.store.owner.query<{ counters: Record<string, number> }>('select counters from indelible.capture_source');
    expect(stored.rows[0]?.counters).toMatchObject({ skippedNoise: 1, skippedUnchanged: 1 });
    await until(() => capture.status().state === 'standby');
    await capture.stop();
    expect(capture.status().state).toBe('ended');
  });

  test('a cascade deletes the parent first, and its rows still find their tenant', async () => {
    await app.as(
      { actor: maria },
      `insert into organizations values ('initech', 'Initech')`,
      `insert into datasets values (7, 'initech', 'D')`,
      "insert into records values (70, 7, 'r')",
    );
    await app.as({ actor: maria }, "insert into record_chunks values (70, 1, 'c'), (70, 2, 'c')");
    await app.as({ actor: maria }, `delete from organizations where id = 'initech'`);
    await arrived('initech', 'record_chunk.deleted', '70,2');
    const actions = (await app.events('initech')).map((event) => event.action);
    expect(actions.filter((action) => action.endsWith('deleted')).sort()).toEqual([
      'dataset.deleted',
      'organization.deleted',
      'record.deleted',
      'record_chunk.deleted',
      'record_chunk.deleted',
    ]);
    await app.as({ actor: maria }, `insert into settings values ('after', 'cascade')`);
    await arrived('default', 'setting.created', 'after');
    const left = await app.store.owner.query(`select from indelible.tenant_map where tenant = 'initech' or key like '70%'`);
    expect(left.rowCount).toBe(0);
  });

  test('rows from before the setup have their tenant too, by a way of two references', async () => {
    await app.as({ actor: maria }, `update record_chunks set body = 'new chunk' where record_id = 10`);
    expect(await arrived('acme', 'record_chunk.updated', '10,1')).toMatchObject({
      related: [{ relation: 'record', type: 'record', id: '10' }],
      change: { fields: ['body'] },
    });
  });

  test('a row that changes its tenant is told to both, and so are the rows below it afterwards', async () => {
    await app.as(
      { actor: maria },
      `insert into datasets values (8, 'acme', 'Moving')`,
      `insert into records values (80, 8, 'r')`,
      `update datasets set organization_id = 'globex' where id = 8`,
      `update records set body = 'changed' where id = 80`,
    );
    const there = await arrived('globex', 'dataset.updated', '8');
    const here = await arrived('acme', 'dataset.updated', '8');
    expect(here?.id).toBe(there?.id);
    expect(await arrived('globex', 'record.updated', '80')).toBeDefined();
    expect((await app.events('acme')).some((event) => event.action === 'record.updated' && event.resource?.id === '80')).toBe(false);
  });

  test('a row that leads to no tenant goes to default, tagged and counted', async () => {
    await app.as(
      { actor: maria },
      `insert into settings values ('theme', 'dark')`,
      `insert into organizations values ('_operator', 'Evil')`,
    );
    expect(await arrived('default', 'setting.created', 'theme')).toMatchObject({
      tags: ['tenant:unknown'],
      resource: { type: 'setting', id: 'theme' },
    });
    expect(await arrived('default', 'organization.created', '_operator')).toMatchObject({
      tags: expect.arrayContaining(['tenant:unknown']),
    });
    expect((await app.events('_operator')).map((event) => event.action)).toEqual(['capture.started']);
  });

  test('a table without a primary key carries the row itself', async () => {
    await app.as(
      { actor: maria },
      `insert into bots (id, organization_id, name) values (5, 'acme', 'Visited')`,
      `insert into visits values (5, '2026-11-22 20:00:00.123456+00')`,
      `update visits set at = '2026-11-22 21:00:00+00' where bot_id = 5`,
    );
    const updated = await arrived('acme', 'visit.updated');
    expect(updated?.resource).toEqual({ type: 'visit' });
    expect(updated?.change?.before).toMatchObject({ bot_id: 5 });
    expect(updated?.change?.before?.['at']).toEqual(expect.stringMatching(/^2026-11-2\d \d\d:00:00\.123456[+-]\d\d/));
  });

  test('TRUNCATE carries no values', async () => {
    await app.as({ actor: maria }, 'truncate visits, settings');
    expect(await arrived('default', 'visit.truncated')).toMatchObject({
      operation: 'delete',
      severity: 'high',
      actor: { id: 'usr_maria' },
      resource: { type: 'visit' },
    });
    expect((await arrived('default', 'setting.truncated'))?.change).toBeUndefined();
  });

  test('attribution: verified, asserted, none, wrong key, copied', async () => {
    const insert = (id: number): string => `insert into bots (id, organization_id, name) values (${id}, 'acme', 'b')`;
    const payload = { v: 1, nonce: newNonce(), actor: maria } as const;
    const genuine = sealMessage(payload, CONTEXT_KEY);
    await transaction(app.source, [emit(genuine), insert(100)]);
    await transaction(app.source, [emit(sealMessage({ ...payload, nonce: newNonce() }, undefined)), insert(101)]);
    await transaction(app.source, [emit(sealMessage({ ...payload, nonce: newNonce() }, 'another key')), insert(102)]);
    await transaction(app.source, [insert(103)]);
    await transaction(app.source, [emit(genuine), insert(104)]);
    await transaction(app.source, [emit('{"payload": 5}'), insert(105)]);
    await transaction(app.source, [insert(106), emit(sealMessage({ ...payload, nonce: newNonce() }, CONTEXT_KEY)), insert(107)]);
    await transaction(app.source, [
      emit(sealMessage({ ...payload, nonce: newNonce(), context: { ip: 'not an address' } }, CONTEXT_KEY)),
      insert(108),
    ]);
    await transaction(app.source, [
      emit(sealMessage({ ...payload, nonce: newNonce(), actor: { type: 'user', id: 'x'.repeat(500) } }, CONTEXT_KEY)),
      insert(109),
    ]);
    const now = Date.now();
    const sent = (change: object): string => emit(sealMessage({ ...payload, nonce: newNonce(), ...change }, CONTEXT_KEY));
    const database = new URL(app.sourceUrl).pathname.slice(1);
    await transaction(app.source, [sent({ t: now - 25 * 3_600_000 }), insert(110)]);
    await transaction(app.source, [sent({ t: now + 10 * 60_000 }), insert(111)]);
    await transaction(app.source, [sent({ database: 'another' }), insert(112)]);
    await transaction(app.source, [sent({ t: now - 23 * 3_600_000, database }), insert(113)]);
    await arrived('acme', 'bot.created', '113');
    const actors = new Map(
      (await app.events('acme')).filter((event) => event.action === 'bot.created').map((event) => [event.resource?.id, event.actor]),
    );
    expect(actors.get('100')).toMatchObject({ id: 'usr_maria', attribution: 'verified' });
    expect(actors.get('101')).toMatchObject({ id: 'usr_maria', attribution: 'asserted' });
    expect(actors.get('102')).toMatchObject({ id: 'usr_maria', attribution: 'asserted' });
    expect(actors.get('103')).toEqual({ type: 'unknown', attribution: 'none' });
    expect(actors.get('104')).toMatchObject({ id: 'usr_maria', attribution: 'asserted' });
    expect(actors.get('105')).toEqual({ type: 'unknown', attribution: 'none' });
    expect(actors.get('106')).toMatchObject({ id: 'usr_maria', attribution: 'verified' });
    expect(actors.get('107')).toMatchObject({ id: 'usr_maria', attribution: 'verified' });
    expect(actors.get('108')).toMatchObject({ id: 'usr_maria', attribution: 'verified' });
    expect(actors.get('109')).toEqual({ type: 'unknown', attribution: 'verified' });
    expect(['110', '111', '112', '113'].map((id) => actors.get(id)?.attribution)).toEqual(['asserted', 'asserted', 'asserted', 'verified']);
  });

  test('what is rolled back is not told', async () => {
    await app.source.query(
      `begin; insert into bots (id, organization_id) values (200, 'acme'); rollback; begin; insert into bots (id, organization_id) values (201, 'acme'); savepoint s; insert into bots (id, organization_id) values (202, 'acme'); rollback to s; commit`,
    );
    await arrived('acme', 'bot.created', '201');
    const ids = (await app.events('acme')).map((event) => event.resource?.id);
    expect(ids).not.toContain('200');
    expect(ids).not.toContain('202');
  });
});
