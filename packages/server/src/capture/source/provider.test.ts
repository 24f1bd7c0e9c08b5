import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { captureDoctor } from '../doctor/doctor.ts';
import { type Provider, type ProviderFacts, detectProvider, isPoolerRefusal, poolerOf } from './provider.ts';
import { type Setting, roleRemedy, settingRemedy } from './provider-remedies.ts';
import { type SettingFacts, settingChecks } from './source-checks.ts';

const BARE: ProviderFacts = { host: 'db', roles: ['postgres', 'app'], settings: ['plpgsql.check_asserts'], aurora: false };

const PROVIDERS: readonly (readonly [Provider, Partial<ProviderFacts>])[] = [
  ['self-managed', {}],
  // Restored from a dump of RDS: one role came with it, and nothing else.
  ['self-managed', { roles: ['postgres', 'rds_superuser'] }],
  ['self-managed', { roles: ['postgres', 'authenticator'] }],
  ['rds', { roles: ['rdsadmin', 'rds_superuser', 'rds_replication'], settings: ['rds.logical_replication', 'rds.force_ssl'] }],
  ['rds', { host: 'shop.c9akciq32.eu-west-1.rds.amazonaws.com' }],
  ['aurora', { roles: ['rdsadmin', 'rds_superuser'], settings: ['rds.logical_replication'], aurora: true }],
  ['aurora', { host: 'shop.cluster-c9akciq32.eu-west-1.rds.amazonaws.com' }],
  ['cloud-sql', { roles: ['cloudsqladmin', 'cloudsqlsuperuser'], settings: ['cloudsql.logical_decoding', 'cloudsql.iam_authentication'] }],
  ['alloydb', { roles: ['alloydbsuperuser', 'alloydbadmin'], settings: ['alloydb.logical_decoding'] }],
  ['neon', { roles: ['cloud_admin', 'neon_superuser'], settings: ['neon.timeline_id'] }],
  ['neon', { host: 'ep-cool-darkness-123456.us-east-2.aws.neon.tech' }],
  ['supabase', { roles: ['postgres', 'supabase_admin', 'authenticator', 'anon'] }],
  ['azure', { roles: ['azuresu', 'azure_pg_admin'], settings: ['azure.extensions'] }],
];

test.each(PROVIDERS)('%s is told by %o', (provider, facts) => {
  expect(detectProvider({ ...BARE, ...facts })).toBe(provider);
});

test.each([
  ['postgres://u:p@ep-cool-1.us-east-2.aws.neon.tech/db', undefined],
  ['postgres://u:p@ep-cool-1-pooler.us-east-2.aws.neon.tech/db', 'ep-cool-1.us-east-2.aws.neon.tech'],
  ['postgres://postgres.abc:p@aws-0-eu-central-1.pooler.supabase.com:5432/postgres', 'db.PROJECT.supabase.co'],
  ['postgres://postgres:p@db.abc.supabase.co:6543/postgres', 'db.abc.supabase.co, port 5432'],
  ['postgres://postgres:p@db.abc.supabase.co:5432/postgres', undefined],
  ['postgres://u:p@db:6432/shop', "the server's own host"],
  ['postgres://u:p@pooler-house.example.com/shop', undefined],
])('the way around a pooler, from %s alone', (url, direct) => {
  const found = poolerOf(url)?.direct;
  if (direct === undefined) expect(found).toBeUndefined();
  else expect(found).toContain(direct);
});

test('the words of poolers are told from those of a server', () => {
  for (const said of [
    'unsupported startup parameter: replication',
    'Unsupported startup parameter: lock_timeout',
    'unsupported startup parameter in options: search_path',
    'bouncer config error',
    'syntax error at or near "IDENTIFY_SYSTEM"',
  ])
    expect(isPoolerRefusal(said)).toBe(true);
  for (const said of ['password authentication failed for user "app"', 'no pg_hba.conf entry for host', 'syntax error at or near "SELECT"'])
    expect(isPoolerRefusal(said)).toBe(false);
});

/** Refuses every connection with an ErrorResponse, as PgBouncer does. */
async function refusing(message: string): Promise<{ port: number; close: () => Promise<unknown> }> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      const fields = Buffer.from(`SFATAL\0C08P01\0M${message}\0\0`);
      const frame = Buffer.alloc(5);
      frame.write('E');
      frame.writeInt32BE(fields.length + 4, 1);
      socket.end(Buffer.concat([frame, fields]));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return { port: (server.address() as AddressInfo).port, close: () => new Promise((resolve) => server.close(resolve)) };
}

