// The job that renews subscriptions: an invoice for the period that begins, or the end of what was cancelled.

import { sql } from 'kysely';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';
import { PERIOD_MS, PRICE_CENTS } from '../plans.ts';

export interface RenewalScope {
  /** Only this organisation's. */
  readonly organizationId?: string;
  /** What is due by then; by default what is due now. */
  readonly dueBefore?: Date;
}

/** @returns the ids of the invoices that were written */
export async function renewSubscriptions(db: Database, { organizationId, dueBefore = new Date() }: RenewalScope = {}): Promise<string[]> {
  let due = db.selectFrom('subscriptions').select('id').where('renews_at', '<=', dueBefore).where('status', '!=', 'ended');
  if (organizationId !== undefined) due = due.where('organization_id', '=', organizationId);
  const invoices: string[] = [];
  for (const { id } of await due.orderBy('id').execute()) {
    const invoice = await renew(db, id, dueBefore);
    if (invoice !== undefined) invoices.push(invoice);
  }
  return invoices;
}

/** One at a time, so that what goes wrong with one leaves the others alone. Another process may be at it as well. */
function renew(db: Database, id: string, dueBefore: Date): Promise<string | undefined> {
  return db.transaction().execute(async (tx) => {
    const subscription = await tx
      .selectFrom('subscriptions')
      .selectAll()
      .where('id', '=', id)
      .where('renews_at', '<=', dueBefore)
      .where('status', '!=', 'ended')
      .forUpdate()
      .skipLocked()
      .executeTakeFirst();
    if (subscription === undefined) return undefined;
    const { organization_id, renews_at, seats, price_cents } = subscription;
    const updated_at = new Date();
    if (subscription.status === 'cancelled') {
      const free = { plan: 'free', price_cents: PRICE_CENTS.free, status: 'ended', updated_at };
      await tx.updateTable('subscriptions').set(free).where('id', '=', id).execute();
      await tx.updateTable('organizations').set({ plan: 'free', updated_at }).where('id', '=', organization_id).execute();
      return undefined;
    }
    const period_end = new Date(renews_at.getTime() + PERIOD_MS);
    await tx.updateTable('subscriptions').set({ renews_at: period_end, updated_at }).where('id', '=', id).execute();
    if (price_cents === 0) return undefined;
    const { rows } = await sql<{ n: string }>`
      SELECT coalesce(max(substring(number from '[0-9]+$')::int), 0) + 1 AS n FROM invoices
      WHERE organization_id = ${organization_id}`.execute(tx);
    const number = `${organization_id.slice(4, 12).toUpperCase()}-${String(rows[0]?.n ?? 1).padStart(4, '0')}`;
    const period = { period_start: renews_at, period_end };
    const invoice = { id: newId('invoice'), organization_id, subscription_id: id, number, amount_cents: seats * price_cents, ...period };
    await tx.insertInto('invoices').values(invoice).execute();
    return invoice.id;
  });
}
