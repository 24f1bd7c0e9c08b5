// One event, checked for itself: its disclosures make its entry and its leaf, and its columns say what they say.

import { commitment, type Entry, entry as entryText, leafHash, parseEntry } from '@indelible/core';
import { addressBytes } from '../store/address.ts';
import { SALT_BYTES, splitDisclosures } from '../store/disclosures.ts';
import { nodeHash } from '../store/node-hash.ts';
import { columnsOf, type Projectable, relatedOf } from '../store/projection.ts';
import { type EventText, PROJECTED, PROJECTED_AT, relatedRowText } from '../store/verify-rows.ts';
import { type CaptureMark, markOf } from './capture-marks.ts';
import type { Finding } from './finding.ts';

/** A finding before the log that it belongs to is known. */
export type EventFault = Omit<Finding, 'tenant' | 'log'>;

export interface EventVerdict {
  /** The leaf that the disclosures, or the kept entry, make; undefined when they make none. */
  readonly leaf: Uint8Array | undefined;
  /** Milliseconds since 1970: when it was recorded. */
  readonly t: number;
  /** What event_related must hold of it, as relatedRowText writes it. */
  readonly related: readonly string[];
  /** For messages: what the record says, be it true or not. */
  readonly action: string | undefined;
  readonly actor: string | undefined;
  readonly faults: readonly EventFault[];
  /** How far it says that a captured source was read. */
  readonly mark: CaptureMark | undefined;
}

type Value = { readonly [key: string]: unknown };
type Sections = Map<string, Value>;

const NOTHING: Value = {};
const COLUMN_SECTIONS = new Set(['core', 'actor', 'resource', 'source']);

export function checkEvent(row: EventText): EventVerdict {
  const [seqText = '', id, recorded, occurred, , disclosures, kept, saltsText] = row;
  const seq = Number(seqText);
  const faults: EventFault[] = [];
  const t = Math.floor(Number(recorded) / 1000);
  if (!recorded?.endsWith('000'))
    faults.push(columnFault(seq, 'recorded_at', 'a whole number of milliseconds', `${recorded} microseconds`));
  const sections: Sections = new Map();
  const made: Record<string, string> = {};
  let before = '';
  const salts = Buffer.from((saltsText ?? '').slice(2), 'hex');
  const disclosed = splitDisclosures({ disclosures: disclosures ?? '', salts });
  if (salts.length !== disclosed.length * SALT_BYTES)
    faults.push(columnFault(seq, 'salts', `${disclosed.length * SALT_BYTES} bytes`, `${salts.length} bytes`));
  for (const { name, value, text } of disclosed) {
    if (!follows(name, before)) faults.push(orderFault(seq, name));
    before = name;
    made[name] = commitment(text, nodeHash);
    if (isProjected(name, value)) readValue(sections, name, value);
  }
  const entry =
    kept === null || kept === undefined ? makeEntry(made, id ?? '', t) : checkKept(kept, made, { seq, id: id ?? '', t }, faults);
  checkColumns(row, sections, seq, faults);
  const core = sections.get('core');
  checkOccurred(core, occurred ?? '', seq, faults);
  const actor = sections.get('actor');
  const named = (actor?.['email'] ??
    actor?.['name'] ??
    actor?.['id'] ??
    actor?.['type'] ??
    row[PROJECTED_AT + PROJECTED.indexOf('actor_id')]) as string | null | undefined;
  return {
    leaf: entry === undefined ? undefined : leafHash(entry, nodeHash),
    t,
    related: relatedOf({ related: relatedValues(sections) }).map((resource) =>
      relatedRowText(seqText ?? '', recorded ?? '', occurred ?? '', resource),
    ),
    action: (core?.['action'] as string | undefined) ?? row[PROJECTED_AT + PROJECTED.indexOf('action')] ?? undefined,
    actor: named ?? undefined,
    faults,
    mark: markOf(sections, disclosed, t),
  };
}

/**
 * Sections stand in the strict order of their names. Of two with one name a query could see the first and this check the last;
 * and a property of that other name is not what it seems.
 */
function follows(name: string, before: string): boolean {
  return name > before && name !== '__proto__';
}

function orderFault(seq: number, section: string): EventFault {
  const message = `the section ${section} of event ${seq} is there twice or out of its order, which was never recorded so`;
  return { code: 'value_changed', seq, section, message };
}

/** Of the context only the address has a column; most contexts need not be parsed to know that they have none. */
function isProjected(name: string, value: string): boolean {
  return name === 'context' ? value.includes('"ip":') : COLUMN_SECTIONS.has(name) || name.startsWith('related/');
}

