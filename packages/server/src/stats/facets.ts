// Which values the events of a query have, and how many events each.

import { checkZone, Failure, parse, type Query } from '@indelible/core';
import type pg from 'pg';
import { QUERY_MS_MAX, STATS_VALUES_MAX } from '../limits.ts';
import { asTenant } from '../store/as-tenant.ts';
import { type CountRow, EVERY_EVENT, monthOfDay, readDays, readSums } from '../store/counter-rows.ts';
import { FACET_NAMES, type FacetName, isFacet, numberOf } from '../store/facet-columns.ts';
import type { Clock } from '../query/compile.ts';
import type { ReadScope } from '../query/present.ts';
import { countBeside, type Counters, cutToHours, DAY_MS, HOUR_MS, hoursOf, openCounters, select } from './counters.ts';
import { planStats, type Span, type StatsPlan } from './plan.ts';
import { spanOf, type StatsRequest } from './request.ts';
import { scanEvents } from './scan.ts';
import { Tally } from './tally.ts';

export interface FacetsRequest extends StatsRequest {
  readonly fields: readonly string[];
  /** Values that are listed of each field; STATS_VALUES_MAX by default. */
  readonly limit?: number | undefined;
}

export interface FacetCounts {
  /** The most frequent first. */
  readonly values: readonly { readonly value: string; readonly count: number }[];
  /** Events with values that are not listed. */
  readonly other: number;
  readonly estimate: boolean;
  /** Of an estimate that was broken off: what was recorded since then is counted. RFC 3339, UTC. */
  readonly searchedBackTo?: string;
}

export interface Facets {
  readonly fields: Readonly<Partial<Record<FacetName, FacetCounts>>>;
  /** Whether one of the fields is an estimate. */
  readonly estimate: boolean;
}

interface Ask {
  readonly query: Query;
  readonly clock: Clock;
  readonly plan: StatsPlan;
  readonly fields: readonly FacetName[];
  readonly limit: number;
}

/**
 * @param log the tenant's log, or undefined when nothing was ever recorded for the tenant
 * @throws Failure `query_invalid`, `parameter_invalid`, `query_timeout`, `store_unavailable`
 * @example await facets(store.reader, log, { q: 'at:-90d', fields: ['action', 'outcome'] });
 */
export async function facets(reader: pg.Pool, log: ReadScope | undefined, request: FacetsRequest): Promise<Facets> {
  const query = parse(request.q ?? '');
  const clock = { nowMs: request.nowMs ?? Date.now(), zone: checkZone(request.zone ?? 'UTC') };
  const fields = [...new Set(request.fields.map(facetNamed))];
  const ask = { query, clock, plan: planStats(query, clock, spanOf(request, clock)), fields, limit: request.limit ?? STATS_VALUES_MAX };
  if (log === undefined) return answer(ask, new Map(fields.map((field) => [field, new Tally().counts(ask.limit)])));
  const known = await counted(reader, log, ask);
  const rest = fields.filter((field) => !known.has(field));
  if (rest.length === 0) return answer(ask, known);
  return answer(ask, new Map([...known, ...(await scanned(reader, log, { ...ask, fields: rest }))]));
}

function facetNamed(name: string): FacetName {
  if (isFacet(name)) return name;
  throw new Failure('parameter_invalid', `fields: there are no counts of "${name}"; there are ${FACET_NAMES.join(', ')}`, {
    pointer: 'fields',
  });
}

function answer({ fields }: Ask, found: ReadonlyMap<FacetName, FacetCounts>): Facets {
  const listed = fields.flatMap((field) => {
    const counts = found.get(field);
    return counts === undefined ? [] : [[field, counts] as const];
  });
  return { fields: Object.fromEntries(listed), estimate: listed.some(([, { estimate }]) => estimate) };
}

type Found = Map<FacetName, FacetCounts>;

