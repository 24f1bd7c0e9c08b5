// Statements whose plan a connection keeps. Of a table with a hundred partitions a plan takes longer to make than to run, so
// those that are asked over and over have a name: PostgreSQL plans such a one once a connection. Their texts must be few, for
// each of them keeps a plan of every partition in the connection's memory.

import { createHash } from 'node:crypto';
import type pg from 'pg';

export interface Statement {
  readonly text: string;
  readonly values: unknown[];
}

/**
 * Runs a statement by its name, which its text has made: two texts never share a plan.
 *
 * @param tx a transaction for kept plans, see asTenant
 */
export function queryKept<Row extends pg.QueryResultRow>(tx: pg.ClientBase, { text, values }: Statement): Promise<pg.QueryResult<Row>> {
  return tx.query<Row>({ name: createHash('sha256').update(text).digest('base64url').slice(0, 32), text, values });
}

/**
 * The same, but where somebody sees a part of the tenant alone: a saved query may say anything, and of such texts there are
 * too many to be kept.
 *
 * @param within what else is asked for, undefined for nothing
 * @param tx a transaction for kept plans, or with a saved query one for ordered plans
 */
export function queryWithin<Row extends pg.QueryResultRow>(
  tx: pg.ClientBase,
  within: unknown,
  statement: Statement,
): Promise<pg.QueryResult<Row>> {
  return within === undefined ? queryKept<Row>(tx, statement) : tx.query<Row>(statement);
}
