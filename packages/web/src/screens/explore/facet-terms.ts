// Facets and the query are one filter: what of a query a facet can show, and a query in which a value is picked, excluded or
// neither. What a facet cannot show stays in the query, and is named.

import { type Node, parse, print, printNode, type Query, quotedValue, type Term } from '@indelible/core/query';

/** Names of the API's facets, which are fields of the query language. */
export const FACETS = ['outcome', 'action', 'actor.id', 'resource', 'category', 'source', 'attribution', 'country'] as const;
export type Facet = (typeof FACETS)[number];

/** How a value stands in the filter. */
export type Pick = 'in' | 'out' | 'none';

export interface Selection {
  readonly included: readonly string[];
  readonly excluded: readonly string[];
  /** Terms on the field that the facet cannot show, as texts. */
  readonly elsewhere: readonly string[];
}

/** @example selectionOf(parse('outcome:(denied OR failure)'), 'outcome').included // ['denied', 'failure'] */
export function selectionOf(query: Query, facet: Facet): Selection {
  const included: string[] = [];
  const excluded: string[] = [];
  const elsewhere: string[] = [];
  for (const node of query.terms) {
    const values = valuesOf(node, facet);
    if (values === undefined || (!node.negated && included.length > 0)) {
      if (mentions(node, facet)) elsewhere.push(printNode(node));
    } else if (node.negated) excluded.push(...values);
    else included.push(...values);
  }
  return { included, excluded, elsewhere };
}

/** The query with a value picked, excluded, or neither. @throws nothing: what the query says else stays as it is */
export function withPick(query: Query, facet: Facet, value: string, pick: Pick): Query {
  const { included, excluded } = selectionOf(query, facet);
  const others = query.terms.filter((node) => !isShown(query, node, facet));
  const kept = (values: readonly string[], wanted: Pick): readonly string[] => [
    ...values.filter((one) => one !== value),
    ...(pick === wanted ? [value] : []),
  ];
  return { terms: [...others, ...termsFor(facet, kept(included, 'in'), kept(excluded, 'out'))] };
}

/** The query without what a facet shows of it: what its counts are asked with, so that other values can be picked. */
export function withoutFacet(query: Query, facet: Facet): Query {
  return { terms: query.terms.filter((node) => !isShown(query, node, facet)) };
}

function termsFor(facet: Facet, included: readonly string[], excluded: readonly string[]): readonly Node[] {
  const term = (value: string): string => `${facet}:${quotedValue(value)}`;
  const picked = included.length === 0 ? '' : `(${included.map(term).join(' OR ')})`;
  return parse([picked, ...excluded.map((value) => `-${term(value)}`)].join(' ')).terms;
}

function isShown(query: Query, node: Node, facet: Facet): boolean {
  if (valuesOf(node, facet) === undefined) return false;
  // Of two that pick, the first is shown: both must hold, which a list of values does not say.
  return node.negated || query.terms.find((other) => !other.negated && valuesOf(other, facet) !== undefined) === node;
}

/** The values that a node asks for, all of one field and each exactly; undefined for any other shape. */
function valuesOf(node: Node, facet: Facet): readonly string[] | undefined {
  if (node.kind === 'field') {
    const value = valueOf(node, facet);
    return value === undefined ? undefined : [value];
  }
  if (node.kind !== 'any') return undefined;
  const values = node.terms.map((term) => (term.kind === 'field' && !term.negated ? valueOf(term, facet) : undefined));
  return values.every((value) => value !== undefined) ? values : undefined;
}

function valueOf({ field, match }: Term, facet: Facet): string | undefined {
  if (field !== facet) return undefined;
  if (match.kind === 'equals') return match.value;
  return match.kind === 'resource' && match.id === undefined && match.type.kind === 'equals' ? match.type.value : undefined;
}

/** Whether a node speaks of the field, however deep. */
function mentions(node: Node, facet: Facet): boolean {
  if (node.kind === 'any' || node.kind === 'all') return node.terms.some((inner) => mentions(inner, facet));
  if (node.kind !== 'field') return false;
  return (
    node.field === facet || (facet === 'actor.id' && node.field === 'actor') || (node.match.kind === 'has' && node.match.field === facet)
  );
}

/** One more term, unless it is there already. @example withTerm('actor:maria', '-outcome:success') */
export function withTerm(q: string, term: string): string {
  const query = parse(q);
  const [added] = parse(term).terms;
  if (added === undefined || query.terms.some((node) => printNode(node) === printNode(added))) return q;
  // What asks for the opposite is taken out: both together find nothing.
  const opposite = printNode({ ...added, negated: !added.negated });
  return print({ terms: [...query.terms.filter((node) => printNode(node) !== opposite), added] });
}
