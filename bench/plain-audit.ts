// The audit table that applications write for themselves: a row an event by Drizzle, committed at once, two indexes.

import { drizzle } from 'drizzle-orm/node-postgres';
import { index, jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import pg from 'pg';
import { makeSampleIds, sampleEvent } from './sample.ts';

const auditLog = pgTable(
  'audit_log',
  {
    id: uuid().primaryKey(),
    occurredAt: timestamp('occurred_at', { withTimezone: true }).notNull(),
    organizationId: text('organization_id').notNull(),
    action: text().notNull(),
    actorId: text('actor_id'),
    resourceType: text('resource_type'),
    resourceId: text('resource_id'),
    changes: jsonb(),
    context: jsonb(),
    metadata: jsonb(),
  },
  (columns) => [index('audit_log_organization').on(columns.organizationId, columns.occurredAt)],
);

const DDL = `
  create table audit_log (id uuid primary key, occurred_at timestamptz not null, organization_id text not null, action text not null,
    actor_id text, resource_type text, resource_id text, changes jsonb, context jsonb, metadata jsonb);
  create index audit_log_organization on audit_log (organization_id, occurred_at)`;

interface Sample {
  readonly action: string;
  readonly actor: { readonly id: string };
  readonly resource: { readonly type: string; readonly id: string };
  readonly related: readonly [{ readonly id: string }];
  readonly change: object;
  readonly context: object;
  readonly metadata: object;
}

const newId = makeSampleIds();

function rowOf(number: number): typeof auditLog.$inferInsert {
  const { action, actor, resource, related, change, context, metadata } = sampleEvent(number) as Sample;
  const now = Date.now();
  return {
    id: newId(now),
    occurredAt: new Date(now),
    organizationId: related[0].id,
    action,
    actorId: actor.id,
    resourceType: resource.type,
    resourceId: resource.id,
    changes: change,
    context,
    metadata,
  };
}

/** @returns events a second of as many loops of inserts as there are connections */
export async function plainInserts(databaseUrl: string, connections: number, seconds: number): Promise<number> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: connections });
  try {
    await pool.query(DDL);
    const database = drizzle(pool);
    const begin = performance.now() + seconds * 100;
    const end = begin + seconds * 1_000;
    let inserted = 0;
    let next = 0;
    const insert = async (): Promise<void> => {
      while (performance.now() < end) {
        await database.insert(auditLog).values(rowOf(next++));
        const now = performance.now();
        if (now >= begin && now < end) inserted++;
      }
    };
    await Promise.all(Array.from({ length: connections }, insert));
    return inserted / seconds;
  } finally {
    await pool.end();
  }
}
