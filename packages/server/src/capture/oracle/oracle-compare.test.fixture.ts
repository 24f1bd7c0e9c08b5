// Holds the trail against the oracle: the same changes, each once, and in each log in the order of the commits.

import type { AuditEvent, JsonObject } from '@indelible/core';
import type pg from 'pg';
import { readEvents } from '../capture.test.fixture.ts';
import { type OracleChange, type OracleRow, leftUnchanged } from './oracle.test.fixture.ts';
import { spellCell, spellJson } from './oracle-value.test.fixture.ts';

/** What the comparison must know of the source's tables, however they were renamed meanwhile. */
export interface OracleTables {
  /** One name for a table through all its names and partitions; undefined for a table that is not captured. */
  identify(table: string): string | undefined;
  /** The same from the resource type of an event. */
  identifyType(type: string): string | undefined;
  /** For each column of the primary key, the names that it has had; undefined when ids are not to be compared. */
  keyOf(identity: string): readonly (readonly string[])[] | undefined;
  /** Columns that the oracle sees and the stream does not have. */
  hides?(column: string): boolean;
}

export interface Comparison {
  readonly changes: number;
  readonly unchanged: number;
  /** What differs, in words; empty when nothing does. */
  readonly differences: readonly string[];
}

const VERBS: Readonly<Record<string, OracleChange['kind']>> = {
  created: 'insert',
  updated: 'update',
  deleted: 'delete',
  truncated: 'truncate',
};
const DIFFERENCES_SHOWN = 12;

/** @param changes everything that the oracle took since the trail began */
export async function compareWithOracle(owner: pg.Pool, changes: readonly OracleChange[], tables: OracleTables): Promise<Comparison> {
  const events = (await readEvents(owner)).filter(isRowChange);
  const expected: string[] = [];
  let unchanged = 0;
  for (const change of changes) {
    const identities = new Set(change.tables.map((table) => tables.identify(table)).filter((identity) => identity !== undefined));
    if (leftUnchanged(change)) unchanged += identities.size;
    else for (const identity of identities) expected.push(told(change, identity, tables));
  }
  const { found, doubles } = inOrder(events, tables);
  const order = [
    ...(doubles.length > 0 || found.length !== expected.length ? [] : misplaced(expected, found)),
    ...outOfOrder(events.map(({ tenant, source }) => ({ tenant, position: source.position ?? '' }))),
  ];
  return { changes: expected.length, unchanged, differences: [...doubles, ...multisetDifferences(expected, found), ...order] };
}

/** Changes of rows; not the trail's word on itself, on the schema or on rows that were there before. */
function isRowChange({ source, action }: AuditEvent): boolean {
  return source.kind === 'postgres' && !action.startsWith('schema.') && (action.split('.').at(-1) ?? '') in VERBS;
}

function told({ xid, kind, before, after, message }: OracleChange, identity: string, tables: OracleTables): string {
  const key = tables.keyOf(identity);
  const id = key === undefined ? '' : (idOf(after ?? before, key) ?? '');
  return `${xid} by ${actorIn(message)} ${kind} ${identity} #${kind === 'truncate' ? '' : id} ${spellRow(before, false, tables)} -> ${spellRow(whole(before, after), true, tables)}`;
}

/** A large value that did not change is the one from before, where that is known. */
function whole(before: OracleRow | undefined, after: OracleRow | undefined): OracleRow | undefined {
  return after && new Map([...after].map(([name, cell]) => [name, cell.text === undefined ? (before?.get(name) ?? cell) : cell]));
}

/** Every message of the tests is genuine. */
function actorIn(message: string | undefined): string {
  if (message === undefined) return 'unknown none';
  const { payload } = JSON.parse(message) as { payload: string };
  const { actor } = JSON.parse(payload) as { actor?: { id?: string } };
  return `${actor?.id ?? 'unknown'} verified`;
}

function idOf(row: OracleRow | undefined, key: readonly (readonly string[])[]): string | undefined {
  if (row === undefined || key.length === 0) return undefined;
  const parts = key.map((names) => names.map((name) => row.get(name)?.text).find((text) => typeof text === 'string'));
  if (!parts.every((part) => part !== undefined)) return undefined;
  return parts.length === 1 ? parts[0] : parts.map((part) => part.replace(/[\\,]/g, '\\$&')).join(',');
}

function spellRow(row: OracleRow | undefined, withNulls: boolean, tables: OracleTables): string {
  if (row === undefined) return '-';
  return [...row]
    .filter(([name, { text }]) => text !== undefined && (withNulls || text !== null) && tables.hides?.(name) !== true)
    .map(([name, cell]) => `${name}=${spellCell(cell)}`)
    .sort()
    .join(' ');
}

