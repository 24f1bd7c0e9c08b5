// The one form of each group: groups of one term are that term, groups in groups of their kind are one, an exclusion of an
// exclusion is none.

import type { Node } from './ast.ts';

export function anyOf(terms: readonly Node[]): Node {
  return groupOf('any', terms);
}

/** Terms that must all hold, as one term; a list where a list will do. */
export function allOf(terms: readonly Node[]): Node {
  return groupOf('all', terms);
}

/** The terms of a list, with the groups in it that say nothing more than the list. */
export function listOf(terms: readonly Node[]): Node[] {
  return terms.flatMap((term) => (term.kind === 'all' && !term.negated ? term.terms : [term]));
}

export function negate<Of extends Node>(node: Of): Of {
  return { ...node, negated: !node.negated };
}

function groupOf(kind: 'any' | 'all', terms: readonly Node[]): Node {
  const flat = terms.flatMap((term) => (term.kind === kind && !term.negated ? term.terms : [term]));
  const [only] = flat;
  return flat.length === 1 && only !== undefined ? only : { kind, terms: flat, negated: false };
}
