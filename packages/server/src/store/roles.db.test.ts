// Each role logs in as itself and shows what it cannot do, whatever the code that uses it would like.

import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSealedTrail, type SealedTrail } from '../ledger/sealed-trail.test.fixture.ts';
import { createKey } from './api-keys.ts';
import { type Role, ROLES, roleName, roleUrl } from './roles.ts';

const DENIED = '42501';

let trail: SealedTrail;
const clients = new Map<Role, pg.Client>();
let acme = -1;
let partition = '';
beforeAll(async () => {
  trail = await openSealedTrail();
  await trail.append('org_acme', 300);
  await trail.append('org_other', 3);
  await trail.seal();
  await createKey(trail.store.owner, { name: 'test', scopes: ['ingest'] });
  acme = (await trail.log('org_acme')).tenantId;
  const { rows } = await trail.admin.query<{ name: string }>(
    `select 'indelible.' || relname as name from pg_class where oid in (select tableoid from indelible.event)`,
  );
  partition = rows[0]?.name ?? '';
  for (const role of ROLES) {
    const client = new pg.Client({ connectionString: roleUrl(trail.url, role) });
    await client.connect();
    clients.set(role, client);
  }
});
afterAll(async () => {
  for (const client of clients.values()) await client.end();
  await trail?.close();
});

/** What a statement comes to: its rows, or the SQLSTATE of its refusal. Nothing of it stays. */
async function attempt(role: Role, sql: string): Promise<unknown> {
  const client = clients.get(role);
  await client?.query('begin');
  try {
    const answer = await client?.query<Record<string, unknown>>(sql);
    return answer?.command === 'SELECT' ? answer.rows : answer?.rowCount;
  } catch (error) {
    return (error as { code?: string }).code;
  } finally {
    await client?.query('rollback');
  }
}

const TABLES = [
  'trail',
  'log',
  'event',
  'event_related',
  'event_key',
  'tile',
  'system_leaf',
  'checkpoint',
  'signer_key',
  'api_key',
  'capture_source',
  'search_cursor',
  'search_block',
  'search_open',
  'search_slices',
];

describe.each(ROLES)('the %s', (role) => {
  test.each(TABLES)('empties, drops and alters no table: %s', async (table) => {
    expect(await attempt(role, `truncate indelible.${table} cascade`)).toBe(DENIED);
    expect(await attempt(role, `drop table indelible.${table} cascade`)).toBe(DENIED);
    expect(await attempt(role, `alter table indelible.${table} disable row level security`)).toBe(DENIED);
    expect(await attempt(role, `create index on indelible.${table} ((1))`)).toBe(DENIED);
    expect(
      await attempt(role, `create trigger t before insert on indelible.${table} execute function suppress_redundant_updates_trigger()`),
    ).toBe(DENIED);
  });

  test('is no superuser, and can become nobody else', async () => {
    expect(await attempt(role, 'create table indelible.mine ()')).toBe(DENIED);
    expect(await attempt(role, 'create table public.mine ()')).toBe(DENIED);
    expect(await attempt(role, `copy indelible.trail to program 'true'`)).toBe(DENIED);
    expect(await attempt(role, 'set session_replication_role = replica')).toBe(DENIED);
    for (const other of ROLES) {
      if (other === role) continue;
      expect(await attempt(role, `set role ${roleName(new URL(trail.url).pathname.slice(1), other)}`)).toBe(DENIED);
    }
  });

  test('deletes no event, no key, no tile and no leaf', async () => {
    for (const table of ['event', 'event_related', 'event_key', 'tile', 'system_leaf', 'log', 'signer_key', 'api_key', 'trail'])
      expect(await attempt(role, `delete from indelible.${table}`), table).toBe(DENIED);
    expect(await attempt(role, `delete from ${partition}`)).toBe(DENIED);
  });

  test.each(['leaf_hash = leaf_hash', 'seq = seq', 'id = id', 'recorded_at = recorded_at', 'tenant_id = tenant_id', 'occurred_at = now()'])(
    'does not set %s',
    async (assignment) => {
      expect(await attempt(role, `update indelible.event set ${assignment}`)).toBe(DENIED);
    },
  );

  test('touches no partition behind the table', async () => {
    expect(await attempt(role, `select 1 from ${partition}`)).toBe(DENIED);
    expect(await attempt(role, `update ${partition} set disclosures = ''`)).toBe(DENIED);
    expect(await attempt(role, `insert into ${partition} select * from ${partition}`)).toBe(DENIED);
  });
});

test('the appender adds, and reads of an event no more than its place and leaf', async () => {
  expect(await attempt('appender', `update indelible.event set disclosures = ''`)).toBe(DENIED);
  expect(await attempt('appender', 'select disclosures from indelible.event')).toBe(DENIED);
  expect(await attempt('appender', 'update indelible.event_key set body_mac = null')).toBe(DENIED);
  expect(await attempt('appender', 'update indelible.tile set hashes = hashes')).toBe(DENIED);
  expect(await attempt('appender', 'update indelible.system_leaf set leaf = leaf')).toBe(DENIED);
  expect(await attempt('appender', 'update indelible.checkpoint set note = note')).toBe(DENIED);
  expect(await attempt('appender', `update indelible.log set origin = 'x'`)).toBe(DENIED);
  expect(await attempt('appender', `update indelible.trail set log_name = 'x'`)).toBe(DENIED);
  expect(await attempt('appender', `insert into indelible.api_key (id, hash, name, scopes) values ('k', sha256(''), 'k', '{admin}')`)).toBe(
    DENIED,
  );
  expect(await attempt('appender', `update indelible.api_key set scopes = '{admin}'`)).toBe(DENIED);
  expect(await attempt('appender', 'update indelible.log set size = size')).toEqual(expect.any(Number));
});

