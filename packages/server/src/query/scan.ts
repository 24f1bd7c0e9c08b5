// Looks through slices for one query: leads by the index that has the fewest entries, looks at so many of them in a statement
// that it takes a moment and no more, and checks again what SQL could not decide.

import { matches, type Query } from '@indelible/core';
import type pg from 'pg';
import { CHECK_BYTES_MAX, CHECK_BYTES_MIN, CHECK_EVENTS_MAX } from '../limits.ts';
import { limitStatements, type Plans } from '../store/as-tenant.ts';
import { type EventRow, filledBy, type Position, type Slice } from '../store/read-events.ts';
import { countStatement, type Found, isKept, type Lead, leadName, readScan, type Scan, type ScanBounds } from '../store/scan-statement.ts';
import { type Clock, compile, compileNodes } from './compile.ts';
import { inTurns, type WorkClock } from './in-turns.ts';
import { type Choice, choose } from './lead.ts';
import { present, type ReadScope } from './present.ts';
import type { Until } from './read-page.ts';

/** What one statement did, for people who ask why a query is slow. No value of the query is in it. */
export interface Look {
  /** The index that led. */
  readonly lead: string;
  /** The time of recording that was looked at, RFC 3339; `to` is excluded. */
  readonly from: string;
  readonly to: string;
  readonly found: number;
  /** Whether the slice was searched to its end. */
  readonly whole: boolean;
  readonly ms: number;
}

export interface ScanOptions {
  /** How many entries the first statement looks at; it grows and shrinks from there with the time that statements take. */
  readonly entries?: number | undefined;
  readonly onLook?: ((look: Look) => void) | undefined;
  /** By which checks in memory give way. */
  readonly work?: WorkClock | undefined;
}

const ENTRIES_FIRST = 500;
const ENTRIES_MIN = 100;
const ENTRIES_MAX = 50_000;
const LOOK_MS = 150;
/** Entries counted of each index before one of them is chosen. */
const COUNT_MAX = 2_000;

/** The reading of slices for one page of one query. */
export interface SliceScan {
  /** What its transaction must be, see asTenant. */
  readonly plans: Plans;
  /** The first events of a slice that the query asks for; it may stop before the slice's end and say where. */
  readonly read: (tx: pg.ClientBase, slice: Slice, until: Until) => Promise<Found>;
  /** The first of them among few: some thousands at most, which the condition finds by their sequence numbers. */
  readonly readFew: (tx: pg.ClientBase, slice: Slice, few: Few) => Promise<Found>;
}

export interface Few {
  /** By places they are so few that all of them are checked in memory: such a statement is a kept one. */
  readonly lead: Lead & { kind: 'few' | 'places' };
  readonly until: Until;
  /** Whether to stop where everything before a place was looked at. */
  readonly isOver: IsOver;
}

type IsOver = (place: Position) => boolean;

export function makeScan(scope: ReadScope, query: Query, clock: Clock, options: ScanOptions = {}): SliceScan {
  const compiled = compile(query, clock);
  const { bounds, exact, nodes } = compiled;
  let choices = choose(compiled);
  let entries = options.entries ?? ENTRIES_FIRST;
  const [first] = choices as [Choice];
  const plans = isKept(toScan(first, bounds, clock, entries)) ? 'kept' : 'ordered';
  return { plans, read, readFew };

  async function read(tx: pg.ClientBase, slice: Slice, until: Until): Promise<Found> {
    const [choice] = choices as [Choice];
    const started = performance.now();
    const found = await look(tx, slice, toScan(choice, bounds, clock, entries), until, () => performance.now() > until.soon);
    const ms = performance.now() - started;
    options.onLook?.(lookOf(choice, slice, found, ms));
    if (found.searchedTo === undefined) return found;
    if (options.entries === undefined) entries = Math.round(between(ENTRIES_MIN, entries * between(0.25, LOOK_MS / ms, 4), ENTRIES_MAX));
    if (choices.length > 1 && performance.now() < until.soon) choices = [await fewest(tx, { ...slice, after: found.searchedTo })];
    return found;
  }

  async function readFew(tx: pg.ClientBase, slice: Slice, { lead, until, isOver }: Few): Promise<Found> {
    const choice: Choice = { lead, rest: lead.kind === 'places' ? [] : nodes };
    const scan = toScan(choice, bounds, clock, entries);
    const started = performance.now();
    const rows: EventRow[] = [];
    for (let { after } = slice; ;) {
      const found = await look(tx, { ...slice, after }, scan, until, isOver);
      rows.push(...found.rows);
      const filled = filledBy(rows, slice);
      const { searchedTo } = found;
      if (searchedTo !== undefined && filled === undefined && !isOver(searchedTo)) {
        after = searchedTo;
        continue;
      }
      const all = filled === undefined ? { rows, searchedTo } : { rows: rows.slice(0, filled) };
      options.onLook?.(lookOf(choice, slice, all, performance.now() - started));
      return all;
    }
  }

  async function look(tx: pg.ClientBase, slice: Slice, scan: Scan, until: Until, isOver: IsOver): Promise<Found> {
    if (performance.now() > until.soon) await limitStatements(tx, until.end - performance.now());
    if (exact && scan.lead.kind !== 'places') return readScan(tx, scope.tenantId, slice, scan);
    const batch = { ...slice, limit: CHECK_EVENTS_MAX, bytes: CHECK_BYTES_MAX };
    const { rows, searchedTo } = await readScan(tx, scope.tenantId, batch, scan);
    const kept: EventRow[] = [];
    let [checked, bytes] = [0, 0];
    await inTurns(
      rows,
      (row) => {
        if (matches(query, present(scope, row), { seq: row.seq, ...clock })) kept.push(row);
        checked++;
        bytes += row.disclosures.length;
        return kept.length < slice.limit && (bytes < CHECK_BYTES_MIN || !isOver(row));
      },
      options.work,
    );
    const last = rows[checked - 1];
    const isEnd = last === undefined || (checked === rows.length && filledBy(rows, batch) === undefined);
    return {
      rows: kept.slice(0, filledBy(kept, slice)),
      searchedTo: isEnd ? searchedTo : { occurredMs: last.occurredMs, seq: last.seq },
    };
  }

  /** The choice with the fewest entries in what is left of a slice. */
  async function fewest(tx: pg.ClientBase, slice: Slice): Promise<Choice> {
    const scans = choices.map((choice) => toScan(choice, bounds, clock, COUNT_MAX));
    const answer = await tx.query<{ counts: number[] }>(countStatement(scope.tenantId, slice, scans, COUNT_MAX));
    const counts = answer.rows[0]?.counts ?? [];
    return choices[counts.indexOf(Math.min(...counts))] ?? (choices[0] as Choice);
  }
}

/** @param entries how many entries of the lead one statement looks at */
export function toScan({ lead, rest }: Choice, bounds: ScanBounds, clock: Clock, entries: number): Scan {
  return { lead, bounds, rest: rest.length === 0 ? undefined : compileNodes(rest, clock), entries };
}

function lookOf({ lead }: Choice, { recorded }: Slice, { rows, searchedTo }: Found, ms: number): Look {
  const [from, to] = [recorded.fromMs, recorded.toMs].map((time) => new Date(time).toISOString()) as [string, string];
  return { lead: leadName(lead), from, to, found: rows.length, whole: searchedTo === undefined, ms: Math.round(ms * 10) / 10 };
}

function between(least: number, value: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
