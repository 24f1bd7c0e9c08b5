// Whether the source can be reached the way that capture needs: by a connection for replication, without a pooler in between.

import type pg from 'pg';
import { type Provider, isPoolerRefusal, poolerOf } from '../source/provider.ts';
import { roleRemedy } from '../source/provider-remedies.ts';
import { type SourceIdentity, identifySource } from '../replication/replication.ts';
import { type Check, failed, fine, warning } from '../source/source-checks.ts';

export interface Connection {
  readonly checks: readonly Check[];
  /** Undefined when the source does not speak the replication protocol to us. */
  readonly identity: SourceIdentity | undefined;
}

const WHY_DIRECT = 'a replication slot is read on a connection of its own to the server; the application may go on using the pooler';

/** @param said what the pooler answered, when it answered */
export function poolerCheck(url: string, said?: string): Check {
  const pooler = poolerOf(url);
  const found = `${pooler?.name ?? 'a connection pooler'} stands between: it does not pass a connection for replication on`;
  return failed(
    'pooler',
    said === undefined ? found : `${found} (${said})`,
    `connect to ${pooler?.direct ?? 'the server itself'}: ${WHY_DIRECT}`,
  );
}

export async function connectionChecks(source: pg.Client, url: string, provider: Provider): Promise<Connection> {
  try {
    const identity = await identifySource(url);
    return {
      checks: [fine('replication', 'the server answers a connection for replication'), ...(await behindPooler(source, url, provider))],
      identity,
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { checks: [await refused(source, url, provider, message)], identity: undefined };
  }
}

async function refused(source: pg.Client, url: string, provider: Provider, message: string): Promise<Check> {
  if (isPoolerRefusal(message) || poolerOf(url) !== undefined) return poolerCheck(url, message);
  const who = await source.query<{ role: string; version: number }>(
    `select current_user as role, current_setting('server_version_num')::int as version`,
  );
  const { role, version } = who.rows[0] ?? { role: '', version: 0 };
  const found = `the server refuses a connection for replication: ${message}`;
  // PostgreSQL matches these by the name of the database; the word "replication" in pg_hba.conf is for physical standbys.
  if (/pg_hba\.conf/.test(message))
    return failed('replication', found, `let the role ${role} in from this host: a line of pg_hba.conf for this database, then`, [
      'SELECT pg_reload_conf();',
    ]);
  if (/permission denied|must be superuser or replication role/.test(message)) {
    const { remedy, statements } = roleRemedy(provider, role, version);
    return failed('replication', found, remedy, statements);
  }
  return failed('replication', found, 'connect to the server itself, by its own host and port');
}

/**
 * A pooler names a backend to its client that is not the one which answers. Neon's proxy does so on direct connections too.
 * PgBouncer 1.23 and newer passes replication on (github.com/pgbouncer/pgbouncer/pull/876), so it is a warning alone.
 */
async function behindPooler(source: pg.Client, url: string, provider: Provider): Promise<Check[]> {
  const answer = await source.query<{ pid: number }>('select pg_backend_pid() as pid');
  const told = (source as { processID?: number | null }).processID;
  const other = provider !== 'neon' && typeof told === 'number' && answer.rows[0]?.pid !== told;
  if (!other && poolerOf(url) === undefined) return [];
  const pooler = poolerOf(url);
  return [
    warning(
      'pooler',
      `${pooler?.name ?? 'a connection pooler'} stands between this command and the server`,
      `connect to ${pooler?.direct ?? 'the server itself'}: ${WHY_DIRECT}`,
    ),
  ];
}
