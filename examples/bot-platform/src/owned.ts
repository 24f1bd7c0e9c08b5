// What a request refers to must belong to the caller's organisation.

import { sql } from 'kysely';
import { ApiError } from './api-error.ts';
import type { Database } from './database.ts';

const TABLES = { datasetId: 'datasets', skillsetId: 'skillsets', teamId: 'teams', secretId: 'secrets', botId: 'bots' } as const;

export type References = { readonly [field in keyof typeof TABLES]?: string | null | undefined };

/** @throws ApiError naming the first field that refers to nothing of this organisation */
export async function requireOwned(db: Database, organizationId: string, references: References): Promise<void> {
  for (const [field, table] of Object.entries(TABLES)) {
    const id = references[field as keyof References];
    if (id === undefined || id === null) continue;
    const { rows } = await sql`SELECT FROM ${sql.table(table)} WHERE id = ${id} AND organization_id = ${organizationId}`.execute(db);
    if (rows.length === 0) throw new ApiError('invalid', `${field}: there is no such ${table.slice(0, -1)}.`);
  }
}
