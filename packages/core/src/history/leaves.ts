// The values of a resource leaf by leaf: objects are opened, arrays and what stands in the place of a value are one leaf.

import { escapeStep } from '../event/pointer.ts';
import type { Json, JsonObject } from '../event/types.ts';

/** The leaves of a value, by their pointers without the first slash. @param field the pointer of the value itself */
export function leavesBelow(value: Json, field: string): [field: string, value: Json][] {
  if (!isObject(value) || isMarker(value)) return [[field, value]];
  const members = Object.entries(value);
  return members.length === 0 ? [[field, value]] : members.flatMap(([name, member]) => leavesBelow(member, `${field}/${escapeStep(name)}`));
}

/** What stands in the place of a secret, or of a value too large, is one value. */
export function isMarker(value: Json | undefined): boolean {
  return isRedacted(value) || (isObject(value) && typeof value['omitted'] === 'string' && typeof value['sha256'] === 'string');
}

export function isRedacted(value: Json | undefined): boolean {
  return isObject(value) && typeof value['redacted'] === 'string' && Object.keys(value).length === 1;
}

/** Whether a marker is the value or stands anywhere in it. */
export function holdsMarker(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return isMarker(value) || Object.values(value).some((member) => holdsMarker(member));
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a field is another, or lies below it. */
export function isWithin(field: string, above: string): boolean {
  return field === above || (field.startsWith(above) && field[above.length] === '/');
}
