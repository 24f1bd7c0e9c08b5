// Reads a json or jsonb value from its raw text without losing anything: JSON.parse rounds numbers and drops
// repeated keys in silence.

import type { Json } from '@indelible/core';
import { CAPTURE_JSON_DEPTH_MAX } from '../../limits.ts';
import { JSON_TOKEN } from './json-tokens.ts';
import { type SecretTexts, secretIn, secretInText } from '../rows/secret-text.ts';

const MAYBE_INEXACT = /\d{15}|\d[eE]|-0/;
const ESCAPE = '\\u';
/** Up to 15 digits: most numbers are such, and a double holds each of them. */
const SHORT_INTEGER = /^(?:0|-?[1-9]\d{0,14})$/;
const OPENING = /[[{]/g;

/**
 * A JSON number that a double cannot hold exactly becomes a string of its digits. A text that no event can hold
 * (repeated keys, U+0000, lone surrogates, too deep) stays one string, as it is in the source, unless there is a secret in it.
 *
 * @param text valid JSON, as PostgreSQL stores it
 * @param keysOnce whether no object of it can have a key twice, as in jsonb
 * @example parseJsonText('{"a": 12345678901234567890}') // {a: '12345678901234567890'}
 */
export function parseJsonText(text: string, secrets?: SecretTexts, keysOnce = false): Json {
  const kind = keysOnce && isPlain(text) ? 'storable' : kindOf(text);
  if (kind !== 'storable') {
    const rule = secretInText(text, secrets) ?? (kind === 'deep' ? undefined : secretIn(JSON.parse(text) as Json, secrets));
    return rule === undefined ? text : { redacted: rule };
  }
  const exact = MAYBE_INEXACT.test(text)
    ? text.replace(JSON_TOKEN, (token) => (isNumber(token) && !isExact(token) ? `"${token}"` : token))
    : text;
  return JSON.parse(exact) as Json;
}

/**
 * Whether a double holds the number: reading it and writing it again gives the same decimal value. Integers beyond
 * 2^53 - 1 do not count as held, because their neighbours are not; nor does -0, which JSON would write as 0.
 */
export function isExact(digits: string): boolean {
  if (SHORT_INTEGER.test(digits)) return true;
  const value = Number(digits);
  if (!Number.isFinite(value) || Object.is(value, -0)) return false;
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) return false;
  return decimal(digits) === decimal(String(value));
}

/** One spelling for one decimal value: sign, digits without outer zeros, exponent of the last digit. */
function decimal(digits: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(digits);
  if (match === null) return digits;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const all = (whole + fraction).replace(/^0+/, '');
  // By hand: a pattern for zeros at the end would try each run of zeros on the way there.
  let length = all.length;
  while (all[length - 1] === '0') length--;
  const significant = all.slice(0, length);
  if (significant === '') return '0';
  return `${sign}${significant}e${Number(exponent) - fraction.length + (all.length - significant.length)}`;
}

function isNumber(token: string): boolean {
  const first = token.charCodeAt(0);
  return first === 0x2d || (first >= 0x30 && first <= 0x39);
}

/** Without a \u escape, and with so few brackets that it cannot be deep. */
function isPlain(text: string): boolean {
  return !text.includes(ESCAPE) && (text.match(OPENING)?.length ?? 0) <= CAPTURE_JSON_DEPTH_MAX;
}

/** Whether an event can hold it; `deep` is also said of what nobody should walk through. */
function kindOf(text: string): 'storable' | 'deep' | 'other' {
  const keys: Set<string>[] = [];
  let depth = 0;
  let last = '';
  let sound = true;
  for (const [token] of text.matchAll(JSON_TOKEN)) {
    if (token === '{' || token === '[') {
      if (++depth > CAPTURE_JSON_DEPTH_MAX) return 'deep';
      keys[depth] = new Set();
    } else if (token === '}' || token === ']') depth--;
    else if (token === ':') {
      const names = keys[depth];
      const name = last.includes('\\') ? (JSON.parse(last) as string) : last.slice(1, -1);
      if (names?.has(name)) sound = false;
      names?.add(name);
    } else if (token.startsWith('"') && token.includes(ESCAPE)) {
      const value = JSON.parse(token) as string;
      if (!value.isWellFormed() || value.includes('\0')) sound = false;
    }
    last = token;
  }
  return sound ? 'storable' : 'other';
}
