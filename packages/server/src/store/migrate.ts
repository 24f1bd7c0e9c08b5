// Brings a database to this version: numbered SQL files, each once, in order, under an advisory lock.

import { readdir, readFile } from 'node:fs/promises';
import { randomInt } from 'node:crypto';
import pg from 'pg';
import { Failure } from '@indelible/core';
import { ADVISORY_LOCK_MIGRATE, POSTGRES_VERSION_MIN } from '../limits.ts';
import { ensurePartitions } from './partitions.ts';
import { ROLES, databaseOf, ensureRoles, roleName } from './roles.ts';

const DIRECTORY = new URL('../../src/store/migrations/', import.meta.url);

export interface Migrated {
  /** The names of the files that were applied now. */
  readonly applied: readonly string[];
  readonly logName: string;
}

/**
 * @param ownerUrl the URL of the role that owns the schema
 * @param logName the log name for a new trail; a random one by default. An existing trail keeps its own.
 */
export async function migrate(ownerUrl: string, logName?: string): Promise<Migrated> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await checkServer(client);
    await client.query('select pg_advisory_lock($1)', [ADVISORY_LOCK_MIGRATE]);
    await ensureRoles(client, ownerUrl);
    const applied = await applyMissing(client, ownerUrl);
    await client.query('insert into indelible.trail (log_name) values ($1) on conflict do nothing', [logName ?? randomLogName()]);
    const trail = await client.query<{ log_name: string }>('select log_name from indelible.trail');
    await ensurePartitions(client, new Date());
    const kept = trail.rows[0]?.log_name ?? '';
    if (logName !== undefined && kept !== logName) {
      throw new Failure(
        'config_invalid',
        `INDELIBLE_LOG_NAME is "${logName}", but this trail was created as "${kept}", and a log name never changes`,
      );
    }
    return { applied, logName: kept };
  } finally {
    await client.end();
  }
}

async function checkServer(client: pg.Client): Promise<void> {
  const answer = await client.query<{ version: number; encoding: string }>(
    `select current_setting('server_version_num')::int as version, pg_encoding_to_char(encoding) as encoding from pg_database where datname = current_database()`,
  );
  const row = answer.rows[0];
  if (row === undefined) return;
  if (row.version < POSTGRES_VERSION_MIN) {
    throw new Failure('database_unsuitable', `PostgreSQL ${Math.floor(row.version / 10_000)} is too old; 15 or newer is needed`);
  }
  if (row.encoding !== 'UTF8') throw new Failure('database_unsuitable', `the database has the encoding ${row.encoding}; UTF8 is needed`);
}

async function applyMissing(client: pg.Client, ownerUrl: string): Promise<string[]> {
  await client.query(
    'create table if not exists public.indelible_migration (name text primary key, applied_at timestamptz not null default now())',
  );
  const done = await client.query<{ name: string }>('select name from public.indelible_migration');
  const known = new Set(done.rows.map((row) => row.name));
  const files = (await readdir(DIRECTORY)).filter((name) => /^\d{3}-[a-z0-9-]+\.sql$/.test(name)).sort();
  const unknown = [...known].filter((name) => !files.includes(name));
  if (unknown.length > 0) throw new Failure('database_unsuitable', `the database was migrated by a newer version (${unknown.join(', ')})`);
  const applied: string[] = [];
  for (const name of files) {
    if (known.has(name)) continue;
    const sql = withRoles(client, await readFile(new URL(name, DIRECTORY), 'utf8'), databaseOf(new URL(ownerUrl)));
    await client.query('begin');
    await client.query(sql);
    await client.query('insert into public.indelible_migration (name) values ($1)', [name]);
    await client.query('commit');
    applied.push(name);
  }
  return applied;
}

function withRoles(client: pg.Client, sql: string, database: string): string {
  return ROLES.reduce((text, role) => text.replaceAll(`{{${role}}}`, () => client.escapeIdentifier(roleName(database, role))), sql);
}

/** `indelible-<12 random characters>.invalid`: a name that no host can have (RFC 2606). */
function randomLogName(): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
  return `indelible-${Array.from({ length: 12 }, () => letters[randomInt(letters.length)]).join('')}.invalid`;
}
