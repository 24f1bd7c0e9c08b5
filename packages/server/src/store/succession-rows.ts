// The statements of a succession: logs are frozen, the system log gets another name, keys change. As the owner.

import type pg from 'pg';
import { SYSTEM_TENANT_ID } from './log-row.ts';

export interface PresentLog {
  readonly tenantId: number;
  readonly tenant: string;
  readonly origin: string;
  readonly size: number;
}

/** The tenants' logs that are not frozen, locked, in the order of their names. */
export async function lockPresentLogs(tx: pg.ClientBase): Promise<PresentLog[]> {
  const answer = await tx.query<{ tenant_id: number; tenant: string; origin: string; size: string }>(
    'select tenant_id, tenant, origin, size from indelible.log where tenant_id <> $1 and frozen_at is null order by tenant for update',
    [SYSTEM_TENANT_ID],
  );
  return answer.rows.map((row) => ({ tenantId: row.tenant_id, tenant: row.tenant, origin: row.origin, size: Number(row.size) }));
}

export async function freezeLog(tx: pg.ClientBase, tenantId: number): Promise<void> {
  await tx.query('update indelible.log set frozen_at = now() where tenant_id = $1', [tenantId]);
}

/**
 * Gives the system log its next name: system-2, system-3, ... Its leaves stay, so that whoever kept a checkpoint from before
 * can still see whether the log continues it. Published checkpoints beyond its present end are void and go.
 *
 * @returns the new log id
 */
export async function renameSystemLog(tx: pg.ClientBase, size: number): Promise<string> {
  await tx.query('delete from indelible.checkpoint where tenant_id = $1 and size > $2', [SYSTEM_TENANT_ID, size]);
  const answer = await tx.query<{ log_id: string }>(
    `update indelible.log l set generation = generation + 1, log_id = 'system-' || generation + 2, origin = t.log_name || '/log/system-' || generation + 2
     from indelible.trail t where tenant_id = $1 returning log_id`,
    [SYSTEM_TENANT_ID],
  );
  return answer.rows[0]?.log_id ?? '';
}
