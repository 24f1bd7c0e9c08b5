// From one state to another as a JSON Patch (RFC 6902): what somebody applies to undo a change.

import { sameJson } from '../event/diff.ts';
import { escapeStep } from '../event/pointer.ts';
import type { Change, Json, JsonObject } from '../event/types.ts';

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
    if (!Object.hasOwn(from, key)) operations.push({ op: 'add', path: at, value });
    else if (isObject(from[key] as Json) && isObject(value)) compare(from[key] as JsonObject, value as JsonObject, at, operations);
    else if (!sameJson(from[key] as Json, value)) operations.push({ op: 'replace', path: at, value });
  }
}

export interface ReverseChange {
  /** Tests first, so that nothing is undone that was changed again since; then the way back. */
  readonly patch: readonly PatchOperation[];
  /** Fields that cannot be put back, because the trail does not hold their values: redacted, or not to be had. */
  readonly notRestorable: readonly string[];
}

/**
 * How to undo one change: a patch of the resource as the change left it. Undefined when it made or removed the resource:
 * then there is nothing to patch.
 */
export function reverseOf(change: Change): ReverseChange | undefined {
  const { before, after } = change;
  if (before === undefined || after === undefined) return undefined;
  const unavailable = new Set((change.unavailable ?? []).map(({ field }) => field));
  const held = (values: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(values).filter(([name, value]) => !unavailable.has(escapeStep(name)) && !isRedacted(value)));
  const hidden = change.fields.filter((field) => {
    const [top = ''] = field.split('/');
    return unavailable.has(top) || isRedacted(valueOf(before, field)) || isRedacted(valueOf(after, field));
  });
  const back = patchBetween(withoutMarkers(held(after)), withoutMarkers(held(before)));
  const tests = back.flatMap((operation): PatchOperation[] => {
    if (operation.op === 'add' || operation.op === 'test') return [];
    const value = atPointer(after, operation.path);
    return value === undefined ? [] : [{ op: 'test', path: operation.path, value }];
  });
  return { patch: [...tests, ...back], notRestorable: hidden };
}

/** Values in whose place a rule stands, wherever they are, are left out on both sides. */
function withoutMarkers(values: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => !isRedacted(value))
      .map(([name, value]) => [name, isObject(value) ? withoutMarkers(value) : value]),
  );
}

function isRedacted(value: Json | undefined): boolean {
  return isObject(value) && Object.keys(value).length === 1 && typeof value['redacted'] === 'string';
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function valueOf(root: JsonObject, field: string): Json | undefined {
  // A secret may lie anywhere on the way.
  const steps = field.split('/');
  for (let length = 1; length <= steps.length; length++) {
    const value = atPointer(root, `/${steps.slice(0, length).join('/')}`);
    if (isRedacted(value) || length === steps.length) return value;
  }
  return undefined;
}

function atPointer(root: JsonObject, pointer: string): Json | undefined {
  let value: Json | undefined = root;
  for (const step of pointer.slice(1).split('/')) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as JsonObject)[name];
  }
  return value;
}
