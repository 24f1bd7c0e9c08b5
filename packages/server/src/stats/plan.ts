// What a query asks of the counters: a time, outcomes, and at most one other facet, joined in any way. What asks for more is
// counted event by event.

import { type Node, OUTCOMES, type Query, resolveTime, type Term, type TextMatch, textMatches } from '@indelible/core';
import type { Clock } from '../query/compile.ts';
import { type CountedFacet, type CounterColumn, isCounted, isFacet } from '../store/facet-columns.ts';

/** Milliseconds since 1970; `toMs` is excluded. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export const ALWAYS: Span = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };

export interface StatsPlan {
  /** Outside of it nothing matches. */
  readonly span: Span;
  /** Whether time, outcomes and one facet are all that the query speaks of. */
  readonly countable: boolean;
  /** The facet; undefined when it speaks of none but the outcome. */
  readonly facet: CountedFacet | undefined;
  /** What the values of the facet are compared to. */
  readonly matches: readonly TextMatch[];
  /**
   * Whether events are meant, whatever their time.
   *
   * @param outcome a place in OUTCOMES
   * @param value of the facet; undefined for events that have none
   */
  readonly accepts: (outcome: number, value: string | undefined) => boolean;
}

/** @example planStats(parse('action:bot.* -outcome:success at:-24h'), { nowMs: Date.now(), zone: 'UTC' }, ALWAYS) */
export function planStats(query: Query, clock: Clock, within: Span): StatsPlan {
  let span = within;
  const others: Node[] = [];
  for (const node of query.terms) {
    const time = timeOf(node, clock);
    if (time === undefined) others.push(node);
    else span = { fromMs: Math.max(span.fromMs, time.fromMs), toMs: Math.min(span.toMs, time.toMs) };
  }
  const leaves = others.flatMap(leavesOf);
  const facets = new Set(leaves.flatMap((leaf) => (leaf === undefined || leaf.facet === 'outcome' ? [] : [leaf.facet])));
  const [facet] = facets;
  return {
    span,
    countable: !leaves.includes(undefined) && facets.size <= 1,
    facet,
    matches: leaves.flatMap((leaf) => (leaf === undefined || leaf.facet === 'outcome' ? [] : [leaf.match])),
    accepts: (outcome, value) => others.every((node) => holds(node, OUTCOMES[outcome] ?? '', value)),
  };
}

function timeOf(node: Node, { nowMs, zone }: Clock): Span | undefined {
  if (node.kind !== 'field' || node.negated || node.match.kind !== 'time') return undefined;
  const { fromMs = ALWAYS.fromMs, toMs = ALWAYS.toMs } = resolveTime(node.match, nowMs, zone);
  return { fromMs, toMs };
}

interface Leaf {
  readonly facet: CounterColumn;
  readonly match: TextMatch;
}

/** The conditions that a node is made of; undefined for each that no counter knows. */
function leavesOf(node: Node): (Leaf | undefined)[] {
  if (node.kind === 'text') return [undefined];
  return node.kind === 'field' ? [leafOf(node)] : node.terms.flatMap(leavesOf);
}

function leafOf({ field, match }: Term): Leaf | undefined {
  // `source` also means the name of the source, which is not counted.
  if (!isFacet(field) || !isCounted(field) || field === 'source') return undefined;
  if (match.kind === 'equals' || match.kind === 'glob') return { facet: field, match };
  return match.kind === 'resource' && match.id === undefined ? { facet: field, match: match.type } : undefined;
}

function holds(node: Node, outcome: string, value: string | undefined): boolean {
  if (node.kind === 'text') return false;
  if (node.kind === 'field') {
    const leaf = leafOf(node);
    const text = leaf?.facet === 'outcome' ? outcome : value;
    return (leaf !== undefined && text !== undefined && textMatches(leaf.match, text)) !== node.negated;
  }
  const test = (term: Node): boolean => holds(term, outcome, value);
  return (node.kind === 'any' ? node.terms.some(test) : node.terms.every(test)) !== node.negated;
}
