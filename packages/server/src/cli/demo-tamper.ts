// What a database administrator could do: change who did it, straight in the table. And the way back.

import type pg from 'pg';

export interface Tampered {
  readonly tenantId: number;
  readonly seq: number;
  readonly action: string;
  readonly actorBefore: string;
  readonly actorAfter: string;
  readonly statement: string;
  readonly disclosures: string;
}

const SOMEBODY_ELSE = 'Mallory';

interface Row {
  seq: string;
  action: string;
  actor_name: string;
  disclosures: string;
  tenant_id: number;
}

/** Changes the actor's name in the newest update that somebody with a name made; undefined when there is none yet. */
export async function tamper(owner: pg.Pool, tenant: string): Promise<Tampered | undefined> {
  const found = await owner.query<Row>(
    `select e.tenant_id, e.seq, e.action, e.actor_name, e.disclosures
     from indelible.event e join indelible.log l on l.tenant_id = e.tenant_id and l.frozen_at is null
     where l.tenant = $1 and e.operation = 2 and e.actor_name is not null
     order by e.seq desc limit 1`,
    [tenant],
  );
  const row = found.rows[0];
  if (row === undefined) return undefined;
  const before = `"name":${JSON.stringify(row.actor_name)}`;
  const after = `"name":"${SOMEBODY_ELSE}"`;
  await owner.query('update indelible.event set disclosures = replace(disclosures, $1, $2) where tenant_id = $3 and seq = $4', [
    before,
    after,
    row.tenant_id,
    row.seq,
  ]);
  return {
    tenantId: row.tenant_id,
    seq: Number(row.seq),
    action: row.action,
    actorBefore: row.actor_name,
    actorAfter: SOMEBODY_ELSE,
    statement: `UPDATE indelible.event SET disclosures = replace(disclosures, '${before}', '${after}') WHERE tenant_id = ${row.tenant_id} AND seq = ${row.seq}`,
    disclosures: row.disclosures,
  };
}

export async function restore(owner: pg.Pool, tampered: Tampered): Promise<void> {
  await owner.query('update indelible.event set disclosures = $1 where tenant_id = $2 and seq = $3', [
    tampered.disclosures,
    tampered.tenantId,
    tampered.seq,
  ]);
}
