// The state of a resource at an instant, rebuilt from its events, with who set each field, and what is doubtful about it.
//
//   unknown --made--> present --removed--> deleted
//      \--observed, changed--^  ^----made-----/

import { sameJson } from '../event/diff.ts';
import { escapeStep } from '../event/pointer.ts';
import type { Json, JsonObject } from '../event/types.ts';
import { isMarker, isWithin, leavesBelow, leavesOf } from './leaves.ts';
import { isTruncation, isWhole, type Telling, tellingOf } from './telling.ts';
import type { Blame, CaptureGap, Doubt, FieldState, HistoryEvent, ResourceState, Standing } from './types.ts';

interface Leaf {
  readonly value: Json;
  readonly setBy: Blame | undefined;
}

/** A doubt that a later event may end. */
interface Pending {
  readonly doubt: Doubt;
  /** Of values that are missing: the columns that were found changed when the resource was next seen whole; absent until then. */
  among?: readonly string[];
}

interface Building {
  standing: Standing;
  values: Readonly<Record<string, Json>>;
  leaves: Map<string, Leaf>;
  pending: Pending[];
  last: Blame | undefined;
  knownSince: string | undefined;
  /** Milliseconds since 1970: of the last event that shows the whole resource. */
  shownMs: number;
}

function nothingYet(): Building {
  return {
    standing: 'unknown',
    values: {},
    leaves: new Map(),
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
  const fields = [...building.leaves].map(([field, { value, setBy }]): FieldState => ({ field, value, ...(setBy && { setBy }) }));
  return {
    standing: building.standing,
    values: building.values,
    fields: fields.sort((a, b) => (a.field < b.field ? -1 : 1)),
    doubts: [...openDoubts(building), ...openGaps(building.shownMs, at, gaps)],
    ...(building.last && { last: building.last }),
    ...(building.knownSince !== undefined && { knownSince: building.knownSince }),
  };
}

/** Gaps after the last event that shows the resource: until the next one nobody knows what happened in them. */
function openGaps(shownMs: number, at: number, gaps: readonly CaptureGap[]): Doubt[] {
  return gaps
    .filter(({ from, to }) => Date.parse(from) <= at && (to === undefined || Date.parse(to) > shownMs))
    .map(({ from, to, detail }) => ({ kind: 'gap', from, ...(to === undefined ? {} : { to }), detail }));
}

/** What later events have not cleared up. Who set a field is clear again once it was set anew. */
function openDoubts({ pending, leaves, values }: Building): Doubt[] {
  const unblamed = [...leaves].filter(([, { setBy }]) => setBy === undefined).map(([field]) => field);
  const open = (fields: readonly string[]): string[] => fields.filter((field) => unblamed.some((leaf) => isWithin(leaf, field)));
  return pending.flatMap(({ doubt, among }): Doubt[] => {
    if (doubt.kind === 'field_unknown') return Object.keys(values).some((name) => escapeStep(name) === doubt.field) ? [] : [doubt];
    if (doubt.kind !== 'unrecorded_change') return among === undefined || open(among).length > 0 ? [doubt] : [];
    const fields = open(doubt.fields);
    return fields.length === 0 ? [] : [{ ...doubt, fields }];
  });
}

/** A truncation, which is about every resource of the type. */
function isOfType(event: HistoryEvent): boolean {
  return isTruncation(event) && event.resource !== undefined && event.resource.id === undefined;
}

function blameOf(event: HistoryEvent, telling: Telling): Blame {
  const { id, seq, occurredAt, action, actor } = event;
  return { event: id, seq, at: occurredAt, action, ...(actor && { actor }), ...(telling === 'observed' && { observed: true as const }) };
}

function apply(building: Building, event: HistoryEvent, telling: Telling): void {
  if (building.standing !== 'present' && isOfType(event)) {
    // A table that was emptied held nothing that comes into being later.
    if (building.standing === 'unknown') building.standing = 'absent';
    return;
  }
  const blame = blameOf(event, telling);
  const atMs = Date.parse(event.occurredAt);
  if (telling === 'made' || telling === 'removed' || building.standing === 'deleted' || building.standing === 'absent') {
    Object.assign(building, { ...nothingYet(), standing: telling === 'removed' ? 'deleted' : 'present', shownMs: atMs });
  } else {
    compareWithBefore(building, event, blame);
    building.standing = 'present';
  }
  building.last = blame;
  building.knownSince ??= event.occurredAt;
  if (telling === 'removed') return;
  const after = event.change?.after;
  const unavailable = event.change?.unavailable ?? [];
  // A row too large for an event even without its values tells that it was changed, and no more.
  if (after === undefined || (unavailable.some(({ field }) => field === '') && Object.keys(after).length === 0)) {
    building.pending.push({ doubt: { kind: 'values_missing', event: event.id, at: event.occurredAt, action: event.action } });
    return;
  }
  if (isWhole(event)) {
    building.shownMs = atMs;
    building.pending = building.pending.filter(({ doubt }) => doubt.kind !== 'field_unknown');
    for (const item of unseenOf(building)) item.among = [];
  }
  take(building, event, after, blame);
}

/** An event that shows other values before than those that were left tells that something went unseen. */
function compareWithBefore(building: Building, event: HistoryEvent, blame: Blame): void {
  const before = event.change?.before;
  if (before === undefined || building.standing !== 'present') return;
  const missing = unavailableOf(event);
  const differs = Object.keys(before).filter((name) => {
    const known = Object.hasOwn(building.values, name) ? building.values[name] : undefined;
    const value = before[name] as Json;
    if (known === undefined || missing.has(escapeStep(name)) || isMarker(known) || isMarker(value)) return false;
    return !sameJson(known, value);
  });
  const fields = differs.map(escapeStep);
  const unseen = unseenOf(building);
  // An event that did not say what it changed has most likely changed these.
  if (unseen.length > 0 && isWhole(event)) for (const item of unseen) item.among = fields;
  else if (unseen.length === 0 && fields.length > 0) {
    building.pending.push({ doubt: { kind: 'unrecorded_change', fields, after: building.last?.at ?? blame.at, before: blame.at } });
  }
  // Who set them is not known; what this event sets is said by it.
  for (const name of differs) replaceLeaves(building.leaves, escapeStep(name), before[name] as Json);
}

function unseenOf({ pending }: Building): Pending[] {
  return pending.filter(({ doubt, among }) => doubt.kind === 'values_missing' && among === undefined);
}

function unavailableOf({ change }: HistoryEvent): ReadonlyMap<string, string> {
  return new Map((change?.unavailable ?? []).map(({ field, reason }) => [field, reason]));
}

function take(building: Building, event: HistoryEvent, after: JsonObject, blame: Blame): void {
  const missing = unavailableOf(event);
  const whole = isWhole(event);
  const values = Object.create(null) as Record<string, Json>;
  const before = event.change?.before ?? {};
  for (const [name, value] of Object.entries(building.values)) {
    const kept = whole ? missing.has(escapeStep(name)) : Object.hasOwn(after, name) || !Object.hasOwn(before, name);
    if (kept) values[name] = value;
  }
  // A value that is only named as too large, or could not be had, stays what it was where that is known.
  for (const [name, value] of Object.entries(after)) values[name] = value;
  const names = new Set(Object.keys(values).map(escapeStep));
  for (const [field, reason] of missing) {
    // Columns that were left out did not change: they are known where the resource was ever seen whole.
    if (names.has(field) || (field === '' && building.shownMs !== Number.NEGATIVE_INFINITY)) continue;
    building.pending = building.pending.filter(({ doubt }) => doubt.kind !== 'field_unknown' || doubt.field !== field);
    building.pending.push({ doubt: { kind: 'field_unknown', field, reason, event: event.id } });
  }
  building.values = { ...values };
  relabel(building, event, blame);
}

/** Carries over who set each leaf, and names this event for those that it changed. */
function relabel(building: Building, event: HistoryEvent, blame: Blame): void {
  const telling = tellingOf(event);
  const setsAll = telling === 'made' || telling === 'observed';
  // An observation that finds what was known does not hide who set it.
  const touched = touches(telling === 'observed' ? [] : (event.change?.fields ?? []));
  const before = building.leaves;
  const leaves = new Map<string, Leaf>();
  for (const [field, value] of leavesOf(building.values)) {
    const known = before.get(field);
    const changed = touched(field, value);
    if (!changed && known !== undefined && sameJson(known.value, value)) leaves.set(field, known);
    else leaves.set(field, { value, setBy: changed || setsAll || known !== undefined ? blame : undefined });
  }
  building.leaves = leaves;
}

/** Whether a leaf is among changed fields, lies below one, or holds one (an array, or an object that was emptied). */
function touches(changed: readonly string[]): (field: string, value: Json) => boolean {
  if (changed.length === 0) return () => false;
  const fields = new Set(changed);
  return (field, value) => {
    if (fields.has(field)) return true;
    for (let end = field.lastIndexOf('/'); end > 0; end = field.lastIndexOf('/', end - 1)) if (fields.has(field.slice(0, end))) return true;
    return typeof value === 'object' && value !== null && changed.some((name) => isWithin(name, field));
  };
}

function replaceLeaves(leaves: Map<string, Leaf>, field: string, value: Json): void {
  for (const known of [...leaves.keys()]) if (isWithin(known, field)) leaves.delete(known);
  for (const [below, leaf] of leavesBelow(value, field)) leaves.set(below, { value: leaf, setBy: undefined });
}
