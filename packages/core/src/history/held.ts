// A patch between two sides of which the trail does not hold every value: what it does not hold is left out of the patch and
// named, so that nothing is written back that only stands in the place of a value.

import { sameJson } from '../event/diff.ts';
import { escapeStep } from '../event/pointer.ts';
import type { Json, JsonObject } from '../event/types.ts';
import { patchBetween, type PatchOperation } from './json-patch.ts';
import { holdsMarker, isMarker, isObject } from './leaves.ts';

export interface HeldPatch {
  readonly patch: readonly PatchOperation[];
  /** Fields that differ, or may, and whose value the patch cannot bring: redacted, too large, or not to be had. */
  readonly notRestorable: readonly string[];
}

/** The way from one side to the other with the values that are held. */
export function heldPatch(from: JsonObject, to: JsonObject): HeldPatch {
  const notRestorable: string[] = [];
  const [heldFrom, heldTo] = withoutMarkers(from, to, '', notRestorable);
  return { patch: patchBetween(heldFrom, heldTo), notRestorable };
}

/** Both sides without what is not held on one of them; what is left out and differs is named. */
function withoutMarkers(from: JsonObject, to: JsonObject, prefix: string, lost: string[]): readonly [JsonObject, JsonObject] {
  const sides: [[string, Json][], [string, Json][]] = [[], []];
  for (const name of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const field = prefix + escapeStep(name);
    const was = Object.hasOwn(from, name) ? from[name] : undefined;
    const becomes = Object.hasOwn(to, name) ? to[name] : undefined;
    if (isObject(was) && isObject(becomes) && !isMarker(was) && !isMarker(becomes)) {
      const [a, b] = withoutMarkers(was, becomes, `${field}/`, lost);
      sides[0].push([name, a]);
      sides[1].push([name, b]);
    } else if (becomes !== undefined && holdsMarker(becomes)) {
      if (was === undefined || !sameJson(was, becomes)) lost.push(field);
    } else {
      // What only stands in the place of a value can be removed or replaced by one that is known.
      if (was !== undefined) sides[0].push([name, was]);
      if (becomes !== undefined) sides[1].push([name, becomes]);
    }
  }
  return [Object.fromEntries(sides[0]), Object.fromEntries(sides[1])];
}
