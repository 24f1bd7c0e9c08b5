// Rows of texts as an aligned table for a terminal: as wide as what is in it, and cut where the terminal ends. Pure.

import { type Json, wallOf } from '@indelible/core';
import pc from 'picocolors';
import { fit, printable, width } from './text-width.ts';

export type Paint = (text: string) => string;

export interface TableColumn {
  readonly title: string;
  /** Columns that it takes at most; what is left of the terminal for one that is `wide`. */
  readonly most?: number;
  readonly wide?: boolean;
  readonly paint?: Paint;
  readonly right?: boolean;
}

const GAP = 2;
const WIDE_MIN = 12;
const UNBOUND = 10_000;

/**
 * @param columns of the terminal; undefined when the output is none: nothing is cut then
 * @param painted a colour for a single cell, in place of its column's
 */
export function alignedTable(
  shape: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  columns: number | undefined,
  painted: (row: number, column: number) => Paint | undefined = () => undefined,
): string[] {
  const texts = rows.map((row) => row.map(printable));
  const natural = shape.map(({ title }, index) => Math.max(width(title), ...texts.map((row) => width(row[index] ?? ''))));
  const widths = columns === undefined ? natural : shape.map(({ most = UNBOUND }, index) => Math.min(most, natural[index] ?? 0));
  if (columns !== undefined) {
    const over = widths.reduce((sum, wide) => sum + wide + GAP, -GAP) - columns;
    const flexible = shape.flatMap(({ wide }, index) => (wide === true ? [index] : []));
    // What is too much is taken off the wide columns, the widest first.
    for (let left = over; left > 0; left--) {
      const widest = flexible.toSorted((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0))[0];
      if (widest === undefined || (widths[widest] ?? 0) <= WIDE_MIN) break;
      widths[widest] = (widths[widest] ?? 0) - 1;
    }
  }
  const cell = (text: string, index: number): string => {
    const wide = widths[index] ?? 0;
    const fitted = fit(text, wide);
    return shape[index]?.right === true ? ' '.repeat(Math.max(0, wide - width(text))) + fitted.trimEnd() : fitted;
  };
  const last = shape.length - 1;
  const line = (cells: readonly string[], paintOf: (index: number) => Paint): string =>
    cells
      .map((text, index) => paintOf(index)(index === last ? cell(text, index).trimEnd() : cell(text, index)))
      .join(' '.repeat(GAP))
      .trimEnd();
  return [
    line(
      shape.map(({ title }) => title),
      () => pc.dim,
    ),
    ...texts.map((row, number) => line(row, (index) => painted(number, index) ?? shape[index]?.paint ?? ((text) => text))),
  ];
}

/** A value on one line; none is told from an empty text. */
export function valueText(value: Json | undefined): string {
  if (value === undefined) return '(none)';
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
}

/** An instant by the clocks of a zone, to the second. */
export function timeText(at: string, zone: string): string {
  const ms = Date.parse(at);
  if (Number.isNaN(ms)) return at;
  const { year, month, day, hour = 0, minute = 0, second = 0 } = wallOf(ms, zone);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}`;
}
