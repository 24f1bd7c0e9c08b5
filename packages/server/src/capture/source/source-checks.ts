// What the source must have before anything can be captured, as a list of verdicts, each with the statements that mend it.

import type pg from 'pg';
import { POSTGRES_VERSION_MIN } from '../../limits.ts';
import { PROVIDER_NAMES, type Provider, detectProvider, readProviderFacts } from './provider.ts';
import { type Remedy, roleRemedy, settingRemedy } from './provider-remedies.ts';

export interface Check {
  readonly item: string;
  readonly verdict: 'ok' | 'warning' | 'failed';
  /** What was found. */
  readonly found: string;
  /** What to do about it, in words; absent when all is well. */
  readonly remedy?: string;
  /** The same as statements, in order: SQL that ends in a semicolon, or commands of the shell. Empty where there are none. */
  readonly statements: readonly string[];
}

export function fine(item: string, found: string): Check {
  return { item, verdict: 'ok', found, statements: [] };
}

export function failed(item: string, found: string, remedy: string, statements: readonly string[] = []): Check {
  return { item, verdict: 'failed', found, remedy, statements };
}

export function warning(item: string, found: string, remedy: string, statements: readonly string[] = []): Check {
  return { item, verdict: 'warning', found, remedy, statements };
}

export interface SettingFacts {
  /** For example 180004. */
  readonly version: number;
  readonly wal_level: string;
  readonly recovering: boolean;
  readonly encoding: string;
  readonly role: string;
  readonly may_replicate: boolean;
  readonly slots: number;
  readonly slots_max: number;
  readonly senders: number;
  readonly senders_max: number;
  readonly ours: boolean;
  /** Bytes; -1 without a limit. */
  readonly keep_bytes: number;
  readonly keep: string;
}

// Neon gives the right by membership, as Amazon and Google do.
const FACTS = `
  select current_setting('server_version_num')::int as version, current_setting('wal_level') as wal_level, pg_is_in_recovery() as recovering,
    (select pg_encoding_to_char(encoding) from pg_database where datname = current_database()) as encoding, current_user as role,
    (select rolreplication or rolsuper from pg_roles where rolname = current_user)
      or exists (select from pg_roles r where r.rolname in ('rds_replication', 'cloudsqlreplication', 'neon_superuser') and pg_has_role(current_user, r.oid, 'member')) as may_replicate,
    (select count(*)::int from pg_replication_slots) as slots, current_setting('max_replication_slots')::int as slots_max,
    (select count(*)::int from pg_stat_replication) as senders, current_setting('max_wal_senders')::int as senders_max,
    exists (select from pg_replication_slots where slot_name = $1) as ours, current_setting('max_slot_wal_keep_size') as keep,
    (select case when setting = '-1' then -1 else pg_size_bytes(setting || unit) end::float8 from pg_settings where name = 'max_slot_wal_keep_size') as keep_bytes`;

/** @param slot the slot that is there already, or shall be made */
export async function readSettings(source: pg.ClientBase, slot: string): Promise<SettingFacts> {
  const answer = await source.query<SettingFacts>(FACTS, [slot]);
  const facts = answer.rows[0];
  if (facts === undefined) throw new Error('the source did not answer');
  return facts;
}

/** @param slot the slot that is there already, or shall be made */
export async function checkSource(source: pg.ClientBase, slot: string, url: string): Promise<Check[]> {
  const provider = detectProvider(await readProviderFacts(source, url));
  return [fine('provider', PROVIDER_NAMES[provider]), ...settingChecks(await readSettings(source, slot), provider)];
}

/** A slot that may hold back this much is lost only to an outage of hours or days. */
const KEEP_BYTES = 10 * 1024 * 1024 * 1024;
const MORE = 5;

export function settingChecks(facts: SettingFacts, provider: Provider): Check[] {
  const { version, role } = facts;
  const must = (item: string, good: boolean, found: string, { remedy, statements }: Remedy): Check =>
    good ? fine(item, found) : failed(item, found, remedy, statements);
  const words = (remedy: string): Remedy => ({ remedy, statements: [] });
  const unlimited = facts.keep_bytes < 0;
  const keep = settingRemedy(provider, 'max_slot_wal_keep_size', KEEP_BYTES);
  return [
    must(
      'version',
      version >= POSTGRES_VERSION_MIN,
      `PostgreSQL ${Math.floor(version / 10_000)}`,
      words('PostgreSQL 15 or newer is needed'),
    ),
    must('wal_level', facts.wal_level === 'logical', `wal_level is ${facts.wal_level}`, settingRemedy(provider, 'wal_level', 'logical')),
    must(
      'primary',
      !facts.recovering,
      facts.recovering ? 'the server is a standby' : 'the server is a primary',
      words('capture the primary'),
    ),
    must(
      'role',
      facts.may_replicate,
      `the role ${role} ${facts.may_replicate ? 'may' : 'may not'} replicate`,
      roleRemedy(provider, role, version),
    ),
    must(
      'slots',
      facts.ours || facts.slots < facts.slots_max,
      `${facts.slots} of ${facts.slots_max} replication slots are taken`,
      settingRemedy(provider, 'max_replication_slots', facts.slots_max + MORE),
    ),
    must(
      'senders',
      facts.senders < facts.senders_max,
      `${facts.senders} of ${facts.senders_max} senders are busy`,
      settingRemedy(provider, 'max_wal_senders', facts.senders_max + MORE),
    ),
    facts.encoding === 'SQL_ASCII'
      ? warning('encoding', 'the database is encoded in SQL_ASCII', 'bytes that are not UTF-8 are replaced; move the database to UTF8')
      : fine('encoding', `the database is encoded in ${facts.encoding}`),
    unlimited
      ? warning(
          'wal_keep',
          'a slot may hold back log without limit',
          `without a limit a server that is down for long can fill the disk of the source; with one the slot is lost instead, and capture says so. ${keep.remedy}`,
          keep.statements,
        )
      : fine('wal_keep', `a slot may hold back ${facts.keep} of log`),
  ];
}

/** The faults in one sentence, or undefined when the source will do. */
export function failedOf(checks: readonly Check[]): string | undefined {
  const faults = checks.filter((check) => check.verdict === 'failed');
  return faults.length === 0
    ? undefined
    : faults.map(({ found, remedy = '', statements }) => [`${found}: ${remedy}`, ...statements].join(' ')).join('; ');
}
