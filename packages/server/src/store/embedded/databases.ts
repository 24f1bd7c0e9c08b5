// Makes a database in the embedded server.

import pg from 'pg';
import { systemCode } from './system-error.ts';

// 42P04 duplicate_database; 23505 when two sessions make it in the same moment.
const EXISTS = new Set(['42P04', '23505']);

/**
 * Makes the database unless it exists.
 *
 * @param url a superuser's URL to any database of the server
 * @example await ensureDatabase(embedded.superuserUrl(), 'trail');
 */
export async function ensureDatabase(url: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const known = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (known.rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
  } catch (error) {
    if (!EXISTS.has(systemCode(error))) throw error;
  } finally {
    await client.end();
  }
}
