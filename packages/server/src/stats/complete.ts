// Completion of a query with the values that the trail has: those of the newest month first, then the most frequent.

import { beginsAs, complete, type Completion, findField, OUTCOMES, quotedValue, type Suggestion } from '@indelible/core';
import type pg from 'pg';
import { COMPLETE_RECENT_EVENTS, QUERY_MS_MAX, STATS_VALUES_MAX } from '../limits.ts';
import { asTenant, type Reader } from '../store/as-tenant.ts';
import { decodeCells } from '../store/counter-cells.ts';
import { readActive, sizeOfLog } from '../store/counter-cursors.ts';
import { MONTH } from '../store/counter-levels.ts';
import { readRanges } from '../store/counter-rows.ts';
import { countEvents, type Stretch } from '../store/count-events.ts';
import { type FacetName, isCounted, isFacet } from '../store/facet-columns.ts';
import { recordedBounds } from '../store/read-events.ts';
import { type RecentActor, recentActors } from '../store/recent-actors.ts';
import { HOUR_MAX, HOUR_MIN } from './cuts.ts';
import { partOf } from '../query/part.ts';
import type { ReadScope } from '../query/present.ts';
import { OTHERS, valuesOf as namesOf } from './names.ts';

interface Value {
  readonly value: string;
  readonly count: number;
  /** The larger, the newer. */
  readonly age: number;
  /** In place of what the field is for. */
  readonly help?: string;
}

/**
 * Core's completion, and for a field whose values are counted the values that begin as what was typed, with how many events
 * have each. Actors are offered by id, name and e-mail, with the counts of the newest events alone.
 *
 * @param log the tenant's, or undefined when it has none
 * @param position where the cursor is, in UTF-16 units
 * @throws Failure `query_timeout`, `store_unavailable`
 * @example await completeQuery(store.reader, log, 'action:bot.', 11);
 */
export async function completeQuery(reader: Reader, log: ReadScope | undefined, q: string, position: number): Promise<Completion> {
  const completion = complete(q, position);
  const { field: name, kind, typed } = completion;
  if (log === undefined || kind !== 'value' || name === undefined || !(name === 'actor' || isFacet(name))) return completion;
  const values = await asTenant(reader, log.tenantId, QUERY_MS_MAX, (tx) => (name === 'actor' ? actors(tx, log) : valuesOf(tx, log, name)));
  const about = findField(name)?.help ?? '';
  const counted = values
    .filter(({ value }) => beginsAs(value, typed))
    .toSorted((a, b) => b.age - a.age || b.count - a.count || (a.value < b.value ? -1 : 1))
    .slice(0, STATS_VALUES_MAX)
    .map(({ value, count, help = about }): Suggestion => ({ text: quotedValue(value), help, count }));
  const texts = new Set(counted.map(({ text }) => text));
  return { ...completion, suggestions: [...counted, ...completion.suggestions.filter(({ text }) => !texts.has(text))] };
}

async function valuesOf(tx: pg.ClientBase, log: ReadScope, facet: FacetName): Promise<Value[]> {
  // What is counted is the whole tenant.
  const cursor = isCounted(facet) && log.within === undefined ? await readActive(tx, log.tenantId) : undefined;
  if (cursor === undefined || !isCounted(facet)) return recentValues(tx, log, facet);
  const all = { level: MONTH, from: HOUR_MIN, to: HOUR_MAX } as const;
  const names = facet === 'outcome' ? OUTCOMES : namesOf(cursor.named, facet);
  const values = new Map<string, { count: number; age: number }>();
  for (const { start, columns } of await readRanges(tx, cursor, [facet], [all])) {
    decodeCells(columns[facet] ?? Buffer.alloc(0), (number, slot, count) => {
      if (number === OTHERS) return;
      const value = names[facet === 'outcome' ? slot % OUTCOMES.length : number - 1] ?? '';
      const known = values.get(value) ?? { count: 0, age: start };
      values.set(value, { count: known.count + count, age: facet === 'outcome' ? 0 : Math.max(known.age, start) });
    });
  }
  return [...values].map(([value, { count, age }]) => ({ value, count, age }));
}

async function recentStretch(tx: pg.ClientBase, { tenantId }: ReadScope): Promise<Stretch | undefined> {
  const toSeq = await sizeOfLog(tx, tenantId);
  const fromSeq = Math.max(0, toSeq - COMPLETE_RECENT_EVENTS);
  const recorded = await recordedBounds(tx, tenantId, { from: fromSeq, to: toSeq - 1 });
  return recorded === undefined ? undefined : { fromSeq, toSeq, recorded };
}

/** By whatever `actor:` knows them; an id is explained by the name, and a name or an address by the id. */
async function actors(tx: pg.ClientBase, log: ReadScope): Promise<Value[]> {
  const stretch = await recentStretch(tx, log);
  if (stretch === undefined) return [];
  const values = new Map<string, { count: number; help: string | null }>();
  const add = (value: string | null, { count }: RecentActor, help: string | null): void => {
    if (value === null) return;
    const known = values.get(value);
    values.set(value, { count: (known?.count ?? 0) + count, help: known?.help ?? help });
  };
  for (const actor of await recentActors(tx, log.tenantId, stretch, partOf(log))) {
    const { id, name, email } = actor;
    // One text may be the id and the name of the same actor, and of whom it is the events are counted once.
    for (const value of new Set([id, name, email])) add(value, actor, value === id ? (name ?? email) : id);
  }
  return [...values].map(([value, { count, help }]) => ({ value, count, age: 0, ...(help !== null && { help }) }));
}

async function recentValues(tx: pg.ClientBase, log: ReadScope, facet: FacetName): Promise<Value[]> {
  const { tenantId } = log;
  const stretch = await recentStretch(tx, log);
  if (stretch === undefined) return [];
  const counted = await countEvents(tx, tenantId, { stretch, slots: 'none', facets: [facet], total: false, condition: partOf(log) });
  const counts = new Map<string, number>();
  for (const { value, count } of counted) counts.set(value, (counts.get(value) ?? 0) + count);
  return [...counts].map(([value, count]) => ({ value, count, age: 0 }));
}
