// From one state to another as a JSON Patch (RFC 6902).

import { sameJson } from '../event/diff.ts';
import { escapeStep } from '../event/pointer.ts';
import type { Json, JsonObject } from '../event/types.ts';
import { isObject } from './leaves.ts';

export type PatchOperation =
  | { readonly op: 'test' | 'add' | 'replace'; readonly path: string; readonly value: Json }
  | { readonly op: 'remove'; readonly path: string };

/**
 * The operations that turn one object into the other. Objects are opened, arrays are replaced whole, since places in them
 * shift. Keys in the order of the object that they come from.
 *
 * @example patchBetween({ model: 'a', x: 1 }, { model: 'b' })
 * // [{ op: 'remove', path: '/x' }, { op: 'replace', path: '/model', value: 'b' }]
 * @see https://www.rfc-editor.org/rfc/rfc6902
 */
export function patchBetween(from: JsonObject, to: JsonObject): PatchOperation[] {
  const operations: PatchOperation[] = [];
  compare(from, to, '', operations);
  return operations;
}

function compare(from: JsonObject, to: JsonObject, path: string, operations: PatchOperation[]): void {
  for (const key of Object.keys(from)) {
    if (!Object.hasOwn(to, key)) operations.push({ op: 'remove', path: `${path}/${escapeStep(key)}` });
  }
  for (const key of Object.keys(to)) {
    const at = `${path}/${escapeStep(key)}`;
    const value = to[key] as Json;
    const was = Object.hasOwn(from, key) ? from[key] : undefined;
    if (was === undefined) operations.push({ op: 'add', path: at, value });
    else if (isObject(was) && isObject(value)) compare(was, value, at, operations);
    else if (!sameJson(was, value)) operations.push({ op: 'replace', path: at, value });
  }
}