test('the reader sees nothing until its transaction names a tenant, and then that tenant alone', async () => {
  const client = clients.get('reader');
  const seen = async (): Promise<unknown[]> => {
    const found: unknown[] = [];
    for (const table of ['event', 'event_related', 'event_key', 'tile', 'checkpoint', 'log']) {
      const answer = await client?.query<{ tenant_id: number }>(`select distinct tenant_id from indelible.${table} where tenant_id <> 0`);
      found.push(answer?.rows.map((row) => row.tenant_id));
    }
    return found;
  };
  expect(await seen()).toEqual([[], [], [], [], [], []]);
  await client?.query('begin');
  await client?.query(`set local indelible.tenant = '${acme}'`);
  expect(await seen()).toEqual([[acme], [acme], [acme], [acme], [acme], [acme]]);
  await client?.query('commit');
  expect(await seen()).toEqual([[], [], [], [], [], []]);
  expect(await attempt('reader', `set local row_security = off; select 1 from indelible.event`)).toBe(DENIED);
});

test('the reader writes nothing', async () => {
  for (const table of TABLES) {
    expect(await attempt('reader', `insert into indelible.${table} default values`), table).toBe(DENIED);
    expect(await attempt('reader', `update indelible.${table} set ${table === 'trail' ? 'log_name' : 'ctid'} = null`), table).toMatch(
      /42501|0A000/,
    );
  }
});

test('nobody but the appender reads the keys', async () => {
  expect(await attempt('appender', 'select count(hash)::int as keys from indelible.api_key')).toEqual([{ keys: 1 }]);
  for (const role of ['reader', 'custodian', 'projector', 'people'] as const) {
    expect(await attempt(role, 'select hash from indelible.api_key')).toBe(DENIED);
    expect(await attempt(role, 'select mac_key from indelible.log')).toBe(DENIED);
    expect(await attempt(role, 'select body_mac from indelible.event_key')).toBe(DENIED);
  }
});

test('the custodian clears what an event disclosed, and nothing else', async () => {
  expect(await attempt('custodian', `update indelible.event set disclosures = '', salts = '', entry = 'x', actor_name = null`)).toBe(305);
  expect(await attempt('custodian', 'update indelible.event_key set body_mac = null')).toBe(305);
  expect(await attempt('custodian', `update indelible.event set action = 'x'`)).toBe(DENIED);
  expect(await attempt('custodian', 'update indelible.event_key set seq = 1')).toBe(DENIED);
  expect(await attempt('custodian', 'insert into indelible.event select * from indelible.event')).toBe(DENIED);
  expect(await attempt('custodian', 'select 1 from indelible.tile')).toBe(DENIED);
  expect(await attempt('custodian', 'update indelible.log set size = 0')).toBe(DENIED);
});

test('the projector reads what events say and writes what is derived of them, and nothing else', async () => {
  expect(
    await attempt(
      'projector',
      'select count(disclosures)::int as events from indelible.event where tenant_id = any(array(select tenant_id from indelible.log))',
    ),
  ).toEqual([{ events: 305 }]);
  for (const column of ['salts', 'leaf_hash', 'entry'])
    expect(await attempt('projector', `select ${column} from indelible.event`)).toBe(DENIED);
  for (const table of ['trail', 'tile', 'checkpoint', 'system_leaf', 'signer_key', 'capture_source'])
    expect(await attempt('projector', `select 1 from indelible.${table}`), table).toBe(DENIED);
  for (const table of TABLES.filter((name) => !name.startsWith('search_'))) {
    expect(await attempt('projector', `insert into indelible.${table} default values`), table).toBe(DENIED);
    expect(await attempt('projector', `update indelible.${table} set ctid = null`), table).toMatch(/42501|0A000/);
  }
  for (const assignment of [`disclosures = ''`, `action = 'x'`, 'actor_name = null'])
    expect(await attempt('projector', `update indelible.event set ${assignment}`)).toBe(DENIED);
  expect(await attempt('projector', 'update indelible.event_key set body_mac = null')).toBe(DENIED);
  expect(await attempt('projector', 'update indelible.log set size = size')).toBe(DENIED);
  expect(await attempt('projector', 'insert into indelible.search_cursor (tenant_id) values (1000000)')).toBe(1);
  for (const role of ['appender', 'custodian'] as const) {
    expect(await attempt(role, 'select 1 from indelible.search_slices')).toBe(DENIED);
    expect(await attempt(role, 'insert into indelible.search_cursor (tenant_id) values (1000000)')).toBe(DENIED);
  }
});

test('a role logs in with its own password only', async () => {
  for (const role of ['reader', 'custodian', 'projector', 'people'] as const) {
    const url = new URL(roleUrl(trail.url, role));
    url.password = new URL(trail.url).password;
    const client = new pg.Client({ connectionString: url.href });
    await expect(client.connect()).rejects.toMatchObject({ code: '28P01' });
  }
});

test('the roles of a database with a long name are as many', () => {
  for (const database of ['d'.repeat(63), 'é'.repeat(31)]) {
    const names = ROLES.map((role) => roleName(database, role));
    expect(new Set(names).size).toBe(5);
    for (const name of names) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
  }
  expect(roleName('trail', 'reader')).toBe('indelible_trail_reader');
  expect(roleName('d'.repeat(63), 'reader')).not.toBe(roleName(`${'d'.repeat(62)}e`, 'reader'));
});
