// The state of a resource at an instant, rebuilt from its events, with who set each field, and what is doubtful about it.
//
//   unknown --created--> present --deleted--> deleted
//      \--observed, updated--^  ^-----created-----/

import { sameJson } from '../event/diff.ts';
import { escapeStep } from '../event/pointer.ts';
import type { Json, JsonObject } from '../event/types.ts';
import type { Blame, CaptureGap, Doubt, FieldState, HistoryEvent, ResourceState, Standing } from './types.ts';

interface Leaf {
  readonly value: Json;
  readonly setBy: Blame | undefined;
}

interface Building {
  standing: Standing;
  values: Record<string, Json>;
  leaves: Map<string, Leaf>;
  doubts: Doubt[];
  last: Blame | undefined;
  knownSince: string | undefined;
}

/**
 * @param events all about one resource, in the order of (occurredAt, seq), oldest first; later ones than `at` are left out of account
 * @param at milliseconds since 1970; what occurred in that very millisecond counts
 * @param gaps of the capture that the resource's changes come through
 * @example stateAt(events, Date.parse('2026-11-01T10:00:00Z')).fields // [{ field: 'model', value: 'large-2', setBy: {...} }]
 */
export function stateAt(events: readonly HistoryEvent[], at: number, gaps: readonly CaptureGap[] = []): ResourceState {
  const building: Building = { standing: 'unknown', values: {}, leaves: new Map(), doubts: [], last: undefined, knownSince: undefined };
  for (const event of events) {
    if (Date.parse(event.occurredAt) > at) {
      // What is made later was not there before; of everything else only its event tells.
      if (building.standing === 'unknown' && makes(event)) building.standing = 'absent';
      break;
    }
    apply(building, event);
  }
  const doubts = [...building.doubts, ...openGaps(building.last, at, gaps)];
  const fields = [...building.leaves].map(([field, { value, setBy }]): FieldState => ({ field, value, ...(setBy && { setBy }) }));
  return {
    standing: building.standing,
    values: building.values,
    fields: fields.sort((a, b) => (a.field < b.field ? -1 : 1)),
    doubts,
    ...(building.last && { last: building.last }),
    ...(building.knownSince !== undefined && { knownSince: building.knownSince }),
  };
}

/** Gaps after the last event that shows the resource: until the next one nobody knows what happened in them. */
function openGaps(last: Blame | undefined, at: number, gaps: readonly CaptureGap[]): Doubt[] {
  const seen = last === undefined ? Number.NEGATIVE_INFINITY : Date.parse(last.at);
  return gaps
    .filter(({ from, to }) => Date.parse(from) <= at && (to === undefined || Date.parse(to) > seen))
    .map(({ from, to, detail }) => ({ kind: 'gap', from, ...(to === undefined ? {} : { to }), detail }));
}

function makes({ operation }: HistoryEvent): boolean {
  return operation === 'create';
}

function isObservation({ action }: HistoryEvent): boolean {
  return action.endsWith('.observed');
}

function isRemoval({ operation, action }: HistoryEvent): boolean {
  return operation === 'delete' || action.endsWith('.truncated');
}

function blameOf(event: HistoryEvent): Blame {
  const { id, seq, occurredAt, action, actor } = event;
  return { event: id, seq, at: occurredAt, action, ...(actor && { actor }), ...(isObservation(event) && { observed: true as const }) };
}

function apply(building: Building, event: HistoryEvent): void {
  const { change } = event;
  const removal = isRemoval(event);
  const tells = change !== undefined || removal || makes(event) || event.operation === 'update';
  if (!tells) return;
  const blame = blameOf(event);
  compareWithBefore(building, event, blame);
  building.last = blame;
  building.knownSince ??= event.occurredAt;
  if (removal) {
    building.standing = 'deleted';
    building.values = {};
    building.leaves = new Map();
    // What was doubtful about a value that is gone is over.
    building.doubts = [];
    return;
  }
  if (building.standing === 'deleted' || makes(event)) {
    building.values = {};
    building.leaves = new Map();
    building.doubts = [];
  }
  building.standing = 'present';
  if (change?.after === undefined) {
    building.doubts.push({ kind: 'values_missing', event: event.id, at: event.occurredAt, action: event.action });
    return;
  }
  take(building, event, change.after, blame);
}

