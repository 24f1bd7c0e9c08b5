// What the source must have before anything can be captured, as a list of verdicts, each with its remedy.

import type pg from 'pg';
import { POSTGRES_VERSION_MIN } from '../limits.ts';

export interface Check {
  readonly item: string;
  readonly verdict: 'ok' | 'warning' | 'failed';
  /** What was found. */
  readonly found: string;
  /** What to do about it; absent when all is well. */
  readonly remedy?: string;
}

interface Facts {
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
  readonly keep: string;
}

const FACTS = `
  select current_setting('server_version_num')::int as version, current_setting('wal_level') as wal_level, pg_is_in_recovery() as recovering,
    (select pg_encoding_to_char(encoding) from pg_database where datname = current_database()) as encoding, current_user as role,
    (select rolreplication or rolsuper from pg_roles where rolname = current_user)
      or exists (select from pg_roles r where r.rolname in ('rds_replication', 'cloudsqlreplication') and pg_has_role(current_user, r.oid, 'member')) as may_replicate,
    (select count(*)::int from pg_replication_slots) as slots, current_setting('max_replication_slots')::int as slots_max,
    (select count(*)::int from pg_stat_replication) as senders, current_setting('max_wal_senders')::int as senders_max,
    exists (select from pg_replication_slots where slot_name = $1) as ours, current_setting('max_slot_wal_keep_size') as keep`;

/** @param slot the slot that is there already, or shall be made */
export async function checkSource(source: pg.ClientBase, slot: string): Promise<Check[]> {
  const answer = await source.query<Facts>(FACTS, [slot]);
  const facts = answer.rows[0];
  if (facts === undefined) throw new Error('the source did not answer');
  const must = (item: string, fine: boolean, found: string, remedy: string): Check =>
    fine ? { item, verdict: 'ok', found } : { item, verdict: 'failed', found, remedy };
  const should = (item: string, fine: boolean, found: string, remedy: string): Check =>
    fine ? { item, verdict: 'ok', found } : { item, verdict: 'warning', found, remedy };
  const { version, role } = facts;
  return [
    must('version', version >= POSTGRES_VERSION_MIN, `PostgreSQL ${Math.floor(version / 10_000)}`, 'PostgreSQL 15 or newer is needed'),
    must(
      'wal_level',
      facts.wal_level === 'logical',
      `wal_level is ${facts.wal_level}`,
      'ALTER SYSTEM SET wal_level = logical, then restart the server',
    ),
    must('primary', !facts.recovering, facts.recovering ? 'the server is a standby' : 'the server is a primary', 'capture the primary'),
    must(
      'role',
      facts.may_replicate,
      `the role ${role} ${facts.may_replicate ? 'may' : 'may not'} replicate`,
      `as a superuser: ALTER ROLE "${role}" REPLICATION`,
    ),
    must(
      'slots',
      facts.ours || facts.slots < facts.slots_max,
      `${facts.slots} of ${facts.slots_max} replication slots are taken`,
      `ALTER SYSTEM SET max_replication_slots = ${facts.slots_max + 5}, then restart the server`,
    ),
    must(
      'senders',
      facts.senders < facts.senders_max,
      `${facts.senders} of ${facts.senders_max} senders are busy`,
      `ALTER SYSTEM SET max_wal_senders = ${facts.senders_max + 5}, then restart the server`,
    ),
    should(
      'encoding',
      facts.encoding !== 'SQL_ASCII',
      `the database is encoded in ${facts.encoding}`,
      'bytes that are not UTF-8 are replaced; move the database to UTF8',
    ),
    should(
      'wal_keep',
      facts.keep !== '-1',
      facts.keep === '-1' ? 'a slot may hold back log without limit' : `a slot may hold back ${facts.keep} of log`,
      "without a limit a server that is down for long can fill the source's disk; with one the slot is lost instead, and capture says so: max_slot_wal_keep_size",
    ),
  ];
}

/** The faults in one sentence, or undefined when the source will do. */
export function failedOf(checks: readonly Check[]): string | undefined {
  const failed = checks.filter((check) => check.verdict === 'failed');
  return failed.length === 0 ? undefined : failed.map((check) => `${check.found}: ${check.remedy ?? ''}`).join('; ');
}
