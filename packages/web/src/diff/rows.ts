// A change as rows that a person reads: one a field, nested objects by path, lists by item. Pure; the renderer only draws.

import { type Change, deltasOf, escapeStep, type FieldDelta, type Json, type JsonObject, sameJson, stepsOf } from '@indelible/core/event';
import { type ListItem, listItems } from './list-items.ts';
import { ABSENT, isList, isOpened, isPlainList, isRecord, type Side, sideOf, type TypeName, typeOf } from './values.ts';

export type Step =
  | { readonly kind: 'key'; readonly name: string }
  /** An item of a list, by what it is known by or by its place (from 0). */
  | { readonly kind: 'item'; readonly label: string };

export interface Row {
  /** Unique among the rows of a change. */
  readonly id: string;
  /** The field as events name it, for queries: "config/limits/max". Of an item of a list, that of the list. */
  readonly field: string;
  readonly steps: readonly Step[];
  /** `unknown`: what is to be known of it is that its value could not be had. */
  readonly mark: 'added' | 'removed' | 'changed' | 'moved' | 'same' | 'unknown';
  readonly before: Side;
  readonly after: Side;
  /** Where the value changed its type. */
  readonly retyped?: { readonly from: TypeName; readonly to: TypeName };
  /** Where an item of a list changed its place: both from 0. */
  readonly moved?: { readonly from: number; readonly to: number };
  /** Of two lists of plain values: their items as one list. */
  readonly items?: readonly ListItem[];
}

interface Context {
  readonly rows: Row[];
  readonly changed: ReadonlySet<string>;
  readonly unavailable: ReadonlyMap<string, string>;
  /** Whether there is a side at all: a created resource has no values before. */
  readonly sides: { readonly before: boolean; readonly after: boolean };
}

interface Place {
  readonly field: string;
  readonly steps: readonly Step[];
}

/**
 * Every field of a change, in the order of their names, the unchanged ones among them (mark `same`).
 *
 * @example
 * rowsOf({ before: { model: 'a', n: 1 }, after: { model: 'b', n: 1 }, fields: ['model'] }).map(({ field, mark }) => [field, mark])
 * // [["model", "changed"], ["n", "same"]]
 */
export function rowsOf(change: Change): Row[] {
  const context: Context = {
    rows: [],
    changed: new Set(change.fields),
    unavailable: new Map(change.unavailable?.map(({ field, reason }) => [field, reason])),
    sides: { before: change.before !== undefined, after: change.after !== undefined },
  };
  compareMembers(context, change.before ?? {}, change.after ?? {}, { field: '', steps: [] });
  const isTold = toldBy(context.rows);
  const named = new Map(deltasOf(change).map((delta) => [delta.field, delta]));
  for (const field of [...change.fields, ...context.unavailable.keys()]) {
    if (!isTold(field)) untold(context, named.get(field) ?? { field, kind: 'changed' });
  }
  return context.rows;
}

/** Rows of single leaves that differ, as a comparison of two states lists them. */
export function rowsOfDeltas(deltas: readonly FieldDelta[]): Row[] {
  const rows: Row[] = [];
  for (const { field, before, after } of deltas) {
    const context: Context = { rows, changed: new Set([field]), unavailable: new Map(), sides: { before: true, after: true } };
    compare(context, before, after, placeOf(field));
  }
  return rows;
}

function placeOf(field: string): Place {
  return { field, steps: stepsOf(field).map((name) => ({ kind: 'key', name })) };
}

/** Whether a row stands for a field, for something below it, or for a changed value that it lies in. */
function toldBy(rows: readonly Row[]): (field: string) => boolean {
  const above = new Set(rows.flatMap(({ field }) => [field, ...ancestorsOf(field)]));
  const changed = new Set(rows.flatMap(({ field, mark }) => (mark === 'same' ? [] : [field])));
  return (field) => above.has(field) || ancestorsOf(field).some((ancestor) => changed.has(ancestor));
}

/** @example ancestorsOf('config/limits/max') // ['config/limits', 'config'] */
function ancestorsOf(field: string): string[] {
  const found: string[] = [];
  for (let end = field.lastIndexOf('/'); end > 0; end = field.lastIndexOf('/', end - 1)) found.push(field.slice(0, end));
  return found;
}

/** A field that the event names and that no row stands for: a secret within a list, or what neither side holds. */
function untold(context: Context, { field, before, after }: FieldDelta): void {
  const steps = field === '' ? [] : placeOf(field).steps;
  const row = rowAt(context, before, after, { field, steps });
  context.rows.push({ ...row, id: `?${row.id}`, mark: context.changed.has(field) ? 'changed' : 'unknown' });
}

function compareMembers(context: Context, before: JsonObject, after: JsonObject, place: Place): void {
  for (const name of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()) {
    const field = place.field === '' ? escapeStep(name) : `${place.field}/${escapeStep(name)}`;
    const below: Place = { field, steps: [...place.steps, { kind: 'key', name }] };
    compare(context, Object.hasOwn(before, name) ? before[name] : undefined, Object.hasOwn(after, name) ? after[name] : undefined, below);
  }
}

