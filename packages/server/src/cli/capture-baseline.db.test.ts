import { afterEach, expect, test, vi } from 'vitest';
import { type CaptureTest, openCaptureTest, until } from '../capture/capture.test.fixture.ts';
import { resourceHistory } from '../query/history.ts';
import { checkFlags, setupAndObserve } from './capture-baseline.ts';

const SCHEMA = `
  create table organizations (id text primary key, name text);
  create table bots (id int primary key, organization_id text references organizations, name text);
  insert into organizations values ('acme', 'Acme');
  insert into bots select n, 'acme', 'bot ' || n from generate_series(1, 20000) n;
`;

let app: CaptureTest;

afterEach(async () => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  await app.close();
});

/** Runs the command; returns what it wrote. */
async function run(flags: Parameters<typeof setupAndObserve>[1]): Promise<{ out: string; err: string }> {
  const written = { out: '', err: '' };
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => Boolean((written.out += String(text))));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => Boolean((written.err += String(text))));
  const { sourceUrl, name, store } = app;
  await setupAndObserve({ sourceUrl, name, appender: store.appender, ddl: false }, flags, () => process.stdout.write('set up\n'));
  vi.restoreAllMocks();
  return written;
}

test('the history of an old resource begins with what was observed', async () => {
  app = await openCaptureTest(SCHEMA);
  const { out, err } = await run({});
  expect(out).toBe('set up\n');
  expect(err).toMatch(/observed public\.bots 20,000 rows/);
  expect(err).toMatch(/observed.* 20,001 rows, 2 tables whole, at [0-9A-F]+\/[0-9A-F]+, as of 20.*; [\d,]+ rows\/s/);
  expect(process.exitCode).toBeUndefined();
  app.start();
  await app.source.query("update bots set name = 'New' where id = 7");
  await until(async () => (await app.events('acme')).some(({ action }) => action === 'bot.updated'));
  const logs = await app.store.owner.query<{ tenant_id: number; origin: string }>(
    `select tenant_id, origin from indelible.log where tenant = 'acme'`,
  );
  const scope = { tenantId: logs.rows[0]?.tenant_id ?? 0, origin: logs.rows[0]?.origin ?? '', tenant: 'acme' };
  const history = await resourceHistory(app.store.reader, scope, { type: 'bot', id: '7' }, { order: 'asc' });
  expect(history.resource).toEqual({ type: 'bot', id: '7', name: 'New' });
  expect(history.events.map(({ action, change }) => [action, change?.before?.['name'], change?.after?.['name']])).toEqual([
    ['bot.observed', undefined, 'bot 7'],
    ['bot.updated', 'bot 7', 'New'],
  ]);
});

test('Ctrl-C ends it after the page, and the same command goes on', async () => {
  app = await openCaptureTest(SCHEMA);
  const running = run({ table: ['bots'] });
  await until(async () => (await app.events('acme')).length > 0);
  process.emit('SIGINT');
  const first = await running;
  expect(first.err).toMatch(/Ending after this page/);
  expect(first.err).toMatch(/1 table left\. Run the same command again/);
  expect(process.exitCode).toBe(130);
  process.exitCode = undefined;
  const second = await run({ table: ['bots'], json: true });
  expect(process.exitCode).toBeUndefined();
  const answer = JSON.parse(second.out) as Record<string, unknown>;
  expect(answer).toMatchObject({
    name: app.name,
    applied: true,
    baseline: { tables: [{ table: 'public.bots', state: 'observed', rows: 20_000 }] },
  });
  expect((await app.events('acme')).filter(({ action }) => action === 'bot.observed')).toHaveLength(20_000);
  expect((await run({ table: ['bots'] })).err).toMatch(/Nothing to do: 1 table had been observed, the last at .* on 20.*--again/);
});

test('a table that cannot be read ends in exit code 1, with what mends it', async () => {
  app = await openCaptureTest(SCHEMA);
  await app.source.query(`create table loose as select repeat('x', 10) as text from generate_series(1, 50001)`);
  const { err } = await run({});
  expect(err).toMatch(/not observed.* public\.loose: it has no key.*\n.*add a primary key/);
  expect(err).toMatch(/20,001 rows, 2 tables whole/);
  expect(process.exitCode).toBe(1);
  expect(() => checkFlags({ table: ['bots'] })).toThrow(/belong to --baseline/);
  expect(() => checkFlags({ baseline: true, dryRun: true })).toThrow(/--dry-run/);
});
