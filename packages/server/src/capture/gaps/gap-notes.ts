// Gaps of a source as a report lists them: those that are open, and those that were closed and stay on record. Pure.

import type { AuditEvent, Json } from '@indelible/core';
import { DDL_UNTRACKED } from './gap-reasons.ts';

export interface GapNote {
  /** The event `capture.gap` in the log of `_operator`. */
  readonly id?: string;
  readonly at?: string;
  readonly reason: string;
  readonly detail: string;
  /** LSNs of the source: changes between them may be missing. */
  readonly from?: string;
  readonly to?: string;
  readonly tables?: readonly string[];
}

/**
 * A gap of the whole source is open while capture is stopped for it; a gap of single tables without an end is open while
 * one of them is not captured.
 *
 * @param events `capture.gap` of one source, newest first
 * @param stoppedReason why the source is stopped, as its record has it: it begins with the reason of the gap
 * @param uncaptured tables that are not captured now
 * @param tracked whether the event triggers are there, which a gap of the commands waits for
 */
export function gapNotes(
  events: readonly AuditEvent[],
  stoppedReason: string | undefined,
  uncaptured: ReadonlySet<string>,
  tracked = true,
): { readonly open: readonly GapNote[]; readonly past: readonly GapNote[] } {
  const open: GapNote[] = [];
  const past: GapNote[] = [];
  let stopping = stoppedReason;
  let untracked = !tracked;
  const closed = new Set<string>();
  for (const event of events) {
    const note = noteOf(event);
    const { tables } = note;
    if (note.reason === DDL_UNTRACKED) {
      (untracked && note.to === undefined ? open : past).push(note);
      untracked = false;
      continue;
    }
    if (tables === undefined) {
      const isOpen = stopping?.startsWith(note.reason) === true;
      if (isOpen) stopping = undefined;
      (isOpen ? open : past).push(note);
      continue;
    }
    const isOpen = note.to === undefined && tables.some((table) => uncaptured.has(table) && !closed.has(table));
    for (const table of tables) closed.add(table);
    (isOpen ? open : past).push(note);
  }
  // Stopped, and its event not among these: the record itself tells.
  if (stopping !== undefined) open.unshift({ reason: stopping.split(':')[0] ?? 'stopped', detail: stopping });
  return { open, past };
}

function noteOf({ id, occurredAt, metadata = {} }: AuditEvent): GapNote {
  const text = (name: string): string | undefined => stringOf(metadata[name]);
  const [from, to, tables] = [text('from'), text('to'), metadata['tables']];
  return {
    id,
    at: occurredAt,
    reason: text('reason') ?? 'unknown',
    detail: text('detail') ?? '',
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(Array.isArray(tables) ? { tables: tables.flatMap((table: Json) => stringOf(table) ?? []) } : {}),
  };
}

function stringOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
