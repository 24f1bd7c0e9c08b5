// What changed between two states: the fields, as pointers to the leaf, and their values before and after.

import { escapeStep, stepsOf } from './pointer.ts';
import type { Change, Json, JsonObject } from './types.ts';

/** One changed field for display. A side that is absent did not have the field, or its value could not be had. */
export interface FieldDelta {
  readonly field: string;
  readonly before?: Json;
  readonly after?: Json;
  readonly kind: 'added' | 'removed' | 'changed';
}

/** Says that the value under a key counts as one leaf, whatever is in it. */
export type Opaque = (key: string) => boolean;

const nothingOpaque: Opaque = () => false;

/**
 * The fields that differ, sorted in UTF-16 order: RFC 6901 pointers without the first slash ("config/limits/max").
 *
 * - Objects on both sides are compared key by key. A key on one side only gives every leaf below it; so a created
 *   resource (no `before`) gives all leaves of `after`, and a deleted one all leaves of `before`.
 * - Arrays of the same length are compared place by place ("steps/2/model"). Arrays of different lengths are one
 *   leaf, since places past an insertion would all seem to have changed; so is an array on one side only.
 * - An object that was emptied, an empty object, and a value that changed its kind are leaves.
 *
 * @param opaque keys whose values are leaves whatever they hold, so that no pointer leads into a redacted value
 * @example diff({ model: 'small-1', temperature: 0.2 }, { model: 'large-2', temperature: 0.2 }) // ["model"]
 */
export function diff(before: JsonObject | undefined, after: JsonObject | undefined, opaque: Opaque = nothingOpaque): string[] {
  const fields: string[] = [];
  compareObjects(before ?? {}, after ?? {}, '', opaque, fields);
  return fields.sort();
}

function compareObjects(before: JsonObject, after: JsonObject, prefix: string, opaque: Opaque, fields: string[]): void {
  for (const key of Object.keys(before)) {
    const field = prefix + escapeStep(key);
    if (!Object.hasOwn(after, key)) leaves(before[key] as Json, field, opaque(key), opaque, fields);
    else if (before[key] !== after[key]) compare(before[key] as Json, after[key] as Json, field, opaque(key), opaque, fields);
  }
  for (const key of Object.keys(after)) {
    if (!Object.hasOwn(before, key)) leaves(after[key] as Json, prefix + escapeStep(key), opaque(key), opaque, fields);
  }
}

function compare(before: Json, after: Json, field: string, leaf: boolean, opaque: Opaque, fields: string[]): void {
  if (before === after) return;
  if (leaf) {
    if (!sameJson(before, after)) fields.push(field);
  } else if (isObject(before) && isObject(after)) {
    if (isEmpty(after) && !isEmpty(before)) fields.push(field);
    else compareObjects(before, after, `${field}/`, opaque, fields);
  } else if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    for (let index = 0; index < before.length; index++) {
      compare(before[index] as Json, after[index] as Json, `${field}/${index}`, false, opaque, fields);
    }
  } else {
    fields.push(field);
  }
}

function leaves(value: Json, field: string, leaf: boolean, opaque: Opaque, fields: string[]): void {
  if (leaf || !isObject(value) || isEmpty(value)) {
    fields.push(field);
    return;
  }
  for (const key of Object.keys(value)) leaves(value[key] as Json, `${field}/${escapeStep(key)}`, opaque(key), opaque, fields);
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEmpty(value: JsonObject): boolean {
  for (const key in value) if (Object.hasOwn(value, key)) return false;
  return true;
}

/** True when two values are the same JSON; the order of keys does not matter. */
export function sameJson(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item: Json, index) => sameJson(item, b[index] as Json));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key] as Json, b[key] as Json));
}

/**
 * The changed fields of an event with their values, in the order of `change.fields`. It follows the fields that
 * were derived before redaction, so a changed secret is among them, with the same marker on both sides.
 */
export function deltasOf(change: Change): FieldDelta[] {
  return change.fields.map((field) => {
    const steps = stepsOf(field);
    const before = valueAt(change.before, steps);
    const after = valueAt(change.after, steps);
    if (before === undefined && after !== undefined) return { field, after, kind: isUnavailable(change, field) ? 'changed' : 'added' };
    if (after === undefined && before !== undefined) return { field, before, kind: 'removed' };
    return before === undefined || after === undefined ? { field, kind: 'changed' } : { field, before, after, kind: 'changed' };
  });
}

function isUnavailable(change: Change, field: string): boolean {
  return change.unavailable?.some((missing) => field === missing.field || field.startsWith(`${missing.field}/`)) ?? false;
}

function valueAt(root: JsonObject | undefined, steps: readonly string[]): Json | undefined {
  let value: Json | undefined = root;
  for (const step of steps) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as JsonObject)[step];
  }
  return value;
}