// Who acts, on what and by which source comes again and again: what such a value says is read once.
const SEEN = new Map<string, Value>();
const SEEN_VALUES_MAX = 4_096;

function readValue(sections: Sections, name: string, value: string): void {
  const recurs = name !== 'core' && name !== 'context';
  const known = recurs ? SEEN.get(value) : undefined;
  if (known !== undefined) {
    sections.set(name, known);
    return;
  }
  try {
    const parsed = JSON.parse(value) as unknown;
    if (typeof parsed !== 'object' || parsed === null) return;
    sections.set(name, parsed as Value);
    if (!recurs) return;
    if (SEEN.size >= SEEN_VALUES_MAX) SEEN.clear();
    SEEN.set(value, parsed as Value);
  } catch {
    // Its commitment cannot be right then, or nothing that was ever appended: the leaf tells.
  }
}

function makeEntry(commitments: Record<string, string>, id: string, t: number): string | undefined {
  try {
    return entryText({ c: commitments, id, t });
  } catch {
    return undefined;
  }
}

/** An event of which something was cleared keeps its entry: each commitment can be compared by itself. */
function checkKept(kept: string, made: Record<string, string>, row: { seq: number; id: string; t: number }, faults: EventFault[]): string {
  const { seq } = row;
  let entry: Entry;
  try {
    entry = parseEntry(kept);
  } catch (error) {
    faults.push({ code: 'entry_changed', seq, message: `the kept entry of event ${seq} cannot be read: ${(error as Error).message}` });
    return kept;
  }
  if (entry.id !== row.id) faults.push(columnFault(seq, 'id', entry.id, row.id));
  if (entry.t !== row.t) faults.push(columnFault(seq, 'recorded_at', `${entry.t}`, `${row.t}`));
  for (const [section, expected] of Object.entries(entry.c)) {
    const found = made[section];
    if (found === undefined)
      faults.push({
        code: 'disclosure_missing',
        seq,
        section,
        expected,
        message: `the section ${section} of event ${seq} is gone, and no record in the log says why`,
      });
    else if (found !== expected)
      faults.push({ code: 'value_changed', seq, section, expected, found, message: `the section ${section} of event ${seq} was changed` });
  }
  for (const section of Object.keys(made)) {
    if (entry.c[section] === undefined)
      faults.push({ code: 'value_changed', seq, section, message: `the section ${section} was added to event ${seq}` });
  }
  return kept;
}

function checkOccurred(core: Value | undefined, occurred: string, seq: number, faults: EventFault[]): void {
  if (core === undefined) return;
  const expected = `${Date.parse(core['occurredAt'] as string)}000`;
  if (expected !== occurred) faults.push(columnFault(seq, 'occurred_at', expected, occurred));
}

/** Compares the columns with what the disclosures say. What a cleared section said must be gone from the columns too. */
function checkColumns(row: EventText, sections: Sections, seq: number, faults: EventFault[]): void {
  const core = sections.get('core');
  if (core === undefined) return;
  const expected = columnsOf({
    category: core['category'],
    operation: core['operation'],
    outcome: core['outcome'],
    severity: core['severity'],
    action: core['action'],
    actor: sections.get('actor') ?? core['actor'] ?? NOTHING,
    resource: sections.get('resource') ?? core['resource'],
    context: sections.get('context'),
    source: sections.get('source') ?? NOTHING,
  } as unknown as Projectable);
  for (let index = 0; index < PROJECTED.length; index++) {
    const column = PROJECTED[index] as (typeof PROJECTED)[number];
    const found = row[PROJECTED_AT + index] ?? undefined;
    const value = expected[column];
    if (found === (value === undefined ? undefined : `${value}`)) continue;
    // These two have no other source than a section that was cleared.
    if ((column === 'attribution' && !sections.has('actor')) || (column === 'source_kind' && !sections.has('source'))) continue;
    if (column === 'ip' && found !== undefined && value !== undefined && sameAddress(found, `${value}`)) continue;
    faults.push(columnFault(seq, column, value === undefined ? 'nothing' : `${value}`, found ?? 'nothing'));
  }
}

function sameAddress(a: string, b: string): boolean {
  return !a.includes('/') && Buffer.from(addressBytes(a)).equals(addressBytes(b));
}

function columnFault(seq: number, column: string, expected: string, found: string): EventFault {
  return {
    code: 'column_changed',
    seq,
    column,
    expected,
    found,
    message: `the column ${column} of event ${seq} does not say what the event's record says`,
  };
}

function relatedValues(sections: Sections): NonNullable<Projectable['related']> {
  const values: unknown[] = [];
  for (const [name, value] of sections) if (name.startsWith('related/')) values.push(value);
  return values as NonNullable<Projectable['related']>;
}
