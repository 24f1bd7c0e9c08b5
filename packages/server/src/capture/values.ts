// From a value's text and the type of its column to JSON, without losing a digit.

import type { Json } from '@indelible/core';
import { parseArrayText } from './array-text.ts';
import { isExact, parseJsonText } from './json-text.ts';

/** What a type is made of, when it is not one of the plain ones below. Keyed by OID; read from the source's catalog. */
export type TypeMap = ReadonlyMap<number, { readonly kind: 'domain' | 'array'; readonly of: number }>;

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
 * numeric stays a string always; integers beyond 2^53 - 1, NaN and Infinity become strings; times keep their text.
 *
 * @example toJson('12345678901234567890', 1700, types) // numeric: '12345678901234567890'
 */
export function toJson(text: string, type: number, types: TypeMap): Json {
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
      return parseJsonText(text);
    default: {
      const made = types.get(type);
      if (made === undefined) return text;
      if (made.kind === 'domain') return toJson(text, made.of, types);
      return parseArrayText(text, (item) => toJson(item, made.of, types)) ?? text;
    }
  }
}
