// How far the counters of each log have come, and what the values of open vocabularies are called in them.

import type pg from 'pg';
import type { CountedFacet } from './facet-columns.ts';

/** Values in the order in which they came; the number of a value is its place, counted from 1. */
export type Named = Readonly<Partial<Record<CountedFacet, readonly string[]>>>;

export interface Cursor {
  readonly tenantId: number;
  readonly build: number;
  /** Events with a smaller sequence number are counted. */
  readonly projected: number;
  /** Events that the log has. */
  readonly size: number;
  readonly named: Named;
}

interface CursorRow {
  tenant_id: number;
  build: number;
  projected: string;
  size: string;
  named: Named;
}

const SELECT = `select c.tenant_id, c.build, c.projected, c.named, l.size
  from indelible.counter_cursor c join indelible.log l on l.tenant_id = c.tenant_id`;

function toCursor(row: CursorRow): Cursor {
  return { tenantId: row.tenant_id, build: row.build, projected: Number(row.projected), size: Number(row.size), named: row.named };
}

/** Logs with so many events that the active counters do not hold, those with the fewest first. */
export async function findUncounted(
  db: pg.ClientBase,
  wanted: { readonly sinceT: number; readonly least: number; readonly limit: number },
): Promise<{ tenantId: number; waiting: number }[]> {
  const answer = await db.query<{ tenant_id: number; waiting: string }>(
    `select l.tenant_id, l.size - coalesce(c.projected, 0) as waiting
     from indelible.log l left join indelible.counter_cursor c on c.tenant_id = l.tenant_id and c.active
     where l.tenant_id <> 0 and l.last_t >= $1 and l.size - coalesce(c.projected, 0) >= $2
     order by waiting, l.tenant_id limit $3`,
    [wanted.sinceT, wanted.least, wanted.limit],
  );
  return answer.rows.map((row) => ({ tenantId: row.tenant_id, waiting: Number(row.waiting) }));
}

/** The logs that there are: all of them, or those of one tenant. */
export async function listLogs(db: pg.ClientBase, tenant?: string): Promise<{ tenantId: number; tenant: string; size: number }[]> {
  const answer = await db.query<{ tenant_id: number; tenant: string; size: string }>(
    'select tenant_id, tenant, size from indelible.log where tenant_id <> 0 and ($1::text is null or tenant = $1) order by tenant_id',
    [tenant ?? null],
  );
  return answer.rows.map((row) => ({ tenantId: row.tenant_id, tenant: row.tenant, size: Number(row.size) }));
}

/**
 * The builds that are read and kept, locked until the transaction ends; made where there are none. Those that somebody else
 * has locked are left out.
 */
export async function lockActive(tx: pg.ClientBase, tenantIds: readonly number[]): Promise<Cursor[]> {
  await tx.query(
    `insert into indelible.counter_cursor (tenant_id, build, active) select t, 1, true from unnest($1::int[]) t
     where not exists (select 1 from indelible.counter_cursor c where c.tenant_id = t) on conflict do nothing`,
    [tenantIds],
  );
  const answer = await tx.query<CursorRow>(
    `${SELECT} where c.tenant_id = any($1::int[]) and c.active order by c.tenant_id for update of c skip locked`,
    [tenantIds],
  );
  return answer.rows.map(toCursor);
}

/** Keeps everybody else from counting a log until the transaction ends. */
export async function waitForActive(tx: pg.ClientBase, tenantId: number): Promise<void> {
  // Whose build it was may have changed meanwhile; then the new one is seen only by a second look.
  const look = 'select 1 from indelible.counter_cursor where tenant_id = $1 and active for update';
  for (let tries = 0; tries < 3; tries++) {
    if ((await tx.query(look, [tenantId])).rowCount === 1 || (await lockActive(tx, [tenantId])).length === 1) return;
  }
  throw new Error(`log ${tenantId} has counters that are being made and none that are active`);
}

/** The build that is being made beside the active one, locked until the transaction ends; begun where there is none. */
export async function lockNext(tx: pg.ClientBase, tenantId: number): Promise<Cursor> {
  const known = await tx.query<CursorRow>(`${SELECT} where c.tenant_id = $1 and not c.active for update of c`, [tenantId]);
  if (known.rows[0] !== undefined) return toCursor(known.rows[0]);
  await tx.query(
    `insert into indelible.counter_cursor (tenant_id, build, active)
     select $1, coalesce(max(build), 0) + 1, false from indelible.counter_cursor where tenant_id = $1`,
    [tenantId],
  );
  return lockNext(tx, tenantId);
}

/** Where cursors go; `named` only where there are new names. */
export interface Move {
  readonly tenantId: number;
  readonly build: number;
  readonly projected: number;
  readonly named: Named | undefined;
}

export async function moveCursors(tx: pg.ClientBase, moves: readonly Move[]): Promise<void> {
  await tx.query(
    `update indelible.counter_cursor c set projected = m.projected, named = coalesce(m.named::jsonb, c.named)
     from unnest($1::int[], $2::int[], $3::bigint[], $4::text[]) m (tenant_id, build, projected, named)
     where c.tenant_id = m.tenant_id and c.build = m.build`,
    [
      moves.map(({ tenantId }) => tenantId),
      moves.map(({ build }) => build),
      moves.map(({ projected }) => projected),
      moves.map(({ named }) => (named === undefined ? null : JSON.stringify(named))),
    ],
  );
}

/** Puts a build in the place of the active one, whose rows go. */
export async function activate(tx: pg.ClientBase, tenantId: number, build: number): Promise<void> {
  for (const table of ['counter', 'counter_cursor']) {
    await tx.query(`delete from indelible.${table} where tenant_id = $1 and build <> $2`, [tenantId, build]);
  }
  await tx.query('update indelible.counter_cursor set active = true where tenant_id = $1 and build = $2', [tenantId, build]);
}

/** The cursor of the active build; undefined when nothing was counted yet. */
export async function readActive(tx: pg.ClientBase, tenantId: number): Promise<Cursor | undefined> {
  const answer = await tx.query<CursorRow>(`${SELECT} where c.tenant_id = $1 and c.active`, [tenantId]);
  const row = answer.rows[0];
  return row === undefined ? undefined : toCursor(row);
}

export async function sizeOfLog(tx: pg.ClientBase, tenantId: number): Promise<number> {
  const answer = await tx.query<{ size: string }>('select size from indelible.log where tenant_id = $1', [tenantId]);
  return Number(answer.rows[0]?.size ?? 0);
}
