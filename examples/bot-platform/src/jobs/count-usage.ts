// The job that counts what the bots said, by day: today and yesterday, in one statement.

import { sql } from 'kysely';
import type { Database } from '../database.ts';

/** @returns how many counts are new or have changed */
export async function countUsage(db: Database, organizationId?: string): Promise<number> {
  const { numAffectedRows } = await sql`
    INSERT INTO bot_usage (bot_id, day, messages)
    SELECT c.bot_id, (m.created_at AT TIME ZONE 'UTC')::date, count(*)
    FROM messages m JOIN conversations c ON c.id = m.conversation_id
    WHERE m.author = 'bot' AND m.created_at >= date_trunc('day', now(), 'UTC') - interval '1 day'
      AND (${organizationId ?? null}::text IS NULL OR c.organization_id = ${organizationId ?? null})
    GROUP BY 1, 2
    ON CONFLICT (bot_id, day) DO UPDATE SET messages = excluded.messages, updated_at = now()
      WHERE bot_usage.messages <> excluded.messages`.execute(db);
  return Number(numAffectedRows ?? 0);
}
