// From a value's text and the type of its column to JSON, without losing a digit.
//
// Numbers: smallint, integer, oid; bigint up to 2^53 - 1; real and double precision where the number is exact. Beyond that,
// and NaN, Infinity and -0, a text. Booleans. json and jsonb as they are, by the rules of parseJsonText. Arrays become JSON
// arrays, composite types objects by the names of their attributes, hstore an object, domains what they are made of.
// Everything else stays the text that PostgreSQL writes: numeric always, money, dates and times (ISO, UTC, microseconds,
// infinity, BC), intervals, bytea (\x...), uuid, ranges, geometry, addresses, bits, enums, xml, tsvector; and an array with
// bounds of its own ([0:1]={1,2}), because a JSON array would hide them.

import type { Json, Redaction } from '@indelible/core';
import { CAPTURE_JSON_DEPTH_MAX } from '../../limits.ts';
import { parseArrayText } from './array-text.ts';
import { isExact, parseJsonText } from './json-text.ts';
import { parseHstoreText, parseRecordText } from './record-text.ts';
import { type SecretTexts, depthOf, secretIn } from '../rows/secret-text.ts';

export interface Attribute {
  readonly name: string;
  readonly type: number;
}

/** What a type is made of, when it is not one of the plain ones below. */
export type MadeType =
  | { readonly kind: 'domain'; readonly of: number }
  /** @property delimiter a comma when left out */
  | { readonly kind: 'array'; readonly of: number; readonly delimiter?: string }
  | { readonly kind: 'composite'; readonly fields: readonly Attribute[] }
  | { readonly kind: 'hstore' };

/** Keyed by OID; read from the source's catalog. */
export type TypeMap = ReadonlyMap<number, MadeType>;

// OIDs of the built-in types are fixed (pg_type.dat).
const BOOL = 16;
const INT8 = 20;
const INT2 = 21;
const INT4 = 23;
const OID = 26;
const JSON_TYPE = 114;
const FLOAT4 = 700;
const FLOAT8 = 701;
const JSONB = 3802;

/**
 * @param secrets where a structure must stay text, the redaction cannot look into it: a text that holds a secret is then
 *   replaced as a whole
 * @example toJson('12345678901234567890', 1700, types) // numeric: '12345678901234567890'
 */
export function toJson(text: string, type: number, types: TypeMap, secrets?: Redaction): Json {
  switch (type) {
    case BOOL:
      return text === 't';
    case INT2:
    case INT4:
    case OID:
      return Number(text);
    case INT8:
    case FLOAT4:
    case FLOAT8:
      return isExact(text) ? Number(text) : text;
    case JSON_TYPE:
    case JSONB:
      return parseJsonText(text, secrets, type === JSONB);
    default: {
      const made = types.get(type);
      return made === undefined ? text : madeToJson(text, made, types, secrets);
    }
  }
}

function madeToJson(text: string, made: MadeType, types: TypeMap, secrets: SecretTexts): Json {
  if (made.kind === 'domain') return toJson(text, made.of, types, secrets);
  const value = structureOf(text, made, types, secrets);
  if (value === undefined) return text;
  const bounded = made.kind === 'array' && text.startsWith('[');
  if (!bounded && depthOf(value) <= CAPTURE_JSON_DEPTH_MAX) return value;
  const rule = secretIn(value, secrets);
  return rule === undefined ? text : { redacted: rule };
}

function structureOf(text: string, made: MadeType, types: TypeMap, secrets: SecretTexts): Json | undefined {
  switch (made.kind) {
    case 'array':
      return parseArrayText(text, (item) => toJson(item, made.of, types, secrets), made.delimiter);
    case 'composite':
      return parseRecordText(
        text,
        made.fields.map(({ name }) => name),
        (item, index) => toJson(item, made.fields[index]?.type ?? 0, types, secrets),
      );
    case 'hstore':
      return parseHstoreText(text);
    case 'domain':
      return toJson(text, made.of, types, secrets);
  }
}
