// What a query asks of the counters: a time, outcomes, and at most one other facet. What asks for more is counted event by event.

import { type Node, OUTCOMES, type Query, resolveTime, type TextMatch, textMatches } from '@indelible/core';
import type { Clock } from '../query/compile.ts';
import { type FacetName, isFacet, numberOf } from '../store/facet-columns.ts';

/** Milliseconds since 1970; `toMs` is excluded. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export const ALWAYS: Span = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };

export interface FacetFilter {
  readonly facet: FacetName;
  readonly match: TextMatch;
  /** Excluded it holds also for events that have no such value. */
  readonly negated: boolean;
}

export interface StatsPlan {
  /** Outside of it nothing matches. */
  readonly span: Span;
  /** Places in OUTCOMES. */
  readonly outcomes: ReadonlySet<number>;
  readonly filter: FacetFilter | undefined;
  /** Whether span, outcomes and filter are all that the query says. */
  readonly countable: boolean;
}

/** @example planStats(parse('action:bot.* at:-24h'), { nowMs: Date.now(), zone: 'UTC' }, ALWAYS) */
export function planStats(query: Query, clock: Clock, within: Span): StatsPlan {
  let span = within;
  let outcomes: readonly number[] = OUTCOMES.map((_, place) => place);
  let filter: FacetFilter | undefined;
  let countable = true;
  for (const node of query.terms) {
    const time = timeOf(node, clock);
    const found = time === undefined ? filterOf(node) : undefined;
    if (time !== undefined) span = meet(span, time);
    else if (found?.facet === 'outcome') {
      outcomes = outcomes.filter((place) => textMatches(found.match, OUTCOMES[place] ?? '') !== found.negated);
    } else if (found !== undefined && filter === undefined) filter = found;
    else countable = false;
  }
  return { span, outcomes: new Set(outcomes), filter, countable };
}

export function meet(a: Span, b: Span): Span {
  return { fromMs: Math.max(a.fromMs, b.fromMs), toMs: Math.min(a.toMs, b.toMs) };
}

function timeOf(node: Node, { nowMs, zone }: Clock): Span | undefined {
  if (node.kind !== 'field' || node.negated || node.match.kind !== 'time') return undefined;
  const { fromMs = ALWAYS.fromMs, toMs = ALWAYS.toMs } = resolveTime(node.match, nowMs, zone);
  return { fromMs, toMs };
}

function filterOf(node: Node): FacetFilter | undefined {
  // `source` also means the name of the source, which is not counted.
  if (node.kind !== 'field' || !isFacet(node.field) || node.field === 'source' || numberOf(node.field) === undefined) return undefined;
  const { field: facet, match, negated } = node;
  if (match.kind === 'equals' || match.kind === 'glob') return { facet, match, negated };
  if (match.kind === 'resource' && match.id === undefined) return { facet, match: match.type, negated };
  return undefined;
}
