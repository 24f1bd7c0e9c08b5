// What the index of text search can narrow of a query: words, beginnings of words and changed fields that an event of the
// answer must have, and when it occurred.

import { type Node, type Query, resolveTime } from '@indelible/core';
import { SEARCH_WORDS_MAX } from '../limits.ts';
import type { Clauses } from '../store/search-candidates.ts';
import { hashWord, type WordHash } from '../store/search-signature.ts';
import { tokenOfChanged, tokenOfPrefix } from '../store/search-tokens.ts';
import { type Clock, compile } from './compile.ts';
import { choose } from './lead.ts';

export interface SearchPlan {
  readonly tokens: readonly WordHash[];
  /** What an event must have of the tokens. */
  readonly clauses: Clauses;
  /** Milliseconds since 1970; nothing that is asked for occurred outside of it. */
  readonly occurredFromMs: number;
  readonly occurredToMs: number;
  /** Whether another term of the query has an index of its own. */
  readonly hasIndexedTerm: boolean;
  /** Whether the query asks for nothing else, times and places in the log apart: what the index finds is mostly what is meant. */
  readonly isWhole: boolean;
}

/** Of one alternative all tokens are in an event that meets it. One alternative at least, and one token in each. */
type Alternatives = readonly (readonly string[])[];

/**
 * Undefined where the index cannot help: no free text and no changed field, or they are excluded, or words of which only one
 * or two letters are known.
 * Whoever follows a plan checks the events that it leads to.
 *
 * @example searchPlan(parse('"ticket 48" actor.id:maria'), { nowMs: Date.now(), zone: 'UTC' })
 */
export function searchPlan(query: Query, clock: Clock): SearchPlan | undefined {
  const found = query.terms.map(alternativesOf);
  const chosen = choice(found.filter((alternatives) => alternatives !== undefined));
  if (chosen.length === 0) return undefined;
  const tokens = [...new Set(chosen.flat(2))];
  let [occurredFromMs, occurredToMs] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const node of query.terms) {
    if (node.kind !== 'field' || node.negated || node.match.kind !== 'time') continue;
    const { fromMs, toMs } = resolveTime(node.match, clock.nowMs, clock.zone);
    occurredFromMs = Math.max(occurredFromMs, fromMs ?? occurredFromMs);
    occurredToMs = Math.min(occurredToMs, toMs ?? occurredToMs);
  }
  const compiled = compile(query, clock);
  return {
    tokens: tokens.map(hashWord),
    clauses: chosen.map((alternatives) => alternatives.map((all) => all.map((token) => tokens.indexOf(token)))),
    occurredFromMs,
    occurredToMs,
    hasIndexedTerm: choose(compiled).some(({ lead }) => lead.kind !== 'time'),
    isWhole: compiled.nodes.every((node) => alternativesOf(node) !== undefined),
  };
}

/** What the index knows of a condition, where all of it is lost on events that have none of these. */
function alternativesOf(node: Node): Alternatives | undefined {
  if (node.negated) return undefined;
  switch (node.kind) {
    case 'text':
      return oneOf(tokensOfText(node.words, node.prefix));
    case 'field':
      return node.field === 'changed' && node.match.kind === 'equals' ? [[tokenOfChanged(node.match.value)]] : undefined;
    case 'any': {
      const each = node.terms.map(alternativesOf);
      return each.every((alternatives) => alternatives !== undefined) ? each.flat() : undefined;
    }
    case 'all': {
      const each = node.terms.map(alternativesOf).filter((alternatives) => alternatives !== undefined);
      const single = each.flatMap((alternatives) => (alternatives.length === 1 ? alternatives.flat() : []));
      return oneOf(single) ?? each[0];
    }
  }
}

function tokensOfText(words: readonly string[], prefix: boolean): string[] {
  const begun = prefix ? tokenOfPrefix(words.at(-1) ?? '') : undefined;
  return [...(prefix ? words.slice(0, -1) : words), ...(begun === undefined ? [] : [begun])];
}

function oneOf(tokens: readonly string[]): Alternatives | undefined {
  return tokens.length === 0 ? undefined : [tokens];
}

/** As many of the conditions as the index is asked for: what all events of the answer have first, and of it the longest. */
function choice(found: readonly Alternatives[]): Alternatives[] {
  // Long words are rare ones, mostly.
  const longest = (tokens: readonly string[]): string[] => [...new Set(tokens)].sort((a, b) => b.length - a.length);
  const single = longest(found.filter(({ length }) => length === 1).flat(2)).slice(0, SEARCH_WORDS_MAX);
  const chosen: Alternatives[] = single.map((token) => [[token]]);
  let left = SEARCH_WORDS_MAX - single.length;
  for (const alternatives of found.filter(({ length }) => length > 1).toSorted((a, b) => a.length - b.length)) {
    if (alternatives.length > left) break;
    left -= alternatives.length;
    chosen.push(alternatives.map((all) => longest(all).slice(0, 1)));
  }
  return chosen;
}
