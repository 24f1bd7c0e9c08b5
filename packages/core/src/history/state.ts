// The state of a resource at an instant, rebuilt from its events, with who set each field, and what is doubtful about it.
//
//   unknown --made--> present --removed--> deleted
//      \--observed, changed--^  ^----made-----/

import { sameJson } from '../event/diff.ts';
import { escapeStep, stepsOf } from '../event/pointer.ts';
import type { Json, JsonObject } from '../event/types.ts';
import { isMarker, isObject, isWithin, leavesBelow } from './leaves.ts';
import { isTruncation, isWhole, type Telling, tellingOf } from './telling.ts';
import type { Blame, CaptureGap, Doubt, FieldState, HistoryEvent, ResourceState, Standing } from './types.ts';

interface Leaf {
  readonly value: Json;
  readonly setBy: HistoryEvent | undefined;
}

/** The leaves of one column, by their pointers. */
type Column = ReadonlyMap<string, Leaf>;

/** A doubt that a later event may end. */
interface Pending {
  readonly doubt: Doubt;
  /** Of values that are missing: the columns that were found changed when the resource was next seen whole; absent until then. */
  among?: readonly string[];
}

interface Building {
  standing: Standing;
  /** By name; what holds for most columns of most events, that they stay as they are, must cost little. */
  values: Map<string, Json>;
  columns: Map<string, Column>;
  pending: Pending[];
  last: HistoryEvent | undefined;
  knownSince: string | undefined;
  /** Milliseconds since 1970: of the last event that shows the whole resource. */
  shownMs: number;
}

function nothingYet(): Building {
  return {
    standing: 'unknown',
    values: new Map(),
    columns: new Map(),
    pending: [],
    last: undefined,
    knownSince: undefined,
    shownMs: Number.NEGATIVE_INFINITY,
  };
}

/**
 * The events of the past may begin with the last one that `startsAnew`: what was before it changes nothing.
 *
 * @param events all about one resource, and the truncations of its type, in the order of (occurredAt, seq), oldest first; of
 *   those later than `at` the first one tells whether the resource was there before
 * @param at milliseconds since 1970; what occurred in that very millisecond counts
 * @param gaps of the capture that the resource's changes come through
 * @example stateAt(events, Date.parse('2026-11-01T10:00:00Z')).fields // [{ field: 'model', value: 'large-2', setBy: {...} }]
 */
export function stateAt(events: readonly HistoryEvent[], at: number, gaps: readonly CaptureGap[] = []): ResourceState {
  const building = nothingYet();
  for (const event of events) {
    const telling = tellingOf(event);
    if (telling === undefined) continue;
    if (Date.parse(event.occurredAt) <= at) {
      apply(building, event, telling);
      continue;
    }
    if (isOfType(event)) continue;
    // What is made later was not there before; of everything else only its event tells.
    if (building.standing === 'unknown' && telling === 'made') building.standing = 'absent';
    building.knownSince ??= event.occurredAt;
    break;
  }
  const { standing, values, last, knownSince } = building;
  const fields = leavesOf(building).map(([field, { value, setBy }]): FieldState => ({
    field,
    value,
    ...(setBy && { setBy: blameOf(setBy) }),
  }));
  return {
    standing,
    values: Object.fromEntries(values),
    fields: fields.sort((one, other) => (one.field < other.field ? -1 : 1)),
    doubts: [...openDoubts(building), ...openGaps(building.shownMs, at, gaps)],
    ...(last && { last: blameOf(last) }),
    ...(knownSince !== undefined && { knownSince }),
  };
}

function leavesOf({ columns }: Building): [field: string, leaf: Leaf][] {
  return [...columns.values()].flatMap((column) => [...column]);
}

