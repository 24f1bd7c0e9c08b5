// A pool for the length of one command.

import pg from 'pg';

export async function withPool<Result>(connectionString: string, work: (db: pg.Pool) => Promise<Result>): Promise<Result> {
  const pool = new pg.Pool({ connectionString, max: 2, connectionTimeoutMillis: 5_000 });
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}
