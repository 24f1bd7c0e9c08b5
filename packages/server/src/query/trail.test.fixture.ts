// A trail for one test: a database of its own on the server that INDELIBLE_TEST_DATABASE_URL names, with partitions in the past.

import { randomBytes } from 'node:crypto';
import { acceptEvent, type AuditEvent, fromSections, makeNewId, makeRedaction, type NewEvent, toSections } from '@indelible/core';
import pg from 'pg';
import { appendIn } from '../store/append.ts';
import { migrate } from '../store/migrate.ts';
import { monthStart } from '../store/partitions.ts';
import { inTransaction, openStore } from '../store/pool.ts';
import { ROLES, roleName } from '../store/roles.ts';
import { makeTenants, type TenantLog } from '../store/tenants.ts';

/** An event as the model knows it: what readers should see, and its place. */
export interface ModelEvent {
  readonly event: AuditEvent;
  readonly seq: number;
}

export interface TestTrail {
  readonly reader: pg.Pool;
  readonly owner: pg.Pool;
  readonly projector: pg.Pool;
  /** The URL of its database, as the owner. */
  readonly url: string;
  /** Appends inputs as recorded at a time that is not before the last; returns them as readers should see them. */
  append(tenant: string, inputs: readonly object[], recordedMs: number): Promise<ModelEvent[]>;
  log(tenant: string): Promise<TenantLog>;
  close(): Promise<void>;
}

const redaction = makeRedaction();
const newId = makeNewId();

export function accept(input: object, nowMs: number): NewEvent {
  return acceptEvent(input, { nowMs, redaction, newId, sourceKind: 'api', attribution: 'asserted' });
}

/** @param from the month with which the partitions begin */
export async function openTestTrail(from: Date): Promise<TestTrail> {
  const base = process.env['INDELIBLE_TEST_DATABASE_URL'];
  if (base === undefined) throw new Error('INDELIBLE_TEST_DATABASE_URL names no PostgreSQL server');
  const database = `indelible_query_${randomBytes(6).toString('hex')}`;
  const admin = new pg.Client({ connectionString: base });
  await admin.connect();
  await admin.query(`create database ${database} template template0 encoding 'UTF8'`);
  const url = new URL(base);
  url.pathname = `/${database}`;
  await migrate(url.href);
  const store = openStore({ ownerUrl: url.href, readers: 2, appenders: 1, onError: () => undefined });
  await makePartitions(store.owner, from);
  const tenants = makeTenants(store.appender);
  return {
    reader: store.reader,
    owner: store.owner,
    projector: store.projector,
    url: url.href,
    append: (tenant, inputs, recordedMs) => appendAt(store.appender, tenant, inputs, recordedMs),
    log: async (tenant) => {
      const log = await tenants.byName(tenant);
      if (log === undefined) throw new Error(`${tenant} has no log`);
      return log;
    },
    close: async () => {
      await store.close();
      await admin.query(`drop database ${database} with (force)`);
      for (const role of ROLES) await admin.query(`drop role if exists ${roleName(database, role)}`);
      await admin.end();
    },
  };
}

async function makePartitions(owner: pg.Pool, from: Date): Promise<void> {
  for (const table of ['event', 'event_related']) {
    for (let month = monthStart(from); month < monthStart(new Date(), -1); month = monthStart(month, 1)) {
      const name = `${table}_${month.toISOString().slice(0, 7).replace('-', '_')}`;
      await owner.query(
        `create table indelible.${name} partition of indelible.${table} for values from ('${month.toISOString()}') to ('${monthStart(month, 1).toISOString()}')`,
      );
    }
  }
}

async function appendAt(appender: pg.Pool, tenant: string, inputs: readonly object[], recordedMs: number): Promise<ModelEvent[]> {
  const events = inputs.map((input) => accept(input, recordedMs));
  const clock = Date.now;
  // The store takes the time of recording from the clock.
  Date.now = () => recordedMs;
  try {
    const receipts = await inTransaction(appender, (tx) => appendIn(tx, tenant, events));
    return events.map((event, index) => ({ event: asRead(event, tenant, recordedMs), seq: receipts[index]?.seq ?? -1 }));
  } finally {
    Date.now = clock;
  }
}

function asRead(event: NewEvent, tenant: string, t: number): AuditEvent {
  const sections = toSections(event, event.occurredAt ?? new Date(t).toISOString());
  return fromSections(
    { id: event.id, tenant, t },
    sections.map(({ name, value }) => [name, value] as const),
  );
}
