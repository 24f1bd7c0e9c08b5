// Reading what the trail tells of its sources in logs that the asking tenant does not see.

import { fromSections, type Json } from '@indelible/core';
import type pg from 'pg';
import { sectionLines } from '../store/disclosures.ts';
import { type Condition, type EventRow, readSlice, recordedBounds } from '../store/read-events.ts';
import { ranges } from './walk.ts';

/** The newest rows that occurred before a time, newest first. */
export async function newest(
  tx: pg.ClientBase,
  tenantId: number,
  condition: Condition,
  beforeMs: number,
  limit: number,
): Promise<EventRow[]> {
  const bounds = await recordedBounds(tx, tenantId, {});
  if (bounds === undefined) return [];
  const rows: EventRow[] = [];
  // What the trail says about itself occurs when it is recorded: partition by partition is in order.
  for (const recorded of ranges(bounds, 'desc', undefined)) {
    if (rows.length >= limit) break;
    const after = { occurredMs: beforeMs, seq: -1 };
    rows.push(...(await readSlice(tx, tenantId, { recorded, order: 'desc', limit: limit - rows.length, after }, condition)));
  }
  return rows;
}

/** An event that readers of another tenant never see as it is. */
export function foreignEvent(tenant: string, row: EventRow): { readonly [key: string]: Json | undefined } {
  const sections = sectionLines(row.disclosures).map(([name, value]) => [name, JSON.parse(value) as Json] as const);
  return fromSections({ id: row.id, tenant, t: row.recordedMs }, sections) as unknown as { [key: string]: Json };
}
