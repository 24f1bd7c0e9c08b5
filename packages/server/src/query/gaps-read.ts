// Reading what the trail tells of its sources in logs that the asking tenant does not see. What is told there stays as it is:
// what was read once is remembered, and only what was recorded since is read.

import { fromSections, type Json } from '@indelible/core';
import type pg from 'pg';
import { GAPS_MAX } from '../limits.ts';
import { sectionLines, sectionValue } from '../store/disclosures.ts';
import { type Condition, type EventRow, readKeptSlice, recordedBounds } from '../store/read-events.ts';

/**
 * The newest events of one log that meet one condition, newest first, as what was made of each when it was first seen.
 *
 * @param tx of the reader, for kept plans and for the tenant of the log
 * @param about what the condition is about; always the same condition for the same text
 */
export type Follow<Item> = (
  tx: pg.ClientBase,
  tenantId: number,
  about: string,
  condition: Condition,
  keep: (row: EventRow) => Promise<Item> | Item,
) => Promise<readonly Item[]>;

interface Remembered<Item> {
  readonly found: readonly { readonly seq: number; readonly item: Item }[];
  /** Everything recorded before this time was looked through. */
  readonly upToMs: number;
}

/** @param limit how many events are remembered of each log and condition, the newest */
export function makeFollow<Item>(limit: number): Follow<Item> {
  const remembered = new Map<string, Remembered<Item>>();
  return async (tx, tenantId, about, condition, keep) => {
    const key = `${tenantId}/${about}`;
    const bounds = await recordedBounds(tx, tenantId, {});
    const { found, upToMs } = remembered.get(key) ?? { found: [], upToMs: Number.NEGATIVE_INFINITY };
    const itemsOf = (all: Remembered<Item>['found']): Item[] => all.map(({ item }) => item);
    if (bounds === undefined || bounds.toMs <= upToMs) return itemsOf(found);
    const recorded = { fromMs: Math.max(bounds.fromMs, upToMs), toMs: bounds.toMs };
    const rows = await readKeptSlice(tx, tenantId, { recorded, order: 'desc', limit }, condition);
    const known = new Set(found.map(({ seq }) => seq));
    const fresh: { seq: number; item: Item }[] = [];
    for (const row of rows) if (!known.has(row.seq)) fresh.push({ seq: row.seq, item: await keep(row) });
    // What the trail says about itself occurs when it is recorded: the places in the log are in the order of time.
    const all = [...fresh, ...found].sort((a, b) => b.seq - a.seq).slice(0, limit);
    // Names come from events, and a sender may write any.
    if (remembered.size >= GAPS_MAX && !remembered.has(key)) remembered.clear();
    // The last millisecond of the log may still grow.
    remembered.set(key, { found: all, upToMs: bounds.toMs - 1 });
    return itemsOf(all);
  };
}

/** The newest event of a log that meets a condition and occurred before a time. */
export async function newestBefore(
  tx: pg.ClientBase,
  tenantId: number,
  condition: Condition,
  beforeMs: number,
): Promise<EventRow | undefined> {
  const recorded = await recordedBounds(tx, tenantId, {});
  if (recorded === undefined) return undefined;
  const slice = { recorded, order: 'desc', limit: 1, after: { occurredMs: beforeMs, seq: -1 } } as const;
  return (await readKeptSlice(tx, tenantId, slice, condition))[0];
}

/** An event that readers of another tenant never see as it is. */
export function foreignEvent(tenant: string, row: EventRow): { readonly [key: string]: Json | undefined } {
  const sections = sectionLines(row.disclosures).map(([name, text]) => [name, sectionValue(text) ?? {}] as const);
  return fromSections({ id: row.id, tenant, t: row.recordedMs }, sections) as unknown as { [key: string]: Json };
}
