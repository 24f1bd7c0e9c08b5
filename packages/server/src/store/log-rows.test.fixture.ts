// Reads a log back as it is stored and checks what every writer promises: no gap, no double, time that never runs back,
// and leaves that are made of what is stored.

import { leafHash } from '@indelible/core';
import type pg from 'pg';
import { expect } from 'vitest';
import type { Receipt } from './append.ts';
import { entryOfDisclosures, splitDisclosures, type StoredDisclosures } from './disclosures.ts';
import { nodeHash } from './node-hash.ts';

export interface StoredRow {
  readonly seq: number;
  readonly id: string;
  readonly t: number;
  readonly leafHash: string;
}

interface Row extends StoredDisclosures {
  seq: string;
  id: string;
  recorded_at: Date;
  leaf_hash: Buffer;
  key_seq: string;
}

/** @returns the rows of a tenant's present log, by sequence */
export async function checkLog(db: pg.Pool | pg.Client, tenant: string): Promise<StoredRow[]> {
  const logs = await db.query<{ tenant_id: number; size: string; last_t: string }>(
    'select tenant_id, size, last_t from indelible.log where tenant = $1 and frozen_at is null',
    [tenant],
  );
  expect(logs.rowCount).toBe(1);
  const { rows } = await db.query<Row>(
    `select e.seq, e.id, e.recorded_at, e.leaf_hash, e.salts, e.disclosures, k.seq as key_seq
     from indelible.event e left join indelible.event_key k on k.tenant_id = e.tenant_id and k.id = e.id
     where e.tenant_id = $1 order by e.seq`,
    [logs.rows[0]?.tenant_id],
  );
  const stored = rows.map((row) => ({
    seq: Number(row.seq),
    id: row.id,
    t: row.recorded_at.getTime(),
    leafHash: row.leaf_hash.toString('base64'),
  }));
  expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_, index) => index));
  expect(rows.map((row) => row.key_seq)).toEqual(rows.map((row) => row.seq));
  expect(Number(logs.rows[0]?.size)).toBe(stored.length);
  expect(Number(logs.rows[0]?.last_t)).toBe(stored.at(-1)?.t);
  expect(stored.filter(({ t }, index) => t < (stored[index - 1]?.t ?? 0))).toEqual([]);
  expect(stored.filter(({ id, t, leafHash: leaf }, index) => leafOf(rows[index] as Row, id, t) !== leaf)).toEqual([]);
  return stored;
}

function leafOf(row: StoredDisclosures, id: string, t: number): string {
  return Buffer.from(leafHash(entryOfDisclosures(id, t, splitDisclosures(row)), nodeHash)).toString('base64');
}

/** Every receipt names the row that is stored under its sequence. */
export function checkReceipts(stored: readonly StoredRow[], receipts: readonly Receipt[]): void {
  expect(receipts.map(({ seq, id, leafHash: leaf }) => ({ seq, id, leafHash: leaf }))).toEqual(
    receipts.map(({ seq }) => ({ seq, id: stored[seq]?.id, leafHash: stored[seq]?.leafHash })),
  );
}
