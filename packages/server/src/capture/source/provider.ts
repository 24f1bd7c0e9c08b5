// Who runs the source's PostgreSQL: settings and rights are changed in another way at each. Told from what the server itself
// shows: roles that a provider makes in every database, settings of its own, and the name of the host.

import type pg from 'pg';

export type Provider = 'self-managed' | 'rds' | 'aurora' | 'cloud-sql' | 'alloydb' | 'neon' | 'supabase' | 'azure';

export const PROVIDER_NAMES: Readonly<Record<Provider, string>> = {
  'self-managed': 'PostgreSQL of your own',
  rds: 'Amazon RDS',
  aurora: 'Amazon Aurora',
  'cloud-sql': 'Google Cloud SQL',
  alloydb: 'Google AlloyDB',
  neon: 'Neon',
  supabase: 'Supabase',
  azure: 'Azure Database for PostgreSQL',
};

export interface ProviderFacts {
  /** Of the URL, in lower case. */
  readonly host: string;
  /** Names in pg_roles. */
  readonly roles: readonly string[];
  /** Names in pg_settings that have a prefix, such as rds.logical_replication. */
  readonly settings: readonly string[];
  /** Whether the server has the function aurora_version(). */
  readonly aurora: boolean;
}

/**
 * A host name is believed only where the server shows nothing itself: a name may be an alias, and a self-managed server may
 * keep the roles of the provider that it was restored from, but not its settings.
 *
 * Sources: docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.rds_superuser.html,
 * docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Updates.html (aurora_version),
 * cloud.google.com/sql/docs/postgres/replication/configure-logical-replication (cloudsql.logical_decoding),
 * docs.cloud.google.com/alloydb/docs/reference/alloydb-flags (alloydb.logical_decoding),
 * neon.com/docs/reference/compatibility (neon_superuser), supabase.com/docs/guides/database/postgres/roles (supabase_admin, authenticator),
 * learn.microsoft.com/azure/postgresql/flexible-server/concepts-logical (azure_pg_admin, azure.extensions).
 */
export function detectProvider({ host, roles, settings, aurora }: ProviderFacts): Provider {
  const has = (prefix: string): boolean => settings.some((name) => name.startsWith(`${prefix}.`));
  const role = (name: string): boolean => roles.includes(name);
  if (aurora) return 'aurora';
  if (has('rds') || (role('rds_superuser') && role('rdsadmin'))) return 'rds';
  if (has('alloydb') || role('alloydbsuperuser')) return 'alloydb';
  if (has('cloudsql') || (role('cloudsqlsuperuser') && role('cloudsqladmin'))) return 'cloud-sql';
  if (has('azure') || role('azure_pg_admin')) return 'azure';
  if (has('neon') || role('neon_superuser')) return 'neon';
  if (role('supabase_admin') && role('authenticator')) return 'supabase';
  if (/\.neon\.(tech|build)$/.test(host)) return 'neon';
  if (/\.supabase\.(co|com)$/.test(host)) return 'supabase';
  if (host.endsWith('.postgres.database.azure.com')) return 'azure';
  if (/\.rds\.amazonaws\.com(\.cn)?$/.test(host)) return /\.cluster-(ro-|custom-)?[^.]+\./.test(host) ? 'aurora' : 'rds';
  return 'self-managed';
}

/**
 * What the name of the host or its port says of a pooler in between; undefined when it says nothing. A slot needs a connection
 * to the server itself.
 *
 * Sources: neon.com/docs/connect/connection-pooling (-pooler in the host), supabase.com/docs/guides/database/connecting-to-postgres
 * (aws-REGION.pooler.supabase.com, port 6543), github.com/pgbouncer/pgbouncer/issues/382 (6432 is its default port).
 */
export function poolerOf(url: string): { readonly name: string; readonly direct: string } | undefined {
  if (!URL.canParse(url)) return undefined;
  const { hostname, port } = new URL(url);
  if (hostname.endsWith('.neon.tech') && /^[^.]+-pooler\./.test(hostname))
    return { name: "Neon's pooler", direct: `the host ${hostname.replace('-pooler.', '.')}` };
  if (hostname.endsWith('.pooler.supabase.com'))
    return {
      name: "Supabase's pooler (Supavisor)",
      direct: 'the direct connection: db.PROJECT.supabase.co, port 5432 (IPv6, or IPv4 with the add-on)',
    };
  if (/\.supabase\.(co|com)$/.test(hostname) && port === '6543')
    return { name: "Supabase's dedicated pooler (PgBouncer)", direct: `${hostname}, port 5432` };
  if (port === '6432') return { name: 'PgBouncer, by its port', direct: "the server's own host and port, usually 5432" };
  return undefined;
}

/**
 * Whether an answer to a connection for replication is that of a pooler. PgBouncer refuses parameters of the connection that
 * it does not know; Supavisor leaves `replication` out, and the server takes IDENTIFY_SYSTEM for SQL.
 *
 * Sources: github.com/pgbouncer/pgbouncer/issues/382 and /1196, github.com/neondatabase/neon/issues/6291,
 * github.com/estuary/connectors/issues/1576.
 */
export function isPoolerRefusal(message: string): boolean {
  return /unsupported startup parameter|bouncer config error|syntax error at or near "IDENTIFY_SYSTEM"/i.test(message);
}

/** Looks up and never tries out: what fails stands in the log of the server, and somebody has to read that. */
export async function readProviderFacts(source: pg.ClientBase, url: string): Promise<ProviderFacts> {
  const answer = await source.query<{ roles: string[]; settings: string[]; aurora: boolean }>(
    `select array(select rolname::text from pg_roles) as roles, array(select name from pg_settings where name like '%.%') as settings,
       exists (select from pg_proc where proname = 'aurora_version') as aurora`,
  );
  const row = answer.rows[0];
  return {
    host: URL.canParse(url) ? new URL(url).hostname.toLowerCase() : '',
    roles: row?.roles ?? [],
    settings: row?.settings ?? [],
    aurora: row?.aurora === true,
  };
}
