// A fault of a query, with the place in it: what is wrong, where, and the server's sentence on what to do.

import { Failure } from '@indelible/core';
import { printable, width } from './text-width.ts';

const SHOWN_CHARS = 72;

/**
 * Adds the query and a caret under the faulty place to a fault that has a position; leaves every other error as it is.
 *
 * @example
 * // There is no field "acto". The nearest is actor.
 * //   acto:maria
 * //   ^
 */
export function withPlace(error: unknown, q: string): unknown {
  if (!(error instanceof Failure) || error.code !== 'query_invalid' || error.details.position === undefined) return error;
  const position = Math.min(Math.max(0, error.details.position), q.length);
  // A long query is shown around the place.
  const from = Math.max(0, position - Math.floor(SHOWN_CHARS / 2));
  const before = `${from > 0 ? '…' : ''}${q.slice(from, position)}`;
  const after = `${q.slice(position, from + SHOWN_CHARS)}${q.length > from + SHOWN_CHARS ? '…' : ''}`;
  const line = `  ${printable(before)}${printable(after)}`;
  const caret = `  ${' '.repeat(width(printable(before)))}^`;
  return new Failure(error.code, `${error.message}\n${line.trimEnd()}\n${caret}`, error.details);
}
