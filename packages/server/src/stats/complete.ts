// Completion of a query with the values that the trail has: those of the newest month first, then the most frequent.

import { complete, type Completion, findField, quotedValue, type Suggestion } from '@indelible/core';
import type pg from 'pg';
import { COMPLETE_RECENT_EVENTS, QUERY_MS_MAX, STATS_VALUES_MAX } from '../limits.ts';
import { asTenant } from '../store/as-tenant.ts';
import { readSums, sizeOfLog, readActive } from '../store/counter-rows.ts';
import { countEvents } from '../store/count-events.ts';
import { type FacetName, isFacet, numberOf } from '../store/facet-columns.ts';
import { recordedBounds } from '../store/read-events.ts';

interface Value {
  readonly value: string;
  readonly count: number;
  /** The larger, the newer. */
  readonly age: number;
}

/**
 * Core's completion, and for a field whose values are counted the values that begin as what was typed, with how many events
 * have each. Of actors the counts are those of the newest events alone.
 *
 * @param tenantId the tenant's log, or undefined when it has none
 * @param position where the cursor is, in UTF-16 units
 * @throws Failure `query_timeout`, `store_unavailable`
 * @example await completeQuery(store.reader, 5, 'action:bot.', 11);
 */
export async function completeQuery(reader: pg.Pool, tenantId: number | undefined, q: string, position: number): Promise<Completion> {
  const completion = complete(q, position);
  const { field: name, kind, typed } = completion;
  // Most people are known by their ids.
  const facet = name === 'actor' ? 'actor.id' : name;
  if (tenantId === undefined || kind !== 'value' || name === undefined || facet === undefined || !isFacet(facet)) return completion;
  const values = await asTenant(reader, tenantId, QUERY_MS_MAX, (tx) => valuesOf(tx, tenantId, facet));
  const help = findField(name)?.help ?? '';
  const counted = values
    .filter(({ value }) => value.startsWith(typed))
    .toSorted((a, b) => b.age - a.age || b.count - a.count || (a.value < b.value ? -1 : 1))
    .slice(0, STATS_VALUES_MAX)
    .map(({ value, count }): Suggestion => ({ text: quotedValue(value), help, count }));
  const texts = new Set(counted.map(({ text }) => text));
  return { ...completion, suggestions: [...counted, ...completion.suggestions.filter(({ text }) => !texts.has(text))] };
}

async function valuesOf(tx: pg.ClientBase, tenantId: number, facet: FacetName): Promise<Value[]> {
  const number = numberOf(facet);
  if (number === undefined) return recentValues(tx, tenantId, facet);
  const cursor = await readActive(tx, tenantId);
  if (cursor === undefined) return recentValues(tx, tenantId, facet);
  const rows = await readSums(tx, tenantId, cursor.build, true, { facets: [number] });
  const sum = ([success = 0, failure = 0, denied = 0]: readonly number[]): number => success + failure + denied;
  if (facet !== 'outcome') return rows.map(({ value, day, counts }) => ({ value, age: day, count: sum(counts) }));
  const [success = 0, failure = 0, denied = 0] = rows[0]?.counts ?? [];
  return Object.entries({ success, failure, denied }).flatMap(([value, count]) => (count === 0 ? [] : [{ value, count, age: 0 }]));
}

async function recentValues(tx: pg.ClientBase, tenantId: number, facet: FacetName): Promise<Value[]> {
  const toSeq = await sizeOfLog(tx, tenantId);
  const fromSeq = Math.max(0, toSeq - COMPLETE_RECENT_EVENTS);
  const recorded = await recordedBounds(tx, tenantId, { from: fromSeq, to: toSeq - 1 });
  if (recorded === undefined) return [];
  const counted = await countEvents(tx, tenantId, { stretch: { fromSeq, toSeq, recorded }, slots: 'none', facets: [facet], total: false });
  const counts = new Map<string, number>();
  for (const { value, count } of counted) counts.set(value, (counts.get(value) ?? 0) + count);
  return [...counts].map(([value, count]) => ({ value, count, age: 0 }));
}
