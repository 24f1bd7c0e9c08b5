// Reading a log by its sequence numbers, for those who follow it: how far logs have grown, and what was added since.

import type pg from 'pg';
import { Failure } from '@indelible/core';
import { asTenant, isTimedOut } from './as-tenant.ts';
import { storeFailure } from './pool.ts';
import { COLUMNS, type EventRow, recordedBounds, type Row, toEventRow } from './read-events.ts';
import { timestampText } from './timestamp.ts';

/** How far a log has grown. */
export interface LogHead {
  readonly tenantId: number;
  readonly tenant: string;
  readonly origin: string;
  /** Every event below this number is committed. */
  readonly size: number;
  /** True when another log has taken its place: it grows no more. */
  readonly frozen: boolean;
}

interface HeadRow {
  tenant_id: number;
  tenant: string;
  origin: string;
  size: string;
  frozen: boolean;
}

const HEAD_COLUMNS = 'tenant_id, tenant, origin, size, frozen_at is not null as frozen';

/**
 * The heads of logs that are known by their number, frozen ones too, and the present logs of tenants known by name; in one
 * statement, however many they are.
 *
 * @param appender the appender's pool: a reader sees one tenant at a time
 * @throws Failure `store_unavailable`
 */
export async function readLogHeads(appender: pg.Pool, tenantIds: readonly number[], tenants: readonly string[]): Promise<LogHead[]> {
  const answer = await appender
    .query<HeadRow>(
      `select ${HEAD_COLUMNS} from indelible.log where tenant_id = any($1::int[])
       union select ${HEAD_COLUMNS} from indelible.log where tenant = any($2::text[]) and frozen_at is null and tenant_id <> 0`,
      [tenantIds, tenants],
    )
    .catch((error: unknown) => {
      throw storeFailure(error);
    });
  return answer.rows.map((row) => ({
    tenantId: row.tenant_id,
    tenant: row.tenant,
    origin: row.origin,
    size: Number(row.size),
    frozen: row.frozen,
  }));
}

/** A part of a log: sequence numbers from `from` to below `to`, and how much of it one answer may hold. */
export interface TailRange {
  readonly from: number;
  readonly to: number;
  readonly events: number;
  readonly bytes: number;
  /** Milliseconds since 1970, where it is known: nothing of it was recorded earlier. */
  readonly recordedFromMs?: number | undefined;
}

/**
 * Events in the order of the log, from `from` on: as many as fit, at least one if there is one. As the reader, with
 * row-level security on.
 *
 * @throws Failure `query_timeout`, `store_unavailable`
 * @example await readLogTail(store.reader, 5, { from: 120, to: 180, events: 1_000, bytes: 1_048_576 }, 5_000);
 */
export function readLogTail(reader: pg.Pool, tenantId: number, range: TailRange, timeoutMs: number): Promise<EventRow[]> {
  const to = Math.min(range.to, range.from + range.events);
  if (range.recordedFromMs !== undefined)
    return readNews(reader, tenantId, { ...range, to, recordedFromMs: range.recordedFromMs }, timeoutMs);
  return asTenant(
    reader,
    tenantId,
    timeoutMs,
    async (tx) => {
      // Which partitions hold them: the primary key alone would have to be looked up in each.
      const recorded = await recordedBounds(tx, tenantId, { from: range.from, to: to - 1 });
      if (recorded === undefined) return [];
      const answer = await tx.query<Row>(
        statement('e.tenant_id = $1 and e.seq >= $2 and e.seq < $3 and e.recorded_at >= $4 and e.recorded_at < $5', '$6'),
        [tenantId, range.from, to, timestampText(recorded.fromMs), timestampText(recorded.toMs), range.bytes],
      );
      return answer.rows.map(toEventRow);
    },
    'ordered',
  );
}

function statement(condition: string, bytes: string): string {
  // The length of a stored value is known without fetching it, so what does not fit is not read.
  return `select ${COLUMNS} from (
     select e.*, sum(octet_length(e.disclosures)) over (order by e.seq) - octet_length(e.disclosures) as ahead
     from indelible.event e where ${condition}
   ) e where e.ahead < ${bytes} order by e.seq`;
}

/**
 * In one round trip, for those who follow a log: several statements in one message are one transaction, which ends with it.
 * Such a message takes no parameters; all that is written into it are integers.
 */
async function readNews(
  reader: pg.Pool,
  tenantId: number,
  { from, to, bytes, recordedFromMs }: TailRange & { readonly recordedFromMs: number },
  timeoutMs: number,
): Promise<EventRow[]> {
  if (![tenantId, from, to, bytes, recordedFromMs, timeoutMs].every(Number.isSafeInteger)) throw new Error('not integers');
  // A constant, so that the planner looks at the newest partitions alone; a millisecond more than rounding could take away.
  const recorded = `e.recorded_at >= to_timestamp(${recordedFromMs - 1} / 1000.0)`;
  const text =
    `set local indelible.tenant = '${tenantId}'; set local statement_timeout = ${timeoutMs}; set local jit = off; ` +
    'set local enable_bitmapscan = off; set local enable_seqscan = off; ' +
    statement(`e.tenant_id = ${tenantId} and e.seq >= ${from} and e.seq < ${to} and ${recorded}`, String(bytes));
  try {
    const answers = (await reader.query(text)) as unknown as readonly pg.QueryResult<Row>[];
    return answers.at(-1)?.rows.map(toEventRow) ?? [];
  } catch (error) {
    if (isTimedOut(error))
      throw new Failure('query_timeout', `the database needed more than ${timeoutMs} ms`, {}, { cause: error as Error });
    throw storeFailure(error);
  }
}
