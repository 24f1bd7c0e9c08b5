// How the source writes values as texts: always the same way, whatever its databases and roles are set to. The stream and
// what is read by SELECT must agree to the letter, because keys are texts too.

import type pg from 'pg';

const SETTINGS = {
  datestyle: 'ISO, YMD',
  intervalstyle: 'postgres',
  timezone: 'UTC',
  bytea_output: 'hex',
  // The shortest digits that give the same float again.
  extra_float_digits: '1',
  // Names of tables and functions among the values (regclass) come with their schema.
  search_path: 'pg_catalog',
  // Between two looks at the catalog the connection has nothing to do.
  idle_session_timeout: '0',
  // Compiling a look at the catalog takes longer than the look, and is done anew for each.
  jit: 'off',
};

const STATEMENT = Object.entries(SETTINGS)
  .map(([name, value]) => `set ${name} = '${value}'`)
  .join('; ');

/**
 * Settles a session: to be called right after the connection was made. What a role or database is set to gives way; start-up options of the
 * URL are left alone. The locale of money stays the source's, because it says how many decimals the stored number has.
 *
 * @param client an ordinary connection, or one for replication; it is ended when the settings are refused
 */
export async function settleSession(client: pg.Client): Promise<void> {
  try {
    await client.query(STATEMENT);
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
}
