// How a setting or a right of the source is changed, at each provider: in words, and as statements to copy. Words in capitals
// such as INSTANCE stand for names that only the provider's own console knows.

import pg from 'pg';
import type { Provider } from './provider.ts';

export interface Remedy {
  readonly remedy: string;
  /** SQL that ends in a semicolon, or a command of the shell; empty when there is none. */
  readonly statements: readonly string[];
}

/** Settings that doctor asks for. Sizes carry a unit. */
export type Setting = 'wal_level' | 'max_replication_slots' | 'max_wal_senders' | 'max_slot_wal_keep_size';

/** Settings that need a new start of the server (PostgreSQL, 19.6.1 and 19.5.1). */
const NEEDS_RESTART = new Set<Setting>(['wal_level', 'max_replication_slots', 'max_wal_senders']);
const MEBIBYTE = 1024 * 1024;

/**
 * @param value as ALTER SYSTEM takes it; of a size the number of bytes
 * @example settingRemedy('rds', 'wal_level', 'logical').statements[0] // aws rds modify-db-parameter-group ...
 */
export function settingRemedy(provider: Provider, setting: Setting, value: string | number): Remedy {
  const text = setting === 'max_slot_wal_keep_size' ? String(Math.ceil(Number(value) / MEBIBYTE)) : String(value);
  switch (provider) {
    case 'self-managed':
      return selfManaged(setting, setting === 'max_slot_wal_keep_size' ? `${text}MB` : text);
    case 'rds':
    case 'aurora':
      return amazon(provider, setting, text);
    case 'cloud-sql':
      return google('gcloud sql instances patch INSTANCE', 'cloudsql.logical_decoding', setting, text);
    case 'alloydb':
      return google(
        'gcloud alloydb instances update INSTANCE --cluster=CLUSTER --region=REGION',
        'alloydb.logical_decoding',
        setting,
        text,
      );
    case 'neon':
      return neon(setting);
    case 'supabase':
      return supabase(setting, text);
    case 'azure':
      return azure(setting, text);
  }
}

function selfManaged(setting: Setting, value: string): Remedy {
  const set = `ALTER SYSTEM SET ${setting} = '${value}';`;
  return NEEDS_RESTART.has(setting)
    ? { remedy: 'as a superuser, then restart the server', statements: [set, 'pg_ctl restart -D "$PGDATA"'] }
    : { remedy: 'as a superuser', statements: [set, 'SELECT pg_reload_conf();'] };
}

/**
 * docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.FeatureSupport.LogicalReplication.html,
 * docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Replication.Logical.Configure.html: a custom parameter
 * group, rds.logical_replication = 1, which sets wal_level, and a reboot.
 */
function amazon(provider: 'rds' | 'aurora', setting: Setting, value: string): Remedy {
  const [parameter, set] = setting === 'wal_level' ? ['rds.logical_replication', '1'] : [setting, value];
  const restart = NEEDS_RESTART.has(setting);
  const change = `--parameters "ParameterName=${parameter},ParameterValue=${set},ApplyMethod=${restart ? 'pending-reboot' : 'immediate'}"`;
  const statement =
    provider === 'rds'
      ? `aws rds modify-db-parameter-group --db-parameter-group-name GROUP ${change}`
      : `aws rds modify-db-cluster-parameter-group --db-cluster-parameter-group-name GROUP ${change}`;
  return {
    remedy: `in the ${provider === 'rds' ? 'parameter group of the instance' : 'parameter group of the cluster'}, which must be one of your own${restart ? '; then reboot the writer' : ''}`,
    statements: [statement, ...(restart ? ['aws rds reboot-db-instance --db-instance-identifier INSTANCE'] : [])],
  };
}

/**
 * cloud.google.com/sql/docs/postgres/replication/configure-logical-replication, cloud.google.com/sql/docs/postgres/flags,
 * docs.cloud.google.com/alloydb/docs/reference/alloydb-flags: a flag in place of wal_level; the list of flags is replaced as a
 * whole; the instance restarts by itself.
 */
function google(command: string, decoding: string, setting: Setting, value: string): Remedy {
  // Whether max_slot_wal_keep_size may be set there, their lists of flags have to say.
  if (setting === 'max_slot_wal_keep_size')
    return {
      remedy:
        'set max_slot_wal_keep_size where the list of flags of the instance offers it; otherwise alert on its storage, and drop slots that nobody reads',
      statements: [],
    };
  const flag = setting === 'wal_level' ? `${decoding}=on` : `${setting}=${value}`;
  return {
    remedy: `add every flag that the instance has already to the list, or it falls back to its default${NEEDS_RESTART.has(setting) ? '; the instance restarts' : ''}`,
    statements: [`${command} --database-flags=${flag}`],
  };
}

