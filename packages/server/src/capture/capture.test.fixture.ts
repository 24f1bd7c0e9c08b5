// A source application's database and a trail for one test, on the server that INDELIBLE_TEST_DATABASE_URL names.

import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type AuditEvent, type Json, fromSections } from '@indelible/core';
import { type MessagePayload, newNonce, sealMessage } from '@indelible/sdk';
import pg from 'pg';
import { sectionLines } from '../store/disclosures.ts';
import { migrate } from '../store/migrate.ts';
import { type Store, openStore } from '../store/pool.ts';
import { ROLES, roleName } from '../store/roles.ts';
import { Capture, type CaptureOptions } from './capture.ts';
import { type CaptureResume, type CaptureResumeResult, captureResume } from './setup/resume.ts';
import { type CaptureSetup, captureSetup } from './setup/setup.ts';

export const CONTEXT_KEY = 'a key that application and server share';

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
}

export interface CaptureTest {
  readonly name: string;
  readonly slot: string;
  readonly sourceUrl: string;
  readonly admin: pg.Pool;
  readonly source: pg.Pool;
  readonly store: Store;
  readonly logged: LogLine[];
  /** Without event triggers, unless they are asked for: then DDL makes events, and new tables are covered at once. */
  setup(options?: Pick<CaptureSetup, 'ddl'>): Promise<void>;
  /** As the command does it, with --accept-gap. */
  resume(options?: Pick<CaptureResume, 'mapping'>): Promise<CaptureResumeResult>;
  start(options?: Partial<CaptureOptions>): Capture;
  /** Runs statements in one transaction, with the attribution message before them. */
  as(payload: Partial<MessagePayload>, ...statements: readonly string[]): Promise<void>;
  /** All captured events of a tenant, oldest first; without the log's own first one. */
  readonly events: (tenant: string) => Promise<AuditEvent[]>;
  tenants(): Promise<string[]>;
  close(): Promise<void>;
}

/**
 * @param server a superuser's URL of the server to use in place of the common one
 * @param encoding of the source's database
 */
export async function openCaptureTest(schema: string, server?: string, encoding = 'UTF8'): Promise<CaptureTest> {
  const base = server ?? process.env['INDELIBLE_TEST_DATABASE_URL'];
  if (base === undefined) throw new Error('INDELIBLE_TEST_DATABASE_URL names no PostgreSQL server');
  const name = `t${randomBytes(6).toString('hex')}`;
  const admin = new pg.Pool({ connectionString: base, max: 2 });
  admin.on('error', () => {});
  const urlOf = (database: string): string => Object.assign(new URL(base), { pathname: `/${database}` }).href;
  const trailDatabase = `indelible_capture_${name}`;
  const sourceDatabase = `app_${name}`;
  await admin.query(`create database ${trailDatabase} template template0 encoding 'UTF8'`);
  await admin.query(`create database ${sourceDatabase} template template0 encoding '${encoding}' lc_collate 'C' lc_ctype 'C'`);
  await migrate(urlOf(trailDatabase));
  const store = openStore({ ownerUrl: urlOf(trailDatabase), readers: 1, appenders: 6, onError: () => {} });
  const sourceUrl = urlOf(sourceDatabase);
  const source = new pg.Pool({ connectionString: sourceUrl, max: 6 });
  source.on('error', () => {});
  await source.query(schema);
  const logged: LogLine[] = [];
  const line = (level: LogLine['level']) => (_fields: object, message: string) => void logged.push({ level, message });
  const log = { info: line('info'), warn: line('warn'), error: line('error') };
  const captures: Capture[] = [];
  const slot = `indelible_${name}`;
  return {
    name,
    slot,
    sourceUrl,
    admin,
    source,
    store,
    logged,
    setup: async ({ ddl = false } = {}) => void (await captureSetup({ sourceUrl, name, appender: store.appender, ddl })),
    resume: (options = {}) => captureResume({ sourceUrl, name, appender: store.appender, acceptGap: true, ...options }),
    start: (options = {}) => {
      const capture = new Capture({ name, sourceUrl, appender: store.appender, contextKey: CONTEXT_KEY, log, ...options });
      captures.push(capture);
      capture.start();
      return capture;
    },
    as: (payload, ...statements) =>
      transaction(source, [emit(sealMessage({ v: 1, nonce: newNonce(), ...payload }, CONTEXT_KEY)), ...statements]),
    events: async (tenant) => (await readEvents(store.owner)).filter((event) => event.tenant === tenant && event.action !== 'log.created'),
    tenants: async () =>
      (await store.owner.query<{ tenant: string }>('select tenant from indelible.log where tenant_id <> 0 order by tenant')).rows.map(
        (row) => row.tenant,
      ),
    close: async () => {
      await Promise.all(captures.map((capture) => capture.stop()));
      await Promise.all([store.close(), source.end()]);
      // Slots that lived for a snapshot go with their connections, a moment later.
      const slots = 'pg_replication_slots where database = $1';
      await until(async () => (await admin.query(`select from ${slots} and active`, [sourceDatabase])).rowCount === 0);
      await admin.query(`select pg_drop_replication_slot(slot_name) from ${slots} and not temporary`, [sourceDatabase]);
      for (const database of [trailDatabase, sourceDatabase]) await admin.query(`drop database ${database} with (force)`);
      for (const role of ROLES) await admin.query(`drop role if exists ${roleName(trailDatabase, role)}`);
      await admin.end();
    },
  };
}

/** The statement by which the application's driver sends a message. */
export function emit(message: string): string {
  return `select pg_logical_emit_message(true, 'indelible', ${pg.escapeLiteral(message)})`;
}

export async function transaction(source: pg.Pool, statements: readonly string[]): Promise<void> {
  const client = await source.connect();
  try {
    await client.query('begin');
    for (const statement of statements) await client.query(statement);
    await client.query('commit');
  } finally {
    client.release();
  }
}

export async function readEvents(owner: pg.Pool): Promise<AuditEvent[]> {
  const answer = await owner.query<{ id: string; tenant: string; recorded_at: Date; disclosures: string }>(
    'select e.id, l.tenant, e.recorded_at, e.disclosures from indelible.event e join indelible.log l using (tenant_id) order by l.tenant, e.seq',
  );
  return answer.rows.map(({ id, tenant, recorded_at: at, disclosures }) => {
    const sections = sectionLines(disclosures).map(([section, text]) => [section, JSON.parse(text) as Json] as const);
    return fromSections({ id, tenant, t: at.getTime() }, sections);
  });
}

/** Waits for a condition, or throws what it said last. */
export async function until(condition: () => Promise<boolean> | boolean, seconds = 30): Promise<void> {
  const end = Date.now() + seconds * 1_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${condition.toString()}`);
    await pause(25);
  }
}