/** An event that shows other values before than those that were left tells that something went unseen. */
function compareWithBefore(building: Building, event: HistoryEvent, blame: Blame): void {
  const before = event.change?.before;
  if (before === undefined || building.standing !== 'present') return;
  const missing = unavailableOf(event);
  const differs = Object.keys(before).filter((name) => {
    const known = Object.hasOwn(building.values, name) ? building.values[name] : undefined;
    return known !== undefined && !missing.has(escapeStep(name)) && !sameJson(known, before[name] as Json);
  });
  if (differs.length === 0) return;
  const fields = differs.map(escapeStep);
  building.doubts.push({ kind: 'unrecorded_change', fields, after: building.last?.at ?? blame.at, before: blame.at });
  // Who set them is not known; what this event sets is said by it.
  for (const name of differs) replaceLeaves(building.leaves, escapeStep(name), before[name] as Json, undefined);
}

function unavailableOf({ change }: HistoryEvent): ReadonlyMap<string, string> {
  return new Map((change?.unavailable ?? []).map(({ field, reason }) => [field, reason]));
}

/** Whether the values are all that the resource has: then what is not among them is not there. */
function isWhole(event: HistoryEvent): boolean {
  return makes(event) || isObservation(event) || event.source?.kind === 'postgres';
}

function take(building: Building, event: HistoryEvent, after: JsonObject, blame: Blame): void {
  const missing = unavailableOf(event);
  const whole = isWhole(event);
  const values: Record<string, Json> = Object.create(null) as Record<string, Json>;
  const before = event.change?.before ?? {};
  for (const [name, value] of Object.entries(building.values)) {
    const kept = whole ? missing.has(escapeStep(name)) : Object.hasOwn(after, name) || !Object.hasOwn(before, name);
    if (kept) values[name] = value;
  }
  // A value that is only named as too large, or could not be had, stays what it was where that is known.
  for (const [name, value] of Object.entries(after)) values[name] = value;
  for (const [field, reason] of missing) {
    if (Object.keys(values).some((name) => escapeStep(name) === field)) continue;
    building.doubts.push({ kind: 'field_unknown', field, reason, event: event.id });
  }
  building.values = { ...values };
  relabel(building, event, blame, whole && (makes(event) || isObservation(event)));
}

/** Carries over who set each leaf, and names this event for those that it changed. */
function relabel(building: Building, event: HistoryEvent, blame: Blame, setsAll: boolean): void {
  const changed = event.change?.fields ?? [];
  const before = building.leaves;
  const leaves = new Map<string, Leaf>();
  for (const [field, value] of leavesOf(building.values)) {
    const known = before.get(field);
    const same = known !== undefined && sameJson(known.value, value);
    const touched = changed.some((name) => name === field || name.startsWith(`${field}/`) || field.startsWith(`${name}/`));
    if (same && !touched) leaves.set(field, known);
    else leaves.set(field, { value, setBy: touched || setsAll || known !== undefined ? blame : undefined });
  }
  building.leaves = leaves;
}

function replaceLeaves(leaves: Map<string, Leaf>, field: string, value: Json, setBy: Blame | undefined): void {
  for (const known of [...leaves.keys()]) if (known === field || known.startsWith(`${field}/`)) leaves.delete(known);
  for (const [below, leaf] of leavesBelow(value, field)) leaves.set(below, { value: leaf, setBy });
}

function leavesOf(values: JsonObject): [string, Json][] {
  return Object.entries(values).flatMap(([name, value]) => leavesBelow(value, escapeStep(name)));
}

function leavesBelow(value: Json, field: string): [string, Json][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || isMarker(value as JsonObject)) return [[field, value]];
  const members = Object.entries(value as JsonObject);
  return members.length === 0 ? [[field, value]] : members.flatMap(([name, member]) => leavesBelow(member, `${field}/${escapeStep(name)}`));
}

/** What stands in the place of a secret, or of a value too large, is one value. */
function isMarker(value: JsonObject): boolean {
  return typeof value['redacted'] === 'string' || typeof value['omitted'] === 'string';
}
