// Two states of one resource: what differs between them, and the patch that leads from the one to the other.

import { type FieldDelta, sameJson } from '../event/diff.ts';
import { heldPatch, type HeldPatch } from './held.ts';
import { isMarker } from './leaves.ts';
import type { Blame, FieldState, ResourceState } from './types.ts';

/** A leaf that differs. Arrays are leaves. */
export interface StateDelta extends FieldDelta {
  /** Who set it as it is in the later of the two; absent where that is not known, and for what is gone. */
  readonly setBy?: Blame;
}

export interface StateComparison extends HeldPatch {
  readonly deltas: readonly StateDelta[];
}

/**
 * @example compareStates(stateAt(events, monday), stateAt(events, friday)).deltas
 * // [{ field: 'model', before: 'small-1', after: 'large-2', kind: 'changed', setBy: {...} }]
 */
export function compareStates(from: ResourceState, to: ResourceState): StateComparison {
  const was = new Map(from.fields.map((state) => [state.field, state]));
  const becomes = new Map(to.fields.map((state) => [state.field, state]));
  const names = [...new Set([...was.keys(), ...becomes.keys()])].sort();
  const deltas = names.flatMap((field) => deltaOf(field, was.get(field), becomes.get(field)));
  const { patch, notRestorable } = heldPatch(from.values, to.values);
  const hidden = deltas.filter(({ before, after }) => isMarker(before) && isMarker(after)).map(({ field }) => field);
  return { deltas, patch, notRestorable: [...new Set([...notRestorable, ...hidden])].sort() };
}

function deltaOf(field: string, from: FieldState | undefined, to: FieldState | undefined): StateDelta[] {
  if (to === undefined) return from === undefined ? [] : [{ field, before: from.value, kind: 'removed' }];
  const { value: after, setBy } = to;
  const by = setBy === undefined ? {} : { setBy };
  if (from === undefined) return [{ field, after, kind: 'added', ...by }];
  // What stands in the place of two secrets is the same; that another event set it tells that the secret changed.
  const same = sameJson(from.value, after) && (!isMarker(after) || from.setBy?.event === setBy?.event);
  return same ? [] : [{ field, before: from.value, after, kind: 'changed', ...by }];
}
