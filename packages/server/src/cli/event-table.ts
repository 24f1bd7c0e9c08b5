// Events as lines of a table: the sentence first of all, and beside it as many columns as the terminal has room for.

import { deltasOf, describe, type Json, type PartRole, wallOf } from '@indelible/core';
import pc from 'picocolors';
import type { PresentedEvent } from '../query/present.ts';
import { cut, cutApart, fit, printable, width } from './text-width.ts';

type Paint = (text: string) => string;

interface Column {
  readonly title: string;
  readonly columns: number;
  /** From how wide a terminal on it is shown. */
  readonly from: number;
  readonly text: (event: PresentedEvent) => string;
  readonly paint: (event: PresentedEvent) => Paint;
}

const plain: Paint = (text) => text;
const BESIDE_TIME: readonly Column[] = [
  { title: 'SEQ', columns: 9, from: 170, text: ({ seq }) => String(seq), paint: () => pc.dim },
  { title: 'ACTOR', columns: 18, from: 100, text: ({ actor }) => actor?.id ?? actor?.name ?? actor?.type ?? '', paint: () => pc.cyan },
];
const RIGHT: readonly Column[] = [
  { title: 'RESOURCE', columns: 22, from: 120, text: ({ resource }) => path(resource), paint: () => pc.magenta },
  { title: 'ACTION', columns: 22, from: 170, text: ({ action }) => action ?? '', paint: () => plain },
  { title: 'ADDRESS', columns: 15, from: 150, text: ({ context }) => context?.ip ?? '', paint: () => pc.dim },
  { title: 'OUTCOME', columns: 7, from: 0, text: ({ outcome }) => outcome ?? '', paint: ({ outcome }) => outcomePaint(outcome) },
];
const TIME_COLUMNS = 19;
const SENTENCE_COLUMNS_MIN = 24;
const VALUE_COLUMNS_MAX = 60;

const ROLES: Readonly<Record<PartRole, Paint>> = {
  actor: pc.bold,
  verb: plain,
  field: pc.yellow,
  resource: pc.bold,
  value: pc.green,
  plain,
};

export interface EventTable {
  readonly header: () => string;
  /** One line, and with `verbose` one more for each changed field. */
  readonly lines: (event: PresentedEvent) => string[];
}

/**
 * @param columns of the terminal; undefined when the output is none: every column is shown then and nothing is cut
 * @param zone of the times that are shown
 */
export function makeEventTable(columns: number | undefined, verbose: boolean, zone = 'UTC'): EventTable {
  const shown = (column: Column): boolean => columns === undefined || columns >= column.from;
  const left = [timeColumn(zone), ...BESIDE_TIME.filter(shown)];
  const right = RIGHT.filter(shown);
  const taken = [...left, ...right].reduce((sum, column) => sum + column.columns + 2, 0);
  const room = columns === undefined ? undefined : Math.max(SENTENCE_COLUMNS_MIN, columns - taken);
  const cell = (column: Column, event: PresentedEvent): string => {
    const text = printable(column.text(event));
    return column.paint(event)(columns === undefined ? text.padEnd(column.columns) : fit(text, column.columns));
  };
  return {
    header: () => {
      const titles = [
        ...left.map(({ title, columns: wide }) => fit(title, wide)),
        fit('WHAT', room ?? 60),
        ...right.map(({ title, columns: wide }) => fit(title, wide)),
      ];
      return pc.dim(titles.join('  ').trimEnd());
    },
    lines: (event) => {
      const cells = [...left.map((column) => cell(column, event)), sentence(event, room), ...right.map((column) => cell(column, event))];
      return [cells.join('  ').trimEnd(), ...(verbose ? changeLines(event) : [])];
    },
  };
}

function timeColumn(zone: string): Column {
  const title = `TIME (${zone})`;
  return {
    title: title.length > TIME_COLUMNS ? zone : title,
    columns: TIME_COLUMNS,
    from: 0,
    text: ({ occurredAt }) => (occurredAt === undefined ? '' : timeText(Date.parse(occurredAt), zone)),
    paint: () => pc.dim,
  };
}

/** @example timeText(1763841600123, 'Europe/Berlin') // '2025-11-22 21:00:00' */
function timeText(ms: number, zone: string): string {
  const { year, month, day, hour = 0, minute = 0, second = 0 } = wallOf(ms, zone);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}`;
}

function path(resource: PresentedEvent['resource']): string {
  if (resource === undefined) return '';
  return resource.id === undefined ? resource.type : `${resource.type}/${resource.id}`;
}

export function outcomePaint(outcome: string | undefined): Paint {
  return outcome === 'success' ? pc.green : outcome === 'denied' ? pc.yellow : pc.red;
}

/** The sentence in the colours of its parts, cut or filled to a width. */
function sentence(event: PresentedEvent, room: number | undefined): string {
  let left = room ?? Number.POSITIVE_INFINITY;
  let line = '';
  for (const part of describe(event).parts) {
    const text = cut(printable(part.text), left);
    line += ROLES[part.role](text);
    left -= width(text);
    if (text !== printable(part.text)) break;
  }
  const fill = room === undefined ? 60 - width(describe(event).text) : left;
  return line + ' '.repeat(Math.max(0, fill));
}

/**
 * A line for each changed field: "model: small-1 -> large-2".
 *
 * @param most columns that a value takes; what is longer shows where it differs
 */
export function changeLines(event: PresentedEvent, most = VALUE_COLUMNS_MAX): string[] {
  const { change } = event;
  if (change === undefined) return [];
  const lines = deltasOf(change).map(({ field, before, after }) => {
    const [old, next] = cutApart(valueText(before), valueText(after), most);
    return `    ${pc.yellow(printable(field))}: ${paintOf(before, pc.red)(old)} -> ${paintOf(after, pc.green)(next)}`;
  });
  const unknown = (change.unavailable ?? []).map(
    ({ field, reason }) => `    ${pc.yellow(printable(field))}: earlier value not available (${printable(reason)})`,
  );
  return [...lines, ...unknown];
}

function valueText(value: Json | undefined): string {
  if (value === undefined) return '(none)';
  return printable(typeof value === 'string' ? value : JSON.stringify(value));
}

function paintOf(value: Json | undefined, paint: Paint): Paint {
  return value === undefined ? pc.dim : paint;
}
