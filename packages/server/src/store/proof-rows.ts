// What proofs are made of, read as the reader in its tenant's transaction: an event with its place, runs of entries, the
// log's own row, the public keys.

import type pg from 'pg';
import { SYSTEM_TENANT_ID } from './log-row.ts';
import { entryOfDisclosures, splitDisclosures, type StoredDisclosures } from './disclosures.ts';

/** An event as its proof needs it. */
export interface ProvenRow {
  readonly seq: number;
  readonly leafHash: Buffer;
  /** The exact bytes that the leaf was made of, as text. */
  readonly entry: string;
  readonly disclosures: readonly string[];
}

interface Row extends StoredDisclosures {
  seq: string;
  id: string;
  t: string;
  leaf_hash: Buffer;
  entry: string | null;
}

const COLUMNS = 'e.seq, e.id, (extract(epoch from e.recorded_at) * 1000)::bigint as t, e.leaf_hash, e.salts, e.disclosures, e.entry';

function present(row: Row): ProvenRow {
  const disclosed = splitDisclosures(row);
  const entry = row.entry ?? entryOfDisclosures(row.id, Number(row.t), disclosed);
  return { seq: Number(row.seq), leafHash: row.leaf_hash, entry, disclosures: disclosed.map(({ text }) => text) };
}

/** The event with an id, or undefined when this tenant has none. */
export async function readProven(tx: pg.ClientBase, tenantId: number, id: string): Promise<ProvenRow | undefined> {
  const answer = await tx.query<Row>(
    `select ${COLUMNS} from indelible.event_key k
     join indelible.event e on e.tenant_id = k.tenant_id and e.seq = k.seq and e.recorded_at = k.recorded_at
     where k.tenant_id = $1 and k.id = $2`,
    [tenantId, id],
  );
  const row = answer.rows[0];
  return row === undefined ? undefined : present(row);
}

/** The entries of consecutive leaves, `to` exclusive; of the system log, its leaves. */
export async function readEntries(tx: pg.ClientBase, tenantId: number, from: number, to: number): Promise<string[]> {
  if (tenantId === SYSTEM_TENANT_ID) {
    const answer = await tx.query<{ leaf: string }>('select leaf from indelible.system_leaf where seq >= $1 and seq < $2 order by seq', [
      from,
      to,
    ]);
    return answer.rows.map((row) => row.leaf);
  }
  const answer = await tx.query<Row>(
    `select ${COLUMNS} from indelible.event e where e.tenant_id = $1 and e.seq >= $2 and e.seq < $3 order by e.seq`,
    [tenantId, from, to],
  );
  return answer.rows.map((row) => present(row).entry);
}

/** The name and the id of a log. */
export async function readLogName(tx: pg.ClientBase, tenantId: number): Promise<{ origin: string; logId: string } | undefined> {
  const answer = await tx.query<{ origin: string; log_id: string }>('select origin, log_id from indelible.log where tenant_id = $1', [
    tenantId,
  ]);
  const row = answer.rows[0];
  return row === undefined ? undefined : { origin: row.origin, logId: row.log_id };
}

export interface KeyRow {
  readonly publicKey: Buffer;
  readonly from: Date;
  readonly to: Date | undefined;
}

/** The signer's public keys, the newest first. */
export async function readKeys(tx: pg.ClientBase | pg.Pool): Promise<KeyRow[]> {
  const answer = await tx.query<{ public_key: Buffer; valid_from: Date; valid_to: Date | null }>(
    'select public_key, valid_from, valid_to from indelible.signer_key order by valid_from desc',
  );
  return answer.rows.map((row) => ({ publicKey: row.public_key, from: row.valid_from, to: row.valid_to ?? undefined }));
}
