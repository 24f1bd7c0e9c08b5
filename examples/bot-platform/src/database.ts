// The connection to the platform's own database, its tables made at the first start.

import { readFile } from 'node:fs/promises';
import { attributeQueries } from '@indelible/sdk';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Vault } from './encryption.ts';
import { seed } from './seed/fill.ts';
import type { Tables } from './tables.ts';

// Indelible, line 1 of 2: writes carry the context that they run in; what runs in none, such as a job, is the platform's own doing.
attributeQueries(pg, { service: 'bot-platform' });

export type Database = Kysely<Tables>;

/** Opens the database; makes the tables, and two organisations with all that they have, where there are none. */
export async function openDatabase(url: string, vault: Vault): Promise<Database> {
  const pool = new pg.Pool({ connectionString: url, max: 8 });
  pool.on('error', (error) => console.error(`A database connection was lost: ${error.message}`));
  const db: Database = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  try {
    await pool.query(await readFile(new URL('../schema.sql', import.meta.url), 'utf8'));
    await seed(db, vault);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return db;
}
