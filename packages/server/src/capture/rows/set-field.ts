// Adds a field to an object under a name that the source chose.

import type { Json } from '@indelible/core';

/** A plain assignment to "__proto__" would change the object's prototype in place of adding a field. */
export function setField(values: Record<string, Json>, name: string, value: Json): void {
  if (name === '__proto__') Object.defineProperty(values, name, { value, enumerable: true, configurable: true, writable: true });
  else values[name] = value;
}
