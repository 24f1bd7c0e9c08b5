import { createHash, randomBytes } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { captureBaseline } from '../baseline/baseline.ts';
import { type CaptureTest, openCaptureTest, until } from '../capture.test.fixture.ts';

const CARD = '4111111111111111';
const PHONE = '555-0100';
const SCHEMA = `
  create table organizations (id text primary key);
  create table cards (card_number text primary key, organization_id text references organizations);
  create table payments (id int primary key, paid_with text references cards);
  create table people (ssn text primary key, organization_id text references organizations);
  create table visits (id int primary key, person text references people);
  insert into organizations values ('acme');
  insert into cards values ('${CARD}', 'acme');
  insert into people values ('${PHONE}', 'acme');
`;

let app: CaptureTest;

afterEach(async () => {
  await app.close();
});

/** Everything that the trail holds of the source. */
async function kept({ store }: CaptureTest): Promise<string> {
  const tables = ['event', 'event_related', 'tenant_map', 'capture_baseline', 'capture_shape'];
  const rows = await Promise.all(tables.map(async (table) => (await store.owner.query(`select * from indelible.${table}`)).rows));
  return JSON.stringify(rows);
}

test('secrets that are keys are nowhere in clear, nor as a hash that could be tried out, and lead to their tenant all the same', async () => {
  app = await openCaptureTest(SCHEMA);
  const { source, sourceUrl, name, store } = app;
  await app.setup();
  await captureBaseline({ sourceUrl, name, appender: store.appender });
  const capture = app.start();
  await source.query(`insert into payments values (1, '${CARD}')`);
  await source.query(`insert into visits values (1, '${PHONE}')`);
  await source.query(`delete from visits`);
  await until(() => capture.status().counters.rows === 3);
  const events = await app.events('acme');
  for (const [type, referrer, secret] of [
    ['card', 'payment', CARD],
    ['person', 'visit', PHONE],
  ] as const) {
    const id = events.find(({ action }) => action === `${type}.observed`)?.resource?.id ?? '';
    expect(id).toMatch(/^hmac:[0-9a-f]{64}$/);
    expect(events.find(({ action }) => action === `${referrer}.created`)?.related?.[0]?.id).toBe(id);
    const text = await kept(app);
    expect(text).toContain(id);
    expect(text).not.toContain(secret);
    expect(text).not.toContain(createHash('sha256').update(secret).digest('hex'));
  }
  expect(events.find(({ action }) => action === 'payment.created')?.change?.after).toEqual({
    id: 1,
    paid_with: { redacted: 'card_number' },
  });
  await expect(store.reader.query('select hash_key from indelible.capture_source')).rejects.toThrow(/permission denied/);
});

test('under another key the tenant map is read anew', async () => {
  app = await openCaptureTest(SCHEMA);
  const { source, store } = app;
  await app.setup();
  // As the migration gives a key to a source that has none.
  await store.owner.query('update indelible.capture_source set hash_key = $1', [randomBytes(32)]);
  app.start();
  // Rows from before the snapshot that the map is read at lead to no tenant.
  let n = 0;
  await until(async () => {
    n++;
    await source.query(`insert into payments values (${n}, '${CARD}')`);
    await source.query(`insert into visits values (${n}, '${PHONE}')`);
    const found = new Set((await app.events('acme')).map(({ action }) => action));
    return found.has('payment.created') && found.has('visit.created');
  });
  const parents = (await app.events('acme')).flatMap(({ related }) => related?.map(({ id }) => id) ?? []);
  expect(new Set(parents).size).toBe(2);
});
