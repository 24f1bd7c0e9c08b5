// How to undo one change: a patch that says what it expects, and of which only that is left which was not changed again since.

import { sameJson } from '../event/diff.ts';
import { escapeStep, stepsOf } from '../event/pointer.ts';
import type { Change, Json, JsonObject } from '../event/types.ts';
import { heldPatch, type HeldPatch } from './held.ts';
import type { PatchOperation } from './json-patch.ts';
import { holdsMarker, isMarker, isObject, isWithin } from './leaves.ts';
import type { Doubt, ResourceState } from './types.ts';

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

export interface CurrentReverse extends ReverseChange {
  /** Fields whose operations were left out: they were changed again since, or may have been. The empty text stands for the resource. */
  readonly changedSince: readonly string[];
}

/** The event whose change is undone. */
export interface Undone {
  readonly id: string;
  readonly occurredAt: string;
}

/** Whether the resource that an event changed is still there, and was not made anew in between. */
export function isStillThere({ occurredAt }: Undone, now: ResourceState): boolean {
  return now.standing === 'present' && (now.knownSince === undefined || now.knownSince <= occurredAt);
}

/**
 * What of a reverse can still be applied. A test of RFC 6902 asks for a value, and none can ask that there is none: before a
 * value is put back the state must say that nobody has set it since.
 *
 * @param after what the change left
 * @param now the state, with who set each field
 */
export function stillReversible(
  { patch, notRestorable }: ReverseChange,
  after: JsonObject,
  event: Undone,
  now: ResourceState,
): CurrentReverse {
  if (!isStillThere(event, now)) return { patch: [], notRestorable, changedSince: [''] };
  const isAsLeft = ({ op, path }: PatchOperation): boolean => {
    const field = path.slice(1);
    const [left, current] = [after, now.values].map((values) => valueAt(values, field));
    const isDoubted = now.doubts.some((doubt) => mayConcern(doubt, field));
    if (op === 'add') return current === undefined && !isDoubted && isObject(parentOf(now.values, field));
    // A marker says nothing of the value, and is not tested.
    if (left === undefined || holdsMarker(left)) return isSetBy(event.id, field, now) && !isDoubted;
    return current === undefined ? isDoubted : sameJson(left, current);
  };
  const changes = patch.filter(({ op }) => op !== 'test');
  const again = new Set(changes.filter((operation) => !isAsLeft(operation)).map(({ path }) => path));
  return {
    patch: patch.filter(({ path }) => !again.has(path)),
    notRestorable,
    changedSince: [...again].map((path) => path.slice(1)).sort(),
  };
}

/** Whether the values of a field may be other than the state says. */
function mayConcern(doubt: Doubt, field: string): boolean {
  if (doubt.kind === 'unrecorded_change') return false;
  return doubt.kind !== 'field_unknown' || doubt.field === '' || isWithin(field, doubt.field) || isWithin(doubt.field, field);
}

function isSetBy(event: string, field: string, { fields }: ResourceState): boolean {
  const leaves = fields.filter((leaf) => isWithin(leaf.field, field));
  return leaves.length > 0 && leaves.every(({ setBy }) => setBy?.event === event);
}

function parentOf(root: JsonObject, field: string): Json | undefined {
  const end = field.lastIndexOf('/');
  return end < 0 ? root : valueAt(root, field.slice(0, end));
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
