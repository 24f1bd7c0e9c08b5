// Reads a slice of which SQL cannot decide every row: takes what it lets through, and keeps what the query asks for.

import { Failure, matches, type Query } from '@indelible/core';
import type pg from 'pg';
import { QUERY_MS_MAX } from '../limits.ts';
import { type Condition, type EventRow, readSlice, type Slice } from '../store/read-events.ts';
import type { Clock } from './compile.ts';
import { present, type ReadScope } from './present.ts';

export interface Check {
  readonly scope: ReadScope;
  readonly query: Query;
  readonly clock: Clock;
}

const READ_EVENTS = 500;

/**
 * The first events of a slice that the query asks for, in order, at most as many as the slice says.
 *
 * @throws Failure `query_timeout`
 */
export async function readChecked(tx: pg.ClientBase, slice: Slice, condition: Condition, check: Check): Promise<EventRow[]> {
  const deadline = performance.now() + QUERY_MS_MAX;
  const kept: EventRow[] = [];
  let after = slice.after;
  for (;;) {
    if (performance.now() > deadline) throw new Failure('query_timeout', 'looking through the events took too long');
    const rows = await readSlice(tx, check.scope.tenantId, { ...slice, after, limit: READ_EVENTS }, condition);
    for (const row of rows) {
      if (!matches(check.query, present(check.scope, row), { seq: row.seq, ...check.clock })) continue;
      kept.push(row);
      if (kept.length === slice.limit) return kept;
    }
    const last = rows.at(-1);
    if (rows.length < READ_EVENTS || last === undefined) return kept;
    after = { occurredMs: last.occurredMs, seq: last.seq };
  }
}
