// Runs the statements of setup and resume in the source, while no session takes them for somebody else's doing.

import type pg from 'pg';
import { Failure } from '@indelible/core';
import { ADVISORY_LOCK_CAPTURE_SETUP_CLASS } from '../limits.ts';
import { inTransaction } from '../store/pool.ts';

const ATTEMPTS = 5;
const LOCK_NOT_AVAILABLE = '55P03';

/** Each statement on its own, so that no table stays locked while the next one is waited for. */
export async function runStatements(source: pg.Client, statements: readonly string[]): Promise<void> {
  for (const statement of statements) {
    for (let attempt = 1; ; attempt++) {
      try {
        await source.query(statement);
        break;
      } catch (cause) {
        if (!(cause instanceof Error)) throw cause;
        if ((cause as { code?: string }).code === LOCK_NOT_AVAILABLE && attempt < ATTEMPTS) continue;
        throw new Failure(
          'capture_invalid',
          `${cause.message}; the statement was: ${statement}. Run it again as the owner of the tables`,
          {},
          { cause },
        );
      }
    }
  }
}

/** Changes the publication and what the trail remembers of it as one: a session looks at neither in between. */
export async function whileNobodyLooks<Result>(
  appender: pg.Pool,
  sourceId: number | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  if (sourceId === undefined) return work();
  return inTransaction(appender, async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1::int4, $2::int4)', [ADVISORY_LOCK_CAPTURE_SETUP_CLASS, sourceId]);
    return work();
  });
}

/**
 * For a session: looks, unless somebody sets the source up just now.
 *
 * @param trail outside a transaction
 * @returns undefined when it was not the time
 */
export async function lookUndisturbed<Result>(
  trail: pg.ClientBase,
  sourceId: number,
  look: () => Promise<Result>,
): Promise<Result | undefined> {
  const key = [ADVISORY_LOCK_CAPTURE_SETUP_CLASS, sourceId];
  const answer = await trail.query<{ mine: boolean }>('select pg_try_advisory_lock($1::int4, $2::int4) as mine', key);
  if (answer.rows[0]?.mine !== true) return undefined;
  try {
    return await look();
  } finally {
    await trail.query('select pg_advisory_unlock($1::int4, $2::int4)', key).catch(() => {});
  }
}
