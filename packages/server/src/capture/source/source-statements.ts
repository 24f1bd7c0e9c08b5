// Runs the statements of setup and resume in the source, while no session takes them for somebody else's doing.

import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { Failure } from '@indelible/core';
import { ADVISORY_LOCK_CAPTURE_SETUP_CLASS } from '../../limits.ts';
import { inTransaction } from '../../store/pool.ts';
import { type CatalogTable, qualified } from './catalog.ts';
import { type Plan, type Uncovered, addTable } from './publication-plan.ts';
import type { Waiting } from '../slot/slot-wait.ts';

const ATTEMPTS = 5;
const SETUP_RETRY_MS = 500;
const LOCK_NOT_AVAILABLE = '55P03';
const DUPLICATE_OBJECT = '42710';

/**
 * Each statement on its own, so that no table stays locked while the next one is waited for.
 *
 * @throws Failure `capture_invalid` naming the statement that the source refused
 */
export async function runStatements(source: pg.Client, statements: readonly string[]): Promise<void> {
  for (const statement of statements) {
    const refused = await refusalOf(source, [statement]);
    if (refused !== undefined)
      throw new Failure(
        'capture_invalid',
        `${refused.message}; the statement was: ${statement}. Run it again as the owner of the tables`,
        {},
        { cause: refused },
      );
  }
}

/**
 * Runs a plan. A table that is locked for long, or that this role may not alter, keeps no other one out.
 *
 * @returns the tables that are left, and why
 * @throws Failure `capture_invalid` when the publication itself cannot be made or changed
 */
export async function runPlan(source: pg.Client, plan: Plan, publication: string, signal?: AbortSignal): Promise<Uncovered[]> {
  const left = new Map<CatalogTable, Error>();
  const run = async (table: CatalogTable, statements: readonly string[]): Promise<void> => {
    signal?.throwIfAborted();
    const refused = await refusalOf(source, statements);
    if (refused !== undefined) left.set(table, refused);
  };
  await runStatements(source, plan.first);
  for (const { table, statements } of plan.steps) await run(table, statements);
  const { create, created } = plan;
  if (create !== undefined) {
    const tables = created.filter((table) => !left.has(table));
    if ((await refusalOf(source, [create(tables)])) !== undefined) {
      // One by one, to find the one that it was.
      await runStatements(source, [create([])]);
      for (const table of tables) await run(table, [addTable(table, pg.escapeIdentifier(publication))]);
    }
  }
  return [...left].map(([table, { message }]) => ({
    table: qualified(table),
    what: `could not be altered, and is not covered: ${message}`,
    remedy: 'the server that captures the source tries it again by itself; a transaction that holds the table must end',
  }));
}

/** What the source says against the statements, after some attempts where a table was locked. Other faults are thrown. */
async function refusalOf(source: pg.Client, statements: readonly string[]): Promise<Error | undefined> {
  for (const statement of statements) {
    for (let attempt = 1; ; attempt++) {
      try {
        await source.query(statement);
        break;
      } catch (error) {
        if (!(error instanceof pg.DatabaseError)) throw error;
        // The event trigger, or somebody else, has added the table since it was looked at.
        if (error.code === DUPLICATE_OBJECT && statement.startsWith('ALTER PUBLICATION')) break;
        if (error.code !== LOCK_NOT_AVAILABLE || attempt >= ATTEMPTS) return error;
      }
    }
  }
  return undefined;
}

/**
 * One who sets the source up at a time, also the first time. Changes the publication and what the trail remembers of it as one:
 * a session looks at neither in between.
 *
 * @throws what `work` throws, as it is
 */
export async function whileNobodyLooks<Result>(
  appender: pg.Pool,
  name: string,
  { signal, waiting }: Waiting,
  work: () => Promise<Result>,
): Promise<Result> {
  for (let told = false; ; told = true) {
    signal?.throwIfAborted();
    // A fault of the source is none of the trail's: it passes the transaction by.
    const done = await inTransaction(appender, async (tx) => {
      if (!(await lockSetup(tx, name))) return undefined;
      return work().then(
        (result) => () => result,
        (error: unknown) => (): never => {
          throw error;
        },
      );
    });
    if (done !== undefined) return done();
    if (!told) waiting?.('somebody else sets this source up');
    await pause(SETUP_RETRY_MS, undefined, { signal }).catch(() => {});
  }
}

/** A source that is not registered yet has no number: its name stands for it, below those of all others. */
async function lockSetup(tx: pg.ClientBase, name: string): Promise<boolean> {
  const answer = await tx.query<{ mine: boolean }>('select pg_try_advisory_xact_lock($1::int4, hashtext($2) | (-2147483648)) as mine', [
    ADVISORY_LOCK_CAPTURE_SETUP_CLASS,
    name,
  ]);
  if (answer.rows[0]?.mine !== true) return false;
  await tx.query('select pg_advisory_xact_lock($1::int4, source_id) from indelible.capture_source where name = $2', [
    ADVISORY_LOCK_CAPTURE_SETUP_CLASS,
    name,
  ]);
  return true;
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
