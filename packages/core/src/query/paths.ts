// Paths of values in a query: after.config.limits, or after./config/a.b where a step holds a dot (RFC 6901 behind the dot).

import { escapeStep, stepsOf } from '../event/pointer.ts';
import type { Json, JsonObject } from '../event/types.ts';

/** Steps that dots can divide and that do not look like a pointer. */
const PLAIN = /^[^./~]+$/;

/** The steps of a path as it was written behind its field: parted by dots, or as a pointer; an empty one stays empty. */
export function readPath(text: string): string[] {
  return text.startsWith('/') ? stepsOf(text.slice(1)) : text.split('.');
}

/** The canonical text of a path: with dots, or as a pointer where a step could not be told apart. */
export function printPath(steps: readonly string[]): string {
  return steps.every((step) => PLAIN.test(step)) ? steps.join('.') : steps.map((step) => `/${escapeStep(step)}`).join('');
}

/** The value at a path; places of arrays count from 0. Undefined where there is none. */
export function valueAt(value: Json | undefined, steps: readonly string[]): Json | undefined {
  let found: Json | undefined = value;
  for (const step of steps) {
    if (typeof found !== 'object' || found === null) return undefined;
    if (Array.isArray(found)) found = /^(?:0|[1-9]\d{0,8})$/.test(step) ? (found as readonly Json[])[Number(step)] : undefined;
    else found = Object.hasOwn(found, step) ? (found as JsonObject)[step] : undefined;
  }
  return found;
}

/** The value itself, or every value below an object or an array that is neither. */
export function leavesOf(value: Json): Json[] {
  if (typeof value !== 'object' || value === null) return [value];
  return (Array.isArray(value) ? (value as readonly Json[]) : Object.values(value as JsonObject)).flatMap(leavesOf);
}

/** A scalar as a query names it: texts as they are, everything else as JSON. */
export function textOfLeaf(leaf: Json): string {
  return typeof leaf === 'string' ? leaf : JSON.stringify(leaf);
}

const NUMBER = /^-?\d{1,255}(?:\.\d{1,255})?$/;

/** The number that a scalar is or writes out, as decimal columns do; undefined for everything else. */
export function numberOfLeaf(leaf: Json): number | undefined {
  if (typeof leaf === 'number') return leaf;
  return typeof leaf === 'string' && NUMBER.test(leaf) ? Number(leaf) : undefined;
}
