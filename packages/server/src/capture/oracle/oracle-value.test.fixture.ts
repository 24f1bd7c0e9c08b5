// One spelling for a value, from both witnesses: from the text that test_decoding prints, and from the JSON of an event.
// Numbers that lost a digit, values in a wrong column and NULLs that became something else all differ.

import { createHash } from 'node:crypto';
import type { Json } from '@indelible/core';
import type { OracleCell } from './oracle.test.fixture.ts';

const INTEGERS = new Set(['smallint', 'integer', 'bigint', 'oid']);
const FLOATS = new Set(['real', 'double precision']);
/** Longer texts are compared by hash, so that a difference can be read. */
const TEXT_CHARS_MAX = 120;

/** What an event should say for a value that the oracle read; as `spellJson` writes it. */
export function spellCell({ type, text }: OracleCell): string {
  return text === null || text === undefined ? 'null' : spellJson(expected(type, text));
}

function expected(type: string, text: string): Json {
  // Bounds other than 1 have no place in JSON: such an array stays text.
  if (type.endsWith('[]') && text.startsWith('[')) return text;
  if (type.endsWith('[]')) return arrayOf(text, (item) => expected(type.slice(0, -2), item));
  if (type === 'boolean') return text === 'true' || text === 't';
  if (INTEGERS.has(type) || FLOATS.has(type)) return numberOrText(text);
  if (type === 'json' || type === 'jsonb') return JSON.parse(exactNumbers(text)) as Json;
  return text;
}

/** The same for JSON that capture wrote. */
export function spellJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(spellJson).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const fields = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${spellJson(item)}`);
    return `{${fields.sort().join(',')}}`;
  }
  if (typeof value === 'string' && value.length > TEXT_CHARS_MAX)
    return `"${value.length} chars ${createHash('sha256').update(value).digest('hex').slice(0, 12)}"`;
  return JSON.stringify(value);
}

/** A number where a double and JSON hold it, the sign of a zero included, else its own text. */
function numberOrText(text: string): Json {
  const value = Number(text);
  const held =
    Number.isFinite(value) &&
    !Object.is(value, -0) &&
    (!Number.isInteger(value) || Number.isSafeInteger(value)) &&
    decimal(text) === decimal(String(value));
  return held ? value : text;
}

function exactNumbers(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (token) =>
    token.startsWith('"') ? token : JSON.stringify(numberOrText(token)),
  );
}

/** Digits without outer zeros, and the power of ten of the last one. */
function decimal(text: string): string {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const trimmed = digits.replace(/0+$/, '');
  if (trimmed === '') return '0';
  return `${mantissa.startsWith('-') ? '-' : ''}${trimmed}e${Number(exponent) - fraction.length + digits.length - trimmed.length}`;
}

/** PostgreSQL's text of an array, of any depth, with quotes and NULL. */
function arrayOf(text: string, item: (text: string) => Json): Json {
  let at = 0;
  const list = (): Json[] => {
    const items: Json[] = [];
    at++;
    while (text[at] !== '}') {
      if (text[at] === ',') at++;
      if (text[at] === '{') items.push(list());
      else if (text[at] === '"') items.push(item(quoted()));
      else items.push(bare());
    }
    at++;
    return items;
  };
  const quoted = (): string => {
    let value = '';
    for (at++; text[at] !== '"'; at++) {
      if (text[at] === '\\') at++;
      value += text[at] ?? '';
    }
    at++;
    return value;
  };
  const bare = (): Json => {
    const from = at;
    while (at < text.length && text[at] !== ',' && text[at] !== '}') at++;
    const value = text.slice(from, at);
    return value.toUpperCase() === 'NULL' ? null : item(value);
  };
  return list();
}
