// Reads JSON text and refuses what JSON.parse loses in silence: duplicate keys, integers that a double cannot hold,
// lone surrogates, U+0000, too deep nesting. One pass over the characters tells whether a text needs the slow look.

import { Failure } from '../errors.ts';
import { EVENT_DEPTH_MAX } from '../limits.ts';
import { reportFault } from './raw-json-fault.ts';
import type { Json } from './types.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const DOT = 0x2e;
const ZERO = 0x30;
const EIGHT = 0x38;
const NINE = 0x39;
const LOWER_D = 0x64;
const LOWER_E = 0x65;
const LOWER_U = 0x75;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
/** Every integer of fifteen digits fits into a double. */
const SAFE_DIGITS = 15;
const SUSPICIOUS = -1;

/**
 * JSON.parse for bodies of requests. It accepts and returns what JSON.parse does, except that it throws a
 * Failure `json_invalid`, with the offset in the text and a pointer, for: syntax errors, a key twice in one object
 * (also when written differently, `"a"` and `"\u0061"`), integer literals beyond 2^53-1, numbers that overflow or
 * vanish (1e400, 1e-400), lone surrogates, U+0000, and more than 32 levels. A batch's outer array is no level.
 *
 * Literals with a fraction or an exponent are read as doubles, as their writer must expect.
 *
 * @example parseJson('{"n": 9007199254740993}') // throws: position 6 (/n): expected an integer up to 2^53-1 ...
 */
export function parseJson(text: string): Json {
  const keys = text.isWellFormed() ? countKeysInText(text) : SUSPICIOUS;
  if (keys === SUSPICIOUS) reportFault(text);
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    reportFault(text);
    throw new Failure('json_invalid', 'the text is not JSON', {}, { cause: error as Error });
  }
  // JSON.parse keeps the last of two equal keys, so an object then has fewer keys than the text.
  if (keys !== SUSPICIOUS && countKeys(value) !== keys) reportFault(text);
  return value;
}

/** The number of keys (colons outside strings) in JSON text, or SUSPICIOUS when it holds something that may be refused. */
function countKeysInText(text: string): number {
  const length = text.length;
  let keys = 0;
  let depth = 0;
  let depthMax = EVENT_DEPTH_MAX;
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at + 1, length);
      if (at === SUSPICIOUS) return SUSPICIOUS;
    } else if (code === COLON) {
      keys++;
    } else if (code >= ZERO && code <= NINE) {
      at = endOfNumber(text, at, length) - 1;
      if (at < 0) return SUSPICIOUS;
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if (depth === 0 && code === OPEN_BRACKET) depthMax = EVENT_DEPTH_MAX + 1;
      if (++depth > depthMax) return SUSPICIOUS;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth--;
    }
  }
  return keys;
}

/** The place of the closing quote, or SUSPICIOUS when the string is open or escapes a surrogate or U+0000. */
function endOfString(text: string, from: number, length: number): number {
  for (let at = from; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) {
      at++;
      if (text.charCodeAt(at) === LOWER_U && isDelicateEscape(text, at + 1)) return SUSPICIOUS;
    }
  }
  return SUSPICIOUS;
}

/** True for 0000 and for D800 to DFFF (as hexadecimal digits at `at`). */
function isDelicateEscape(text: string, at: number): boolean {
  const first = text.charCodeAt(at);
  if ((first | 0x20) === LOWER_D) return text.charCodeAt(at + 1) >= EIGHT;
  return first === ZERO && text.startsWith('0000', at);
}

/** The place after the number, or a number below 1 when it has many digits or an exponent. */
function endOfNumber(text: string, from: number, length: number): number {
  let at = from;
  let code = 0;
  while (at < length && (code = text.charCodeAt(at)) >= ZERO && code <= NINE) at++;
  if (at - from > SAFE_DIGITS) return SUSPICIOUS;
  if (at < length && code === DOT) {
    at++;
    while (at < length && (code = text.charCodeAt(at)) >= ZERO && code <= NINE) at++;
  }
  return at < length && (code | 0x20) === LOWER_E ? SUSPICIOUS : at;
}

function countKeys(value: Json): number {
  if (typeof value !== 'object' || value === null) return 0;
  let keys = 0;
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) if (typeof item === 'object') keys += countKeys(item);
    return keys;
  }
  const object = value as { readonly [key: string]: Json };
  for (const key in object) {
    keys++;
    const member = object[key] as Json;
    if (typeof member === 'object') keys += countKeys(member);
  }
  return keys;
}
