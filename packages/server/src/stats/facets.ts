// Which values the events of a query have, and how many events each.

import { checkZone, Failure, OUTCOMES, parse, type Query } from '@indelible/core';
import { QUERY_MS_MAX, STATS_VALUES_MAX } from '../limits.ts';
import { asTenant, type Reader } from '../store/as-tenant.ts';
import { type CountedFacet, FACET_NAMES, type FacetName, isCounted, isFacet } from '../store/facet-columns.ts';
import type { Named } from '../store/counter-cursors.ts';
import type { Clock } from '../query/compile.ts';
import { askedOf } from '../query/part.ts';
import type { ReadScope } from '../query/present.ts';
import { openCounters, readCounters, type Reading } from './counters.ts';
import { OTHERS, valuesOf } from './names.ts';
import { planStats, type StatsPlan } from './plan.ts';
import { spanOf, type StatsRequest } from './request.ts';
import { scanEvents } from './scan.ts';
import { select, type Selection } from './selection.ts';
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
  /**
   * Of these, events with values that came after the first COUNTER_VALUES_MAX ones of the log: each of those listed is counted
   * right, but one of these may be as frequent. Left out when there are none.
   */
  readonly unnamed?: number;
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
export async function facets(reader: Reader, log: ReadScope | undefined, request: FacetsRequest): Promise<Facets> {
  const query = askedOf(log, parse(request.q ?? ''));
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
async function counted(reader: Reader, log: ReadScope, ask: Ask): Promise<Found> {
  const { plan, clock, query, limit } = ask;
  const known = ask.fields.filter(isCounted).filter((field) => plan.facet === undefined || plan.facet === field || field === 'outcome');
  // What is counted is the whole tenant.
  if (!plan.countable || known.length === 0 || log.within !== undefined) return new Map();
  return asTenant(reader, log.tenantId, QUERY_MS_MAX, async (tx): Promise<Found> => {
    const cursor = await openCounters(tx, log.tenantId);
    if (cursor === undefined) return new Map();
    const selection = select(plan, cursor.named);
    const columns = [...known, ...(known.includes('outcome') ? selection.columns : [])];
    const reading = await readCounters(tx, cursor, { query, clock, span: plan.span, bounds: [], columns, facets: known });
    const found: Found = new Map();
    for (const field of known) {
      const tally = field === 'outcome' ? tallyOutcomes(reading, selection) : tallyValues(reading, selection, field, cursor.named);
      if (tally !== undefined) found.set(field, tally.counts(limit));
    }
    return found;
  });
}

/** Undefined where counters cannot tell, because a value that is meant may be one without a name. */
function tallyValues(reading: Reading, selection: Selection, field: CountedFacet, named: Named): Tally | undefined {
  const tally = new Tally(reading.shared);
  const names = valuesOf(named, field);
  let isCertain = true;
  reading.forEach(field, (value, outcome, count) => {
    const isTaken = selection.takes(value, outcome);
    isCertain &&= isTaken !== undefined;
    if (isTaken !== true) return;
    if (value === OTHERS) tally.addUnnamed(count);
    else tally.add(names[value - 1] ?? '', count);
  });
  if (!isCertain) return undefined;
  // Of a value without a name others may be among the unnamed: what is known of it would be too little.
  const known = tally.unnamed > 0 ? new Set(names) : undefined;
  tally.addCounted(reading.beside, field, known);
  return tally;
}

/** As tallyValues: the outcomes are the values. */
function tallyOutcomes(reading: Reading, { columns, sign }: Selection): Tally | undefined {
  const tally = new Tally(reading.shared);
  let isCertain = true;
  for (const column of columns) {
    reading.forEach(column, (value, outcome, count) => {
      const times = sign(column, value, outcome);
      isCertain &&= times !== undefined;
      tally.add(OUTCOMES[outcome] ?? '', count * (times ?? 0));
    });
  }
  tally.addCounted(reading.beside, 'outcome');
  return isCertain ? tally : undefined;
}

/** Event by event. */
async function scanned(reader: Reader, log: ReadScope, { query, clock, plan, fields, limit }: Ask): Promise<Found> {
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
