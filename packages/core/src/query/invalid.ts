// How the query language says what is wrong: always query_invalid, always with a position inside the text.

import { Failure } from '../errors.ts';

const SHOWN_CHARS_MAX = 40;

/** A piece of the query in quotation marks, cut when it is long. */
export function shown(text: string): string {
  return text.length <= SHOWN_CHARS_MAX ? `"${text}"` : `"${text.slice(0, SHOWN_CHARS_MAX).toWellFormed()}..."`;
}

/**
 * @param position zero-based offset into the text of the query, in UTF-16 units
 * @param expected what would have been right there
 */
export function invalid(message: string, position: number, expected: string, received?: string): Failure {
  const details = { position, expected };
  return new Failure('query_invalid', message, received === undefined ? details : { ...details, received });
}