/** neon.com/docs/guides/logical-replication-neon: a switch of the project, never to be undone; the other settings are Neon's. */
function neon(setting: Setting): Remedy {
  if (setting === 'wal_level')
    return {
      remedy:
        'enable logical replication in the settings of the project, in the console or by the API: it cannot be undone, and the computes restart',
      statements: [
        `curl -X PATCH https://console.neon.tech/api/v2/projects/PROJECT -H "Authorization: Bearer $NEON_API_KEY" -H 'content-type: application/json' -d '{"project":{"settings":{"enable_logical_replication":true}}}'`,
      ],
    };
  if (setting === 'max_slot_wal_keep_size')
    return {
      remedy:
        'Neon sets this itself, and removes a slot that nobody reads for about 40 hours: keep the server running, and watch for capture.gap',
      statements: [],
    };
  return {
    remedy: 'Neon sets this itself: drop slots that nobody reads (SELECT slot_name FROM pg_replication_slots WHERE NOT active;)',
    statements: [],
  };
}

/**
 * supabase.com/docs/guides/database/replication/manual-replication-faq: wal_level is logical already; settings by the CLI
 * (supabase.com/docs/reference/cli/supabase-postgres-config-update).
 */
function supabase(setting: Setting, value: string): Remedy {
  if (setting === 'wal_level')
    return {
      remedy: 'every project of Supabase has wal_level = logical: this is not the database of the project; use its direct connection',
      statements: [],
    };
  const unit = setting === 'max_slot_wal_keep_size' ? `${value}MB` : value;
  const restart = NEEDS_RESTART.has(setting);
  return {
    remedy: `by the command line of Supabase${restart ? '; the database restarts' : ''}`,
    statements: [
      `supabase --experimental postgres-config update --project-ref PROJECT --config ${setting}=${unit}${restart ? '' : ' --no-restart'}`,
    ],
  };
}

/**
 * learn.microsoft.com/azure/postgresql/flexible-server/concepts-logical, and
 * learn.microsoft.com/azure/postgresql/flexible-server/param-replication-sending-servers: max_slot_wal_keep_size is read-only.
 */
function azure(setting: Setting, value: string): Remedy {
  if (setting === 'max_slot_wal_keep_size')
    return {
      remedy: 'Azure keeps this at "no limit": alert on the storage of the server, and drop slots that nobody reads',
      statements: [],
    };
  return {
    remedy: 'then restart the server: the parameter alone changes nothing',
    statements: [
      `az postgres flexible-server parameter set --resource-group GROUP --server-name SERVER --name ${setting} --value ${value}`,
      'az postgres flexible-server restart --resource-group GROUP --name SERVER',
    ],
  };
}

/**
 * The right to replicate. Amazon: the role rds_replication, given by rds_superuser
 * (docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.FeatureSupport.LogicalReplication.html). Cloud SQL:
 * cloud.google.com/datastream/docs/configure-cloudsql-psql. Supabase: supabase.com/docs/guides/database/replication/setting-up-replication.
 * Azure: learn.microsoft.com/azure/postgresql/flexible-server/concepts-logical. Neon: neon.com/docs/guides/logical-replication-neon,
 * where members of neon_superuser have it.
 */
export function roleRemedy(provider: Provider, role: string, version: number): Remedy {
  const name = pg.escapeIdentifier(role);
  const alter = [`ALTER ROLE ${name} WITH REPLICATION;`];
  switch (provider) {
    case 'rds':
    case 'aurora':
      return { remedy: 'as the master user, or another member of rds_superuser', statements: [`GRANT rds_replication TO ${name};`] };
    case 'cloud-sql':
      return {
        remedy: 'as a member of cloudsqlsuperuser that may replicate itself, such as postgres',
        statements: [`ALTER USER ${name} WITH REPLICATION;`],
      };
    case 'alloydb':
      return { remedy: 'as a member of alloydbsuperuser, such as postgres', statements: alter };
    case 'azure':
      return { remedy: 'as the administrator of the server', statements: alter };
    case 'neon':
      return {
        remedy: 'as a role that was made in the console of Neon: those belong to neon_superuser, which may replicate',
        statements: alter,
      };
    case 'supabase':
      return version < 170_000
        ? { remedy: 'below PostgreSQL 17 only the role postgres of Supabase may replicate: capture as postgres', statements: [] }
        : { remedy: 'as the role postgres', statements: alter };
    case 'self-managed':
      return { remedy: 'as a superuser', statements: alter };
  }
}
