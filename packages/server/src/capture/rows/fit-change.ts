// Makes a change fit into an event, whatever the table's width and the values' sizes: first the detail of the fields goes,
// then the largest values, then the columns that did not change. Each is named; nothing is cut in silence.

import { createHash } from 'node:crypto';
import { type Change, EVENT_BYTES_MAX, type Json, type JsonObject, escapeStep } from '@indelible/core';
import { type RowImages, textOf } from './row-image.ts';
import { setField } from './set-field.ts';

type Unavailable = NonNullable<Change['unavailable']>[number];

export interface Draft {
  readonly before: JsonObject | undefined;
  readonly after: JsonObject | undefined;
  readonly fields: readonly string[];
  /** Column -> why its value could not be had. The name '', which no column can have, stands for the row. */
  readonly missing: ReadonlyMap<string, string>;
}

export const TOO_LARGE = 'too large for an event: the size and SHA-256 of its text stand in its place';
const ROW = '';
const ROW_TOO_LARGE = 'the row is too large for an event, even without its values';
/** What an event may hold besides its change: actor, context, related resources. */
const REST_BYTES = 48 * 1024;
const CHANGE_BYTES_MAX = EVENT_BYTES_MAX - REST_BYTES;
/** A value that is not longer than what would stand in its place is left as it is. */
const OMITTED_CHARS_MIN = 256;
const UNAVAILABLE_LISTED_MAX = 200;

/** @param byColumn the fields that differ, told by columns alone */
export function fitted(draft: Draft, images: RowImages, byColumn: () => string[]): Draft {
  if (fits(draft)) return draft;
  const coarse = { ...draft, fields: byColumn() };
  if (fits(coarse)) return coarse;
  const light = withoutLargest(coarse, images);
  if (fits(light)) return light;
  const narrow = withoutUnchanged(light);
  if (fits(narrow)) return narrow;
  const empty = (side: JsonObject | undefined): JsonObject | undefined => (side === undefined ? undefined : {});
  return { before: empty(draft.before), after: empty(draft.after), fields: [], missing: new Map([[ROW, ROW_TOO_LARGE]]) };
}

/** What could not be had, for display: the rest of a long list is counted. */
export function unavailableOf(missing: ReadonlyMap<string, string>): Unavailable[] {
  const all = [...missing].map(([name, reason]) => ({ field: escapeStep(name), reason }));
  if (all.length <= UNAVAILABLE_LISTED_MAX) return all;
  const listed = all.slice(0, UNAVAILABLE_LISTED_MAX - 1);
  return [...listed, { field: ROW, reason: `and ${all.length - listed.length} more columns, for such reasons` }];
}

/**
 * What stands in the place of a value.
 *
 * @param text the value as the source writes it, whose SHA-256 the digest is
 */
export function omitted(text: string): Json {
  return { omitted: 'too large', bytes: Buffer.byteLength(text), sha256: createHash('sha256').update(text).digest('hex') };
}

function fits({ before, after, fields, missing }: Draft): boolean {
  return bytesOf(before) + bytesOf(after) + bytesOf(fields) + bytesOf(unavailableOf(missing)) <= CHANGE_BYTES_MAX;
}

function bytesOf(value: Json | readonly string[] | readonly Unavailable[] | undefined): number {
  return value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value));
}

/** Replaces the largest columns, on both sides alike so that equal values stay equal. */
function withoutLargest(draft: Draft, images: RowImages): Draft {
  const sides = [
    { values: { ...draft.before }, tuple: images.before },
    { values: { ...draft.after }, tuple: images.after },
  ];
  const missing = new Map(draft.missing);
  const sizes = new Map<string, number>();
  for (const { values } of sides)
    for (const [name, value] of Object.entries(values)) sizes.set(name, (sizes.get(name) ?? 0) + bytesOf(value));
  let total = bytesOf(draft.before) + bytesOf(draft.after) + bytesOf(draft.fields);
  for (const [name, size] of [...sizes].sort((a, b) => b[1] - a[1])) {
    if (size <= OMITTED_CHARS_MIN || total + bytesOf(unavailableOf(missing)) <= CHANGE_BYTES_MAX) break;
    for (const { values, tuple } of sides) {
      const text = tuple === undefined ? null : textOf(images.relation, tuple, name);
      if (text === null || text.length < OMITTED_CHARS_MIN || !Object.hasOwn(values, name)) continue;
      total += bytesOf(omitted(text)) - bytesOf(values[name]);
      setField(values, name, omitted(text));
      missing.set(name, TOO_LARGE);
    }
  }
  const [before, after] = sides.map(({ values }) => values);
  return { ...draft, before: draft.before && before, after: draft.after && after, missing };
}

/** Of two sides, only the columns that differ. */
function withoutUnchanged(draft: Draft): Draft {
  if (draft.before === undefined || draft.after === undefined) return draft;
  const changed = new Set(draft.fields);
  const kept = (side: JsonObject): JsonObject => Object.fromEntries(Object.entries(side).filter(([name]) => changed.has(escapeStep(name))));
  const left = new Set([...Object.keys(draft.before), ...Object.keys(draft.after)].filter((name) => !changed.has(escapeStep(name))));
  const reason = `${left.size} columns that did not change are left out, because the row is too large for an event`;
  const missing = new Map([...draft.missing].filter(([name]) => !left.has(name)));
  return { ...draft, before: kept(draft.before), after: kept(draft.after), missing: missing.set(ROW, reason) };
}
