// The query string of a page: limit, cursor, order, and what else a route takes. Unknown names do not come here (known-parameters.ts).

import { Failure } from '@indelible/core';
import { PAGE_EVENTS_DEFAULT, PAGE_EVENTS_MAX } from '../limits.ts';

export interface PageParameters {
  readonly limit: number;
  readonly order: 'asc' | 'desc';
  readonly cursor?: string;
  readonly rest: Readonly<Record<string, string>>;
}

/**
 * @param query the decoded query string
 * @throws Failure `parameter_invalid`
 */
export function pageParameters(query: Readonly<Record<string, string>>): PageParameters {
  const { limit, order, cursor, ...rest } = query;
  const size = limit === undefined ? PAGE_EVENTS_DEFAULT : Number(limit);
  if (!/^\d+$/.test(limit ?? '1') || size < 1 || size > PAGE_EVENTS_MAX)
    throw invalid('limit', `limit: expected a whole number from 1 to ${PAGE_EVENTS_MAX}, got "${limit}"`);
  if (order !== undefined && order !== 'asc' && order !== 'desc') throw invalid('order', `order: expected asc or desc, got "${order}"`);
  return { limit: size, order: order ?? 'desc', ...(cursor === undefined ? {} : { cursor }), rest };
}

/** A parameter that is true or false; false by default. @throws Failure `parameter_invalid` */
export function flag(query: Readonly<Record<string, string>>, name: string): boolean {
  const text = query[name];
  if (text !== undefined && text !== 'true' && text !== 'false') throw invalid(name, `${name}: expected true or false, got "${text}"`);
  return text === 'true';
}

/** A whole number of the query string. @throws Failure `parameter_invalid` */
export function wholeNumber(query: Readonly<Record<string, string>>, name: string, minimum: number): number {
  const text = query[name];
  const value = Number(text);
  if (text === undefined || !/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < minimum) {
    throw invalid(name, `${name}: expected a whole number from ${minimum}, got ${text === undefined ? 'nothing' : `"${text}"`}`);
  }
  return value;
}

/**
 * An id in the path, as a statement can take it: PostgreSQL holds no U+0000, so nothing is called by one.
 *
 * @throws Failure `not_found`
 */
export function pathId(id: string): string {
  if (id.includes('\0')) throw new Failure('not_found', 'nothing has an id with the character U+0000');
  return id;
}

function invalid(name: string, message: string): Failure {
  return new Failure('parameter_invalid', message, { pointer: name });
}