function compare(context: Context, before: Json | undefined, after: Json | undefined, place: Place): void {
  if (isRecord(before) && isRecord(after) && isOpened(before) && isOpened(after)) compareMembers(context, before, after, place);
  else if (before === undefined && isOpened(after) && !context.unavailable.has(place.field)) compareMembers(context, {}, after, place);
  else if (after === undefined && isOpened(before) && !context.unavailable.has(place.field)) compareMembers(context, before, {}, place);
  else if (isList(before) && isList(after) && !sameJson(before, after)) compareLists(context, before, after, place);
  else leaf(context, before, after, place);
}

function compareLists(context: Context, before: readonly Json[], after: readonly Json[], place: Place): void {
  const items = listItems(before, after);
  if (isPlainList(before) && isPlainList(after)) {
    context.rows.push({ ...rowAt(context, before, after, place), mark: 'changed', items });
    return;
  }
  for (const item of items) {
    const label = item.by === undefined ? String(item.after?.index ?? item.before?.index) : `${item.by.key} ${item.by.value}`;
    const side = item.after === undefined ? 'was ' : '';
    const below: Place = { field: place.field, steps: [...place.steps, { kind: 'item', label: `${side}${label}` }] };
    const moved = item.moved ? { moved: { from: item.before?.index ?? 0, to: item.after?.index ?? 0 } } : {};
    if (item.kind === 'changed' && isOpened(item.before?.value) && isOpened(item.after?.value)) {
      if (item.moved) context.rows.push({ ...rowAt(context, undefined, undefined, below), mark: 'moved', ...moved });
      compareItem(context, item.before.value, item.after.value, below);
    } else if (item.kind === 'changed' && isList(item.before?.value) && isList(item.after?.value)) {
      compareLists(context, item.before.value, item.after.value, below);
    } else {
      const mark = item.kind === 'same' && item.moved ? 'moved' : item.kind;
      context.rows.push({ ...rowAt(context, item.before?.value, item.after?.value, below), mark, ...moved });
    }
  }
}

/** Below an item the field stays that of the list: an event's fields name items by place, and the place may be another. */
function compareItem(context: Context, before: JsonObject, after: JsonObject, place: Place): void {
  const rows: Row[] = [];
  compareMembers({ rows, changed: new Set(), unavailable: new Map(), sides: { before: true, after: true } }, before, after, {
    field: '',
    steps: place.steps,
  });
  for (const row of rows) context.rows.push({ ...row, field: place.field });
}

function leaf(context: Context, before: Json | undefined, after: Json | undefined, place: Place): void {
  context.rows.push(rowAt(context, before, after, place));
}

function rowAt(context: Context, before: Json | undefined, after: Json | undefined, place: Place): Row {
  const reason = context.unavailable.get(place.field);
  const side = (value: Json | undefined, other: Json | undefined, has: boolean): Side => {
    if (value !== undefined || reason === undefined) return sideOf(value);
    return has || sideOf(other).kind !== 'omitted' ? { kind: 'unknown', reason } : ABSENT;
  };
  const row: Row = {
    id: idOf(place.steps),
    field: place.field,
    steps: place.steps,
    mark: 'same',
    before: side(before, after, context.sides.before),
    after: side(after, before, context.sides.after),
  };
  return { ...row, mark: markOf(row, context.changed.has(place.field)), ...retyped(before, after) };
}

function markOf({ before, after }: Row, isNamed: boolean): Row['mark'] {
  if (before.kind === 'absent' && after.kind === 'absent') return 'unknown';
  if (before.kind === 'absent') return 'added';
  if (after.kind === 'absent') return 'removed';
  // Markers of two secrets are the same; that the event names the field tells that the secret changed.
  if (isNamed || before.kind !== after.kind) return 'changed';
  if (before.kind === 'unknown') return 'unknown';
  if (before.kind === 'value' && after.kind === 'value') return sameJson(before.value, after.value) ? 'same' : 'changed';
  if (before.kind === 'omitted' && after.kind === 'omitted') return before.sha256 === after.sha256 ? 'same' : 'changed';
  return 'same';
}

function retyped(before: Json | undefined, after: Json | undefined): Pick<Row, 'retyped'> {
  if (before === undefined || after === undefined || before === null || after === null) return {};
  if (sideOf(before).kind !== 'value' || sideOf(after).kind !== 'value') return {};
  const [from, to] = [typeOf(before), typeOf(after)];
  return from === to ? {} : { retyped: { from, to } };
}

function idOf(steps: readonly Step[]): string {
  return steps.map((step) => (step.kind === 'key' ? escapeStep(step.name) : `[${escapeStep(step.label)}]`)).join('/');
}

/** How many rows there are of each mark. */
export function countRows(rows: readonly Row[]): Record<Row['mark'], number> {
  const counts = { added: 0, removed: 0, changed: 0, moved: 0, same: 0, unknown: 0 };
  for (const { mark } of rows) counts[mark]++;
  return counts;
}
