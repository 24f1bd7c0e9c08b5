// Saved views: the rows.

import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { QUERY_MS_MAX } from '../limits.ts';
import { asTenant, type Reader } from './as-tenant.ts';

/** What a view shows. */
export interface ViewContent {
  readonly name: string;
  readonly query: string;
  /** As after `at:` in a query, or `all`; empty for none. */
  readonly range: string;
  /** A zone, or `local`; empty for none. */
  readonly zone: string;
  readonly shared: boolean;
}

export interface SavedView extends ViewContent {
  readonly id: string;
  /** Who keeps it. */
  readonly person: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const COLUMNS = 'id, person, is_shared as shared, name, query, span as range, zone, created_at as "createdAt", updated_at as "updatedAt"';

/**
 * Those that somebody keeps, and those that are shared in a tenant; row-level security shows those of one tenant.
 *
 * @param tenantId the number of the tenant's log
 */
export async function listViews(
  reader: Reader,
  tenantId: number,
  { person, shared }: { readonly person: string; readonly shared: boolean },
): Promise<SavedView[]> {
  return asTenant(reader, tenantId, QUERY_MS_MAX, async (tx) => {
    const statement = `select ${COLUMNS} from indelible.saved_view where person = $1 or (is_shared and $2) order by lower(name), id`;
    return (await tx.query<SavedView>(statement, [person, shared])).rows;
  });
}

/** One that somebody keeps or that is shared, locked; undefined when there is none. */
export async function lockView(tx: pg.ClientBase, tenant: string, person: string, id: string): Promise<SavedView | undefined> {
  const answer = await tx.query<SavedView>(
    `select ${COLUMNS} from indelible.saved_view where tenant = $1 and id = $2 and (person = $3 or is_shared) for update`,
    [tenant, id, person],
  );
  return answer.rows[0];
}

/** How many somebody keeps in a tenant. From then on nobody adds one, until the transaction ends. */
export async function countViews(tx: pg.ClientBase, tenant: string, person: string): Promise<number> {
  await tx.query('lock table indelible.saved_view in share row exclusive mode');
  const answer = await tx.query('select from indelible.saved_view where tenant = $1 and person = $2', [tenant, person]);
  return answer.rowCount ?? 0;
}

export async function insertView(
  tx: pg.ClientBase,
  { tenant, person, name, query, range, zone, shared }: ViewContent & { readonly tenant: string; readonly person: string },
): Promise<SavedView> {
  const answer = await tx.query<SavedView>(
    `insert into indelible.saved_view (id, tenant, person, is_shared, name, query, span, zone) values ($1, $2, $3, $4, $5, $6, $7, $8)
     returning ${COLUMNS}`,
    [`view_${randomBytes(9).toString('hex')}`, tenant, person, shared, name, query, range, zone],
  );
  return only(answer.rows);
}

export async function updateView(tx: pg.ClientBase, id: string, { name, query, range, zone, shared }: ViewContent): Promise<SavedView> {
  const answer = await tx.query<SavedView>(
    `update indelible.saved_view set is_shared = $2, name = $3, query = $4, span = $5, zone = $6, updated_at = now() where id = $1
     returning ${COLUMNS}`,
    [id, shared, name, query, range, zone],
  );
  return only(answer.rows);
}

export async function deleteView(tx: pg.ClientBase, id: string): Promise<void> {
  await tx.query('delete from indelible.saved_view where id = $1', [id]);
}

/** Deletes what a person kept for themselves; what they shared stays. */
export async function deletePrivateViews(tx: pg.ClientBase, person: string): Promise<void> {
  await tx.query('delete from indelible.saved_view where person = $1 and not is_shared', [person]);
}

function only(rows: readonly SavedView[]): SavedView {
  const [row] = rows;
  if (row === undefined) throw new Error('the view was not stored');
  return row;
}
