// What a benchmark yields: one figure beside its floor and its goal, as a JSON line for scripts or a table for people.

export interface Figure {
  readonly bench: string;
  readonly value: number;
  readonly unit: string;
  /** What the value is held against, in the same unit; null when the goal itself is absolute. */
  readonly floor: number | null;
  /** value / floor, or value / goal where there is no floor. */
  readonly ratio: number;
  /** What the ratio (or without a floor, the value) should reach, or for `atMost` should not exceed. */
  readonly goal: number;
  readonly met: boolean;
}

export interface Measured {
  readonly bench: string;
  readonly value: number;
  readonly unit: string;
  readonly floor: number | null;
  readonly goal: number;
  /** The goal is an upper bound. */
  readonly atMost?: boolean;
}

/** Holds a measurement against its goal. */
export function figure({ bench, value, unit, floor, goal, atMost = false }: Measured): Figure {
  const ratio = value / (floor ?? goal);
  const reached = floor === null ? value : ratio;
  return {
    bench,
    value: rounded(value),
    unit,
    floor: floor === null ? null : rounded(floor),
    ratio: Math.round(ratio * 1_000) / 1_000,
    goal,
    met: atMost ? reached <= goal : reached >= goal,
  };
}

function rounded(value: number): number {
  return Math.abs(value) < 100 ? Math.round(value * 100) / 100 : Math.round(value);
}

/** Rows of text in columns: the first to the left, the others to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ');
  return rows.map((row) => `${line(row)}\n`).join('');
}

export function figureTable(figures: readonly Figure[]): string {
  const rows = figures.map(({ bench, value, unit, floor, ratio, goal, met }) => [
    bench,
    value.toLocaleString('en'),
    unit,
    floor?.toLocaleString('en') ?? '-',
    String(ratio),
    goal.toLocaleString('en'),
    met ? 'yes' : 'no',
  ]);
  return table([['bench', 'value', 'unit', 'floor', 'ratio', 'goal', 'met'], ...rows]);
}
