// From a value on the page to the term of a query that finds it.

import { type FieldName, print, type Term } from '@indelible/core/query';

/** A field of the query language and what it must be. */
export interface Found {
  readonly field: FieldName;
  readonly value: string;
  /** The steps behind before., after. and meta. */
  readonly path?: readonly string[];
  /** Of a resource: its type; the value is its id. */
  readonly type?: string;
}

function termOf({ field, value, path, type }: Found, negated: boolean): Term {
  const equals = (text: string): { readonly kind: 'equals'; readonly value: string } => ({ kind: 'equals', value: text });
  if (field === 'ip') return { kind: 'field', field, negated, match: { kind: 'address', address: value } };
  if (field === 'seq') {
    const bound = { value: Number(value), inclusive: true } as const;
    return { kind: 'field', field, negated, match: { kind: 'range', from: bound, to: bound } };
  }
  if (type !== undefined) return { kind: 'field', field, negated, match: { kind: 'resource', type: equals(type), id: equals(value) } };
  return { kind: 'field', field, negated, match: equals(value), ...(path !== undefined && { path }) };
}

/**
 * @example termText({ field: 'actor.id', value: 'usr_maria' }) // 'actor.id:usr_maria'
 * @example termText({ field: 'after', path: ['config', 'max'], value: '5' }, true) // '-after.config.max:5'
 */
export function termText(found: Found, negated = false): string {
  return print({ terms: [termOf(found, negated)] });
}

/** A query with one more term, once. */
export function withTerm(q: string, term: string): string {
  return ` ${q} `.includes(` ${term} `) ? q : `${q} ${term}`.trim();
}
