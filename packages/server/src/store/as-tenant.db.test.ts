import { afterAll, beforeAll, expect, test } from 'vitest';
import pg from 'pg';
import { openTestTrail, type TestTrail } from '../query/trail.test.fixture.ts';
import { asTenant } from './as-tenant.ts';

let trail: TestTrail;

beforeAll(async () => {
  trail = await openTestTrail(new Date());
  for (const tenant of ['org_acme', 'org_other'])
    await trail.append(tenant, [{ action: 'bot.viewed', actor: { id: 'usr_1' } }], Date.now());
});

afterAll(async () => {
  await trail?.close();
});

async function visible(tenantId: number): Promise<number[]> {
  const answer = await asTenant(trail.reader, tenantId, 5_000, (tx) =>
    tx.query<{ tenant_id: number }>('select distinct tenant_id from indelible.event'),
  );
  return answer.rows.map((row) => row.tenant_id);
}

test('one tenant is seen, and after it the next on the same connection', async () => {
  for (const name of ['org_acme', 'org_other', 'org_acme']) {
    const { tenantId } = await trail.log(name);
    expect(await visible(tenantId)).toEqual([tenantId]);
  }
  expect((await trail.reader.query('select 1 from indelible.event')).rows).toEqual([]);
});

test('a statement that takes too long is ended and named, and the connection stays good', async () => {
  const { tenantId } = await trail.log('org_acme');
  for (let time = 0; time < 3; time++) {
    await expect(asTenant(trail.reader, tenantId, 50, (tx) => tx.query('select pg_sleep(10)'))).rejects.toMatchObject({
      code: 'query_timeout',
    });
  }
  expect(await visible(tenantId)).toEqual([tenantId]);
});

test('all statements see one state of the log', async () => {
  const { tenantId } = await trail.log('org_acme');
  const count = 'select count(*)::int as count from indelible.event';
  await asTenant(trail.reader, tenantId, 5_000, async (tx) => {
    const before = (await tx.query<{ count: number }>(count)).rows[0]?.count;
    await trail.append('org_acme', [{ action: 'bot.viewed', actor: { id: 'usr_2' } }], Date.now());
    expect((await tx.query<{ count: number }>(count)).rows[0]?.count).toBe(before);
  });
});

test('nothing can be written', async () => {
  const { tenantId } = await trail.log('org_acme');
  await expect(asTenant(trail.reader, tenantId, 5_000, (tx) => tx.query('create temporary table x ()'))).rejects.toMatchObject({
    code: '25006',
  });
});

test('a database that is away is said to be away', async () => {
  const nowhere = new pg.Pool({ connectionString: 'postgres://u:p@127.0.0.1:1/x', connectionTimeoutMillis: 2_000 });
  await expect(asTenant(nowhere, 1, 5_000, async () => 1)).rejects.toMatchObject({ code: 'store_unavailable' });
  await nowhere.end();
  const { tenantId } = await trail.log('org_acme');
  const broken = asTenant(trail.reader, tenantId, 5_000, async (tx) => {
    const { rows } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
    await trail.owner.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
    return tx.query('select 1');
  });
  await expect(broken).rejects.toMatchObject({ code: 'store_unavailable' });
  expect(await visible(tenantId)).toEqual([tenantId]);
});

test('what is no number never reaches the text of a statement', async () => {
  await expect(asTenant(trail.reader, Number.NaN, 5_000, async () => 1)).rejects.toThrow('integers');
  await expect(asTenant(trail.reader, 1, 0, async () => 1)).rejects.toThrow('integers');
});
