// Brings better-auth's tables to its version, by its own migrations, in their schema and under the lock of ours.

import pg from 'pg';
import { ADVISORY_LOCK_MIGRATE } from '../../limits.ts';
import { authOptions } from './better-auth.ts';
import { lastStepSchema } from './own-endpoints.ts';
import { makePasswords } from './password-hash.ts';

/**
 * After the migrations of the trail, which make the schema.
 *
 * @param ownerUrl the URL of the role that owns the schema
 */
export async function migratePeople(ownerUrl: string): Promise<void> {
  const [{ getMigrations }, { twoFactor }] = await Promise.all([
    import('better-auth/db/migration'),
    import('better-auth/plugins/two-factor'),
  ]);
  const lock = new pg.Client({ connectionString: ownerUrl });
  const pool = new pg.Pool({ connectionString: ownerUrl, max: 1, options: '-c search_path=auth' });
  try {
    await lock.connect();
    await lock.query('select pg_advisory_lock($1)', [ADVISORY_LOCK_MIGRATE]);
    const options = authOptions(pool, {
      key: new Uint8Array(32).fill(7),
      secure: false,
      logger: { warn: () => undefined },
      passwords: makePasswords(),
    });
    const { runMigrations } = await getMigrations({ ...options, plugins: [twoFactor(), lastStepSchema] });
    await runMigrations();
  } finally {
    await pool.end();
    await lock.end();
  }
}
