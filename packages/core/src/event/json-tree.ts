// Looks through a value for what no event may hold, whichever way it came: things that JSON or PostgreSQL cannot
// carry, and too deep nesting.

import { EVENT_DEPTH_MAX } from '../limits.ts';

export interface TreeFault {
  readonly path: (string | number)[];
  readonly expected: string;
  readonly received: string;
}

/**
 * The first place in a value that cannot be stored: U+0000 or a lone surrogate in a text or key, a number that is
 * not finite, anything that is not JSON, or a container below the 32nd level (the value itself is the first).
 */
export function findUnstorable(value: unknown, depth = 1): TreeFault | undefined {
  switch (typeof value) {
    case 'string':
      return textFault(value);
    case 'boolean':
      return undefined;
    case 'number':
      return Number.isFinite(value) ? undefined : { path: [], expected: 'a finite number', received: String(value) };
    case 'object':
      if (value === null) return undefined;
      if (depth > EVENT_DEPTH_MAX) return { path: [], expected: `at most ${EVENT_DEPTH_MAX} levels of nesting`, received: 'one more' };
      return Array.isArray(value) ? inArray(value, depth) : inObject(value, depth);
    default:
      return { path: [], expected: 'JSON', received: typeof value };
  }
}

function textFault(text: string): TreeFault | undefined {
  if (text.includes('\0')) return { path: [], expected: 'text without U+0000, which PostgreSQL cannot store', received: 'U+0000' };
  return text.isWellFormed() ? undefined : { path: [], expected: 'whole characters', received: 'half of a surrogate pair' };
}

function inArray(items: readonly unknown[], depth: number): TreeFault | undefined {
  for (let index = 0; index < items.length; index++) {
    const fault = findUnstorable(items[index], depth + 1);
    if (fault !== undefined) return below(index, fault);
  }
  return undefined;
}

function inObject(value: object, depth: number): TreeFault | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return { path: [], expected: 'JSON', received: 'an object of a class' };
  const members = value as Record<string, unknown>;
  for (const key in members) {
    const fault = textFault(key) ?? findUnstorable(members[key], depth + 1);
    if (fault !== undefined) return below(key, fault);
  }
  return undefined;
}

function below(step: string | number, fault: TreeFault): TreeFault {
  fault.path.unshift(step);
  return fault;
}