test('doctor names a pooler that refuses it, and nothing else; another refusal is a fault', async () => {
  const pooler = await refusing('unsupported startup parameter: lock_timeout');
  const server = await refusing('password authentication failed for user "u"');
  try {
    const checks = await captureDoctor({ sourceUrl: `postgres://u:p@127.0.0.1:${pooler.port}/shop`, name: 'shop' });
    expect(checks.map(({ item, verdict }) => [item, verdict])).toEqual([['pooler', 'failed']]);
    expect(checks[0]?.found).toContain('unsupported startup parameter');
    await expect(captureDoctor({ sourceUrl: `postgres://u:p@127.0.0.1:${server.port}/shop`, name: 'shop' })).rejects.toThrow(/password/);
  } finally {
    await pooler.close();
    await server.close();
  }
});

const BAD: SettingFacts = {
  version: 170_002,
  wal_level: 'replica',
  recovering: false,
  encoding: 'UTF8',
  role: 'shop "app"',
  may_replicate: false,
  slots: 10,
  slots_max: 10,
  senders: 10,
  senders_max: 10,
  ours: false,
  keep: '-1',
  keep_bytes: -1,
};

test.each([
  ['self-managed', `ALTER SYSTEM SET wal_level = 'logical';`, `ALTER ROLE "shop ""app""" WITH REPLICATION;`],
  ['rds', 'ParameterName=rds.logical_replication,ParameterValue=1,ApplyMethod=pending-reboot', `GRANT rds_replication TO "shop ""app""";`],
  ['aurora', 'modify-db-cluster-parameter-group', `GRANT rds_replication TO "shop ""app""";`],
  [
    'cloud-sql',
    'gcloud sql instances patch INSTANCE --database-flags=cloudsql.logical_decoding=on',
    `ALTER USER "shop ""app""" WITH REPLICATION;`,
  ],
  ['alloydb', '--database-flags=alloydb.logical_decoding=on', `ALTER ROLE "shop ""app""" WITH REPLICATION;`],
  ['neon', '"enable_logical_replication":true', `ALTER ROLE "shop ""app""" WITH REPLICATION;`],
  ['azure', '--name wal_level --value logical', `ALTER ROLE "shop ""app""" WITH REPLICATION;`],
] as const)('%s: the statements for wal_level and the role', (provider, level, role) => {
  const checks = settingChecks(BAD, provider);
  const statements = (item: string): string => checks.find((check) => check.item === item)?.statements.join('\n') ?? '';
  expect(statements('wal_level')).toContain(level);
  expect(statements('role')).toBe(role);
  expect(checks.filter((check) => check.verdict === 'failed').map((check) => check.item)).toEqual([
    'wal_level',
    'role',
    'slots',
    'senders',
  ]);
});

test('Supabase: below 17 only postgres may replicate; settings go by its command line', () => {
  expect(roleRemedy('supabase', 'app', 150_008)).toMatchObject({ statements: [], remedy: expect.stringContaining('postgres') });
  expect(roleRemedy('supabase', 'app', 170_000).statements).toEqual(['ALTER ROLE "app" WITH REPLICATION;']);
  expect(settingRemedy('supabase', 'max_replication_slots', 15).statements[0]).toContain('--config max_replication_slots=15');
  expect(settingRemedy('supabase', 'wal_level', 'logical').statements).toEqual([]);
});

const PROVIDER_LIST = [...new Set(PROVIDERS.map(([provider]) => provider))];
const SETTINGS: readonly Setting[] = ['wal_level', 'max_replication_slots', 'max_wal_senders', 'max_slot_wal_keep_size'];

test.each(PROVIDER_LIST.flatMap((provider) => SETTINGS.map((setting) => [provider, setting] as const)))(
  '%s, %s: words always, and statements that are SQL or a command',
  (provider, setting) => {
    const { remedy, statements } = settingRemedy(provider, setting, setting === 'wal_level' ? 'logical' : 10 * 1024 ** 3);
    expect(remedy).not.toBe('');
    for (const statement of statements)
      expect(statement).toMatch(/^(ALTER SYSTEM SET .*;|SELECT .*;|(aws|gcloud|az|curl|supabase|pg_ctl) .+)$/);
  },
);

test('sizes are written in the unit of the provider', () => {
  expect(settingRemedy('self-managed', 'max_slot_wal_keep_size', 10 * 1024 ** 3).statements[0]).toBe(
    `ALTER SYSTEM SET max_slot_wal_keep_size = '10240MB';`,
  );
  expect(settingRemedy('rds', 'max_slot_wal_keep_size', 10 * 1024 ** 3).statements[0]).toContain(
    'ParameterValue=10240,ApplyMethod=immediate',
  );
  expect(settingRemedy('supabase', 'max_slot_wal_keep_size', 10 * 1024 ** 3).statements[0]).toContain('max_slot_wal_keep_size=10240MB');
});