/** The fields that the counters know: all of them unless another facet is asked for, because no row says two. */
async function counted(reader: pg.Pool, log: ReadScope, ask: Ask): Promise<Found> {
  const { plan, clock, query, limit } = ask;
  const filter = plan.filter?.facet;
  const fields = ask.fields.filter(
    (field) => numberOf(field) !== undefined && (filter === undefined || filter === field || field === 'outcome'),
  );
  if (!plan.countable || fields.length === 0) return new Map();
  return asTenant(reader, log.tenantId, QUERY_MS_MAX, async (tx): Promise<Found> => {
    const counters = await openCounters(tx, log.tenantId);
    const selection = counters === undefined ? undefined : await select(tx, counters, plan);
    if (counters === undefined || selection === undefined) return new Map();
    const { whole, edges } = cutToHours(plan.span);
    const beside = await countBeside(tx, counters, { query, clock, span: plan.span, edges, slots: 'none', facets: fields });
    const own = fields.filter((field) => field !== 'outcome').map((field) => numberOf(field) ?? EVERY_EVENT);
    const numbers = [...new Set([...own, ...own.map((number) => -number), selection.facet, EVERY_EVENT])];
    const rows = await readSpan(tx, counters, numbers, whole, edges, beside.shares);
    return new Map(
      fields.map((field): [FacetName, FacetCounts] => {
        const tally = new Tally(beside.shares.size > 0);
        if (field === 'outcome') {
          const every = selection.facet === EVERY_EVENT || selection.inverted;
          if (every) for (const row of rows) if (row.facet === EVERY_EVENT) tally.addOutcomes(row, plan.outcomes, 1);
          if (selection.facet !== EVERY_EVENT) {
            const chosen = new Set(selection.values);
            for (const row of rows) {
              if (row.facet === selection.facet && chosen.has(row.value))
                tally.addOutcomes(row, plan.outcomes, selection.inverted ? -1 : 1);
            }
          }
        } else {
          const number = numberOf(field) ?? EVERY_EVENT;
          const chosen = filter === undefined ? undefined : new Set(selection.values);
          for (const row of rows) {
            if (row.facet === -number && filter === undefined) tally.addOther(row, plan.outcomes);
            if (row.facet !== number || (chosen !== undefined && chosen.has(row.value) === selection.inverted)) continue;
            tally.addRow(row, plan.outcomes);
          }
        }
        tally.addCounted(beside.counted, field);
        return [field, tally.counts(limit)];
      }),
    );
  });
}

/** Rows of whole months, whole days, and days whose hours are cut, with the counts of the time alone. */
async function readSpan(
  tx: pg.ClientBase,
  { tenantId, cursor }: Counters,
  facetNumbers: readonly number[],
  whole: Span,
  edges: readonly Span[],
  shares: ReadonlyMap<number, number>,
): Promise<CountRow[]> {
  const wanted = { facets: facetNumbers };
  const build = cursor.build;
  const rows: CountRow[] = [];
  const cutDays = new Set<number>();
  for (const ms of [whole.fromMs, whole.toMs]) if (Number.isFinite(ms) && ms % DAY_MS !== 0) cutDays.add(Math.floor(ms / DAY_MS));
  for (const { fromMs } of edges) if (shares.has(Math.floor(fromMs / HOUR_MS))) cutDays.add(Math.floor(fromMs / DAY_MS));
  for (const day of cutDays) {
    for (const row of await readDays(tx, tenantId, build, { ...wanted, fromDay: day, toDay: day + 1, cutDays: [day] })) {
      const counts = [0, 0, 0];
      for (const { hour, outcome, count } of hoursOf(row)) {
        const ms = hour * HOUR_MS;
        const share = ms >= whole.fromMs && ms < whole.toMs ? 1 : (shares.get(hour) ?? 0);
        counts[outcome] = (counts[outcome] ?? 0) + count * share;
      }
      rows.push({ ...row, counts });
    }
  }
  const fromDay = Number.isFinite(whole.fromMs) ? Math.ceil(whole.fromMs / DAY_MS) : undefined;
  const toDay = Number.isFinite(whole.toMs) ? Math.floor(whole.toMs / DAY_MS) : undefined;
  if (fromDay !== undefined && toDay !== undefined && fromDay >= toDay) return rows;
  const fromMonth = fromDay === undefined || monthOfDay(fromDay) === fromDay ? fromDay : monthOfDay(fromDay, 1);
  const toMonth = toDay === undefined ? undefined : monthOfDay(toDay);
  if (fromMonth !== undefined && toMonth !== undefined && fromMonth >= toMonth) {
    return [...rows, ...(await readSums(tx, tenantId, build, false, { ...wanted, fromDay, toDay }))];
  }
  rows.push(...(await readSums(tx, tenantId, build, true, { ...wanted, fromDay: fromMonth, toDay: toMonth })));
  if (fromDay !== fromMonth) rows.push(...(await readSums(tx, tenantId, build, false, { ...wanted, fromDay, toDay: fromMonth })));
  if (toDay !== toMonth) rows.push(...(await readSums(tx, tenantId, build, false, { ...wanted, fromDay: toMonth, toDay })));
  return rows;
}

/** Event by event. */
async function scanned(reader: pg.Pool, log: ReadScope, { query, clock, plan, fields, limit }: Ask): Promise<Found> {
  const { counted: found, searchedBackToMs } = await scanEvents(reader, {
    scope: log,
    query,
    clock,
    span: plan.span,
    slots: 'none',
    facets: fields,
  });
  return new Map(
    fields.map((field) => {
      const tally = new Tally(searchedBackToMs !== undefined);
      tally.addCounted(found, field);
      const counts = tally.counts(limit);
      return [field, searchedBackToMs === undefined ? counts : { ...counts, searchedBackTo: new Date(searchedBackToMs).toISOString() }];
    }),
  );
}