/** Gaps after the last event that shows the resource: until the next one nobody knows what happened in them. */
function openGaps(shownMs: number, at: number, gaps: readonly CaptureGap[]): Doubt[] {
  return gaps
    .filter(({ from, to }) => Date.parse(from) <= at && (to === undefined || Date.parse(to) > shownMs))
    .map(({ from, to, detail }) => ({ kind: 'gap', from, ...(to === undefined ? {} : { to }), detail }));
}

/** What later events have not cleared up. Who set a field is clear again once it was set anew. */
function openDoubts(building: Building): Doubt[] {
  const { pending, values } = building;
  if (pending.length === 0) return [];
  const unblamed = leavesOf(building).flatMap(([field, { setBy }]) => (setBy === undefined ? [field] : []));
  const open = (fields: readonly string[]): string[] => fields.filter((field) => unblamed.some((leaf) => isWithin(leaf, field)));
  return pending.flatMap(({ doubt, among }): Doubt[] => {
    if (doubt.kind === 'field_unknown') return hasField(values, doubt.field) ? [] : [doubt];
    if (doubt.kind !== 'unrecorded_change') return among === undefined || open(among).length > 0 ? [doubt] : [];
    const fields = open(doubt.fields);
    return fields.length === 0 ? [] : [{ ...doubt, fields }];
  });
}

/** Whether there is a value at a pointer without its first slash; the empty one stands for columns that are not named. */
function hasField(values: ReadonlyMap<string, Json>, field: string): boolean {
  const [name = '', ...below] = stepsOf(field);
  let value = field === '' ? undefined : values.get(name);
  for (const step of below) value = isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  return value !== undefined;
}

/** A truncation, which is about every resource of the type. */
function isOfType(event: HistoryEvent): boolean {
  return isTruncation(event) && event.resource !== undefined && event.resource.id === undefined;
}

function blameOf(event: HistoryEvent): Blame {
  const { id, seq, occurredAt, action, actor } = event;
  const observed = tellingOf(event) === 'observed';
  return { event: id, seq, at: occurredAt, action, ...(actor && { actor }), ...(observed && { observed: true as const }) };
}

function apply(building: Building, event: HistoryEvent, telling: Telling): void {
  if (building.standing !== 'present' && isOfType(event)) {
    // A table that was emptied held nothing that comes into being later.
    if (building.standing === 'unknown') building.standing = 'absent';
    return;
  }
  const atMs = Date.parse(event.occurredAt);
  if (telling === 'made' || telling === 'removed' || building.standing === 'deleted' || building.standing === 'absent') {
    Object.assign(building, { ...nothingYet(), standing: telling === 'removed' ? 'deleted' : 'present', shownMs: atMs });
  } else {
    compareWithBefore(building, event);
    building.standing = 'present';
  }
  building.last = event;
  building.knownSince ??= event.occurredAt;
  if (telling === 'removed') return;
  const { after, unavailable = [] } = event.change ?? {};
  // A row too large for an event even without its values tells that it was changed, and no more.
  if (after === undefined || (unavailable.some(({ field }) => field === '') && Object.keys(after).length === 0)) {
    building.pending.push({ doubt: { kind: 'values_missing', event: event.id, at: event.occurredAt, action: event.action } });
    return;
  }
  if (isWhole(event)) {
    building.shownMs = atMs;
    if (building.pending.length > 0) building.pending = building.pending.filter(({ doubt }) => doubt.kind !== 'field_unknown');
    for (const item of unseenOf(building)) item.among = [];
  }
  take(building, event, telling, after);
}

