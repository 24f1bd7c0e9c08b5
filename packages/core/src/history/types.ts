// What is known of a resource at an instant, and by which events it is known.

import type { Actor, AuditEvent, Json, JsonObject } from '../event/types.ts';

/** An event about the resource, or a truncation of its type, with its place in the log. Sections may have been cleared: their parts are absent then. */
export type HistoryEvent = Partial<AuditEvent> & Pick<AuditEvent, 'id' | 'action' | 'operation' | 'occurredAt'> & { readonly seq: number };

/** Who set a value, by which event. */
export interface Blame {
  readonly event: string;
  /** Below zero for a truncation that is known from another log. */
  readonly seq: number;
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly action: string;
  readonly actor?: Actor;
  /** The event says only that the value was so: it was set then or earlier, by somebody who is not known. */
  readonly observed?: true;
}

/** One leaf of the state: objects are opened, arrays are leaves. */
export interface FieldState {
  /** RFC 6901 pointer without its first slash: "config/limits/max". */
  readonly field: string;
  readonly value: Json;
  /** Absent where the value was set before the first event that is known. */
  readonly setBy?: Blame;
}

/** Why the state may not be what it was. */
export type Doubt =
  /** The capture had a hole, and no later event up to the instant shows the resource again. */
  | { readonly kind: 'gap'; readonly from: string; readonly to?: string; readonly detail: string }
  /** An event found other values than the events before it had left: something in between was not recorded. */
  | { readonly kind: 'unrecorded_change'; readonly fields: readonly string[]; readonly after: string; readonly before: string }
  /** An event changed the resource and does not say how: its values were never sent, or were cleared since. */
  | { readonly kind: 'values_missing'; readonly event: string; readonly at: string; readonly action: string }
  /** A value that could not be had. */
  | { readonly kind: 'field_unknown'; readonly field: string; readonly reason: string; readonly event: string };

/**
 * `unknown`: nothing is known yet at that instant. `absent`: it was not there yet. `present`; `deleted`.
 */
export type Standing = 'unknown' | 'absent' | 'present' | 'deleted';

export interface ResourceState {
  readonly standing: Standing;
  /** The values that are known. */
  readonly values: JsonObject;
  /** The same values leaf by leaf, in the order of their pointers, with who set each. */
  readonly fields: readonly FieldState[];
  readonly doubts: readonly Doubt[];
  /** The last event that tells something about it, at or before the instant. */
  readonly last?: Blame;
  /**
   * The first event that the state rests on: the one that made or removed the resource, or the first that is known. Before it
   * nothing is known. Where nothing is known at the instant, the event after it with which that begins.
   */
  readonly knownSince?: string;
}

/** A time in which changes may be missing. An end that is absent is not known yet. */
export interface CaptureGap {
  /** RFC 3339, UTC. */
  readonly from: string;
  readonly to?: string;
  readonly detail: string;
}
