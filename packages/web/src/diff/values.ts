// What stands on one side of a change: a value, nothing, or something that says why there is no value.

import type { Json, JsonObject } from '@indelible/core/event';

export type Side =
  /** The field was not there. */
  | { readonly kind: 'absent' }
  /** It was there, or may have been, and its value could not be had. */
  | { readonly kind: 'unknown'; readonly reason: string }
  /** A rule took it out before anything was stored. */
  | { readonly kind: 'redacted'; readonly rule: string }
  /** Too large for an event: its size and digest stand in its place. */
  | { readonly kind: 'omitted'; readonly bytes: number; readonly sha256: string }
  | { readonly kind: 'value'; readonly value: Json };

export type TypeName = 'text' | 'number' | 'truth' | 'null' | 'list' | 'object';

export const ABSENT: Side = { kind: 'absent' };

/**
 * @example sideOf({ redacted: 'password' }) // { kind: 'redacted', rule: 'password' }
 */
export function sideOf(value: Json | undefined): Side {
  if (value === undefined) return ABSENT;
  if (isRecord(value)) {
    const { redacted, omitted, bytes, sha256 } = value;
    if (typeof redacted === 'string' && Object.keys(value).length === 1) return { kind: 'redacted', rule: redacted };
    if (typeof omitted === 'string' && typeof sha256 === 'string') {
      return { kind: 'omitted', bytes: typeof bytes === 'number' ? bytes : 0, sha256 };
    }
  }
  return { kind: 'value', value };
}

/** True for what is opened into fields of its own: an object with members that is no marker. */
export function isOpened(value: Json | undefined): value is JsonObject {
  return isRecord(value) && Object.keys(value).length > 0 && sideOf(value).kind === 'value';
}

export function isRecord(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** True for a list that can be shown on one line: texts, numbers, truth values and nulls. */
export function isPlainList(value: Json | undefined): value is readonly Json[] {
  return isList(value) && value.every((item) => typeof item !== 'object' || item === null);
}

export function typeOf(value: Json): TypeName {
  switch (typeof value) {
    case 'string':
      return 'text';
    case 'number':
      return 'number';
    case 'boolean':
      return 'truth';
    default:
      return value === null ? 'null' : isList(value) ? 'list' : 'object';
  }
}

/** One spelling for one value, whatever the order of its keys: equal values have equal texts. */
export function spelling(value: Json): string {
  return JSON.stringify(value, (_, member: Json) =>
    isRecord(member) ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1))) : member,
  );
}

const MISTAKABLE = /^(?:true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)$|^\s|\s$|^$/;

/** A text as it is shown: in quotes where it could be taken for something else. */
export function textShown(text: string): string {
  return MISTAKABLE.test(text) ? JSON.stringify(text) : text;
}

/** A value as text: a text as it is, anything else as JSON, lists and objects over several lines. */
export function shown(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, typeof value === 'object' && value !== null ? 2 : 0);
}