/** An event that shows other values before than those that were left tells that something went unseen. */
function compareWithBefore(building: Building, event: HistoryEvent): void {
  const before = event.change?.before;
  if (before === undefined || building.standing !== 'present') return;
  const missing = unavailableOf(event);
  const differs = Object.keys(before).filter((name) => {
    const known = building.values.get(name);
    const value = before[name] as Json;
    if (known === undefined || known === value || sameJson(known, value)) return false;
    return !missing.has(escapeStep(name)) && !isMarker(known) && !isMarker(value);
  });
  const unseen = unseenOf(building);
  const fields = differs.map(escapeStep);
  // An event that did not say what it changed has most likely changed these.
  if (unseen.length > 0 && isWhole(event)) for (const item of unseen) item.among = fields;
  else if (unseen.length === 0 && fields.length > 0) {
    const after = building.last?.occurredAt ?? event.occurredAt;
    building.pending.push({ doubt: { kind: 'unrecorded_change', fields, after, before: event.occurredAt } });
  }
  // Who set them is not known; what this event sets is said by it.
  for (const name of differs) {
    const value = before[name] as Json;
    building.values.set(name, value);
    building.columns.set(
      name,
      new Map(leavesBelow(value, escapeStep(name)).map(([field, leaf]) => [field, { value: leaf, setBy: undefined }])),
    );
  }
}

function unseenOf({ pending }: Building): Pending[] {
  return pending.filter(({ doubt, among }) => doubt.kind === 'values_missing' && among === undefined);
}

const NOTHING_MISSING: ReadonlyMap<string, string> = new Map();

function unavailableOf({ change }: HistoryEvent): ReadonlyMap<string, string> {
  const unavailable = change?.unavailable ?? [];
  return unavailable.length === 0 ? NOTHING_MISSING : new Map(unavailable.map(({ field, reason }) => [field, reason]));
}

function take(building: Building, event: HistoryEvent, telling: Telling, after: JsonObject): void {
  const { values, columns } = building;
  const missing = unavailableOf(event);
  const whole = isWhole(event);
  const before = event.change?.before ?? {};
  for (const name of values.keys()) {
    if (Object.hasOwn(after, name) || (whole ? missing.has(escapeStep(name)) : !Object.hasOwn(before, name))) continue;
    values.delete(name);
    columns.delete(name);
  }
  // An observation that finds what was known does not hide who set it.
  const touched = columnsOf(telling === 'observed' ? [] : (event.change?.fields ?? []));
  const setsAll = telling === 'made' || telling === 'observed';
  // A value that is only named as too large, or could not be had, stays what it was where that is known.
  for (const name of Object.keys(after)) {
    const value = after[name] as Json;
    const known = values.get(name);
    const fields = touched.get(name);
    if (fields === undefined && known !== undefined && (known === value || sameJson(known, value))) continue;
    values.set(name, value);
    columns.set(name, relabel(columns.get(name), leavesBelow(value, escapeStep(name)), fields ?? [], event, setsAll));
  }
  for (const [field, reason] of missing) {
    // Columns that were left out did not change: they are known where the resource was ever seen whole.
    if (hasField(values, field) || (field === '' && building.shownMs !== Number.NEGATIVE_INFINITY)) continue;
    building.pending = building.pending.filter(({ doubt }) => doubt.kind !== 'field_unknown' || doubt.field !== field);
    building.pending.push({ doubt: { kind: 'field_unknown', field, reason, event: event.id } });
  }
}

/** Changed fields by the column in which they lie. */
function columnsOf(fields: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const columns = new Map<string, string[]>();
  for (const field of fields) {
    const [name = ''] = stepsOf(field);
    const known = columns.get(name);
    if (known === undefined) columns.set(name, [field]);
    else known.push(field);
  }
  return columns;
}

/** Carries over who set each leaf of a column, and names this event for those that it changed. */
function relabel(
  was: Column | undefined,
  now: readonly [string, Json][],
  fields: readonly string[],
  event: HistoryEvent,
  setsAll: boolean,
): Column {
  return new Map(
    now.map(([field, value]) => {
      const known = was?.get(field);
      // A changed field may lie below a leaf (an array), or above it (an object that was not there).
      const changed = fields.some((name) => isWithin(name, field) || isWithin(field, name));
      if (!changed && known !== undefined && sameJson(known.value, value)) return [field, known];
      return [field, { value, setBy: changed || setsAll || known !== undefined ? event : undefined }];
    }),
  );
}