function spellSide(values: JsonObject | undefined, withNulls: boolean): string {
  if (values === undefined) return '-';
  return Object.entries(values)
    .filter(([, value]) => withNulls || value !== null)
    .map(([name, value]) => `${name}=${spellJson(value)}`)
    .sort()
    .join(' ');
}

/**
 * The events by their place in the source's log. What one tenant was told of a row and another of the same row counts once;
 * of a row that went from one to the other, each was told a half.
 */
function inOrder(events: readonly AuditEvent[], tables: OracleTables): { found: string[]; doubles: string[] } {
  const places = new Map<string, AuditEvent[]>();
  for (const event of events) {
    const position = event.source.position ?? '';
    places.set(position, [...(places.get(position) ?? []), event]);
  }
  const doubles: string[] = [];
  const found: (Place & { readonly text: string })[] = [];
  for (const [position, told] of places) {
    const whole = joined(told);
    const texts = new Set((whole === undefined ? told : [whole]).map((event) => saidBy(event, tables)));
    const [text = ''] = texts;
    if (texts.size > 1 || new Set(told.map(({ tenant }) => tenant)).size < told.length)
      doubles.push(`twice at ${position}: ${[...texts].join(' | ')}`);
    found.push({ ...placeOf(position), text });
  }
  const sorted = found.sort((a, b) => (a.lsn === b.lsn ? a.ordinal - b.ordinal : a.lsn < b.lsn ? -1 : 1));
  return { found: sorted.map(({ text }) => text), doubles: doubles.slice(0, DIFFERENCES_SHOWN) };
}

/** The row that one tenant saw go and another saw come; undefined when it is none of these. */
function joined(told: readonly AuditEvent[]): AuditEvent | undefined {
  const left = told.find(({ change }) => change?.after === undefined);
  const came = told.find(({ change }) => change?.before === undefined);
  if (told.length !== 2 || left?.change?.before === undefined || came?.change?.after === undefined) return undefined;
  return { ...came, change: { ...came.change, before: left.change.before } };
}

interface Place {
  readonly lsn: bigint;
  readonly ordinal: number;
}

function placeOf(position: string): Place {
  const [high = '0', low = '0', ordinal = '0'] = position.split(/[/:]/);
  return { lsn: (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`), ordinal: Number(ordinal) };
}

/**
 * Where a log does not follow the source: each event must stand behind the one before it there, too.
 *
 * @param events each log by its own sequence, as `readEvents` has them
 * @returns what is out of order, in words
 */
export function outOfOrder(events: readonly { readonly tenant: string; readonly position: string }[]): string[] {
  const last = new Map<string, { readonly position: string; readonly place: Place }>();
  const found: string[] = [];
  for (const { tenant, position } of events) {
    const place = placeOf(position);
    const before = last.get(tenant);
    const follows =
      before === undefined || place.lsn > before.place.lsn || (place.lsn === before.place.lsn && place.ordinal > before.place.ordinal);
    if (!follows) found.push(`in the log of ${tenant} ${position} stands behind ${before.position}`);
    last.set(tenant, { position, place });
  }
  return found.slice(0, DIFFERENCES_SHOWN);
}

function saidBy(event: AuditEvent, tables: OracleTables): string {
  const parts = event.action.split('.');
  const verb = parts.at(-1) ?? '';
  const type = parts.slice(0, -1).join('.');
  const identity = tables.identifyType(type) ?? `unknown ${type}`;
  const id = tables.keyOf(identity) === undefined ? '' : (event.resource?.id ?? '');
  const { before, after } = event.change ?? {};
  const actor = `${event.actor.id ?? 'unknown'} ${event.actor.attribution}`;
  return `${event.source.transaction} by ${actor} ${VERBS[verb]} ${identity} #${id} ${spellSide(before, false)} -> ${spellSide(after, true)}`;
}

function multisetDifferences(expected: readonly string[], found: readonly string[]): string[] {
  const count = new Map<string, number>();
  for (const text of expected) count.set(text, (count.get(text) ?? 0) + 1);
  for (const text of found) count.set(text, (count.get(text) ?? 0) - 1);
  const off = [...count].filter(([, n]) => n !== 0);
  if (off.length === 0) return [];
  // Side by side: what is missing, and what stands in its place.
  const shown = off
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, DIFFERENCES_SHOWN)
    .map(([text, n]) => `${n > 0 ? `missing ${n}x` : `too many ${-n}x`}: ${text}`);
  return [`${off.length} differ of ${expected.length} in the source and ${found.length} in the trail`, ...shown];
}

function misplaced(expected: readonly string[], found: readonly string[]): string[] {
  const at = expected.findIndex((text, index) => text !== found[index]);
  return at === -1 ? [] : [`order differs at ${at}: source ${expected[at]} | trail ${found[at]}`];
}
