// How to undo one change: a patch that says what it expects, so that nothing is undone that was changed again since.

import { escapeStep, stepsOf } from '../event/pointer.ts';
import type { Change, Json, JsonObject } from '../event/types.ts';
import { heldPatch, type HeldPatch } from './held.ts';
import type { PatchOperation } from './json-patch.ts';
import { holdsMarker, isMarker, isWithin } from './leaves.ts';

/** `patch`: tests first, then the way back. `notRestorable`: fields that cannot be put back. */
export type ReverseChange = HeldPatch;

/**
 * How to undo one change: a patch of the resource as the change left it. Undefined when it made or removed the resource:
 * then there is nothing to patch.
 */
export function reverseOf(change: Change): ReverseChange | undefined {
  const { before, after } = change;
  if (before === undefined || after === undefined) return undefined;
  const unavailable = new Set((change.unavailable ?? []).map(({ field }) => field));
  const held = (values: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(values).filter(([name]) => !unavailable.has(escapeStep(name))));
  const back = heldPatch(held(after), held(before));
  const tests = back.patch.flatMap((operation): PatchOperation[] => {
    if (operation.op === 'add' || operation.op === 'test') return [];
    const value = valueAt(after, operation.path.slice(1));
    // A marker says nothing of the value in whose place it stands.
    return value === undefined || holdsMarker(value) ? [] : [{ op: 'test', path: operation.path, value }];
  });
  const lost = new Set([...back.notRestorable, ...hiddenOf(change, unavailable)]);
  return { patch: [...tests, ...back.patch], notRestorable: [...lost].sort() };
}

/** Fields that changed, or may have, behind a marker or for want of a value. */
function hiddenOf(change: Change, unavailable: ReadonlySet<string>): string[] {
  const { before = {}, after = {}, fields } = change;
  const changed = fields.filter((field) => unavailable.has(field.split('/')[0] ?? '') || behindMarker(before, field) !== undefined);
  // There is a value now, and the one before was not sent: whether it changed is not known.
  const unsent = [...unavailable].filter((field) => valueAt(before, field) === undefined && valueAt(after, field) !== undefined);
  // A row too large even without its values.
  const nothing = unavailable.has('') && fields.length === 0 ? [''] : [];
  return [
    ...changed.map((field) => behindMarker(before, field) ?? field),
    ...unsent.filter((field) => !fields.some((name) => isWithin(name, field))),
    ...nothing,
  ];
}

/** The field at which a marker stands in the way of another, or the nearest array that holds it. */
function behindMarker(root: JsonObject, field: string): string | undefined {
  const steps = field.split('/');
  for (let length = 1; length <= steps.length; length++) {
    const above = steps.slice(0, length).join('/');
    const value = valueAt(root, above);
    if (isMarker(value) || (Array.isArray(value) && holdsMarker(value))) return above;
  }
  return undefined;
}

function valueAt(root: JsonObject, field: string): Json | undefined {
  let value: Json | undefined = root;
  for (const name of stepsOf(field)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as JsonObject)[name];
  }
  return value;
}
