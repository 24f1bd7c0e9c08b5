// What the index of text search can narrow of a query: the words that every event of the answer has, and when it occurred.

import { type Query, resolveTime } from '@indelible/core';
import { SEARCH_WORDS_MAX } from '../limits.ts';
import { hashWord, type WordHash } from '../store/search-signature.ts';
import type { Clock } from './compile.ts';

export interface SearchPlan {
  /** One at least. */
  readonly words: readonly WordHash[];
  /** Milliseconds since 1970; nothing that is asked for occurred outside of it. */
  readonly occurredFromMs: number;
  readonly occurredToMs: number;
  /** Whether another term of the query has an index of its own. */
  readonly hasIndexedTerm: boolean;
}

const INDEXED = new Set(['id', 'actor.id', 'resource', 'related', 'action']);

/**
 * Undefined where the index cannot help: no free text, or only under OR, excluded, or as the beginning of a word.
 * Whoever follows a plan checks the events that it leads to.
 *
 * @example searchPlan(parse('"ticket 48" actor.id:maria'), { nowMs: Date.now(), zone: 'UTC' })
 */
export function searchPlan(query: Query, { nowMs, zone }: Clock): SearchPlan | undefined {
  const words = new Set<string>();
  let [occurredFromMs, occurredToMs] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  let hasIndexedTerm = false;
  for (const node of query.terms) {
    if (node.negated) continue;
    // A filter is asked for whole words: the last one of a prefix goes on in ways that nobody knows.
    if (node.kind === 'text') for (const word of node.prefix ? node.words.slice(0, -1) : node.words) words.add(word);
    if (node.kind !== 'field') continue;
    hasIndexedTerm ||= INDEXED.has(node.field);
    if (node.match.kind !== 'time') continue;
    const { fromMs, toMs } = resolveTime(node.match, nowMs, zone);
    occurredFromMs = Math.max(occurredFromMs, fromMs ?? occurredFromMs);
    occurredToMs = Math.min(occurredToMs, toMs ?? occurredToMs);
  }
  if (words.size === 0) return undefined;
  // Long words are rare ones, mostly.
  const longest = [...words].sort((a, b) => b.length - a.length).slice(0, SEARCH_WORDS_MAX);
  return { words: longest.map(hashWord), occurredFromMs, occurredToMs, hasIndexedTerm };
}
