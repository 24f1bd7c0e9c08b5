// The counters of one log as a tree in memory: months, their days, the hours of these. What is counted is put into a month, and
// into what is below it where it is split:
//
//   whole (its hours are in it) --more than COUNTER_CELLS_MAX counts--> split (sums alone; its hours are one level down)
//
// A count never goes away and never splits less, so the tree is the same in whatever portions and order events come.

import { OUTCOMES } from '@indelible/core';
import { COUNTER_CELLS_MAX } from '../limits.ts';
import { addToCell, cellOf, type Cells, decodeCells, encodeCells, placeOf } from '../store/counter-cells.ts';
import { type Bucket, bucketAt, DAY, HOUR, type Level, MONTH } from '../store/counter-levels.ts';
import type { CounterRow } from '../store/counter-rows.ts';
import { COUNTER_COLUMNS } from '../store/facet-columns.ts';

interface Node extends Bucket {
  split: boolean;
  /** In the order of COUNTER_COLUMNS. */
  columns: readonly Cells[];
}

export interface Addition {
  /** Hours since 1970. */
  readonly hour: number;
  /** A place in OUTCOMES. */
  readonly outcome: number;
  /** In the order of COUNTER_COLUMNS: the number of the value; undefined where there is none. */
  readonly values: readonly (number | undefined)[];
  readonly count: number;
}

const OUTCOME_COUNT = OUTCOMES.length;

export class CounterTree {
  readonly #nodes: readonly Map<number, Node>[] = [new Map(), new Map(), new Map()];

  /** @param rows those of all months, days and hours that something is added to, as far as there are any */
  constructor(rows: readonly CounterRow[]) {
    for (const { level, start, split, columns } of rows) {
      const cells = COUNTER_COLUMNS.map((column): Cells => {
        const known: Cells = new Map();
        decodeCells(columns[column] ?? Buffer.alloc(0), (value, slot, count) => known.set(cellOf(value, slot), count));
        return known;
      });
      this.#nodes[level]?.set(start, { ...bucketAt(level, start), split, columns: cells });
    }
  }

  add({ hour, outcome, values, count }: Addition): void {
    for (const level of [MONTH, DAY, HOUR] as const) {
      const node = this.#at(level, hour);
      const slot = slotOf(node, hour, outcome);
      for (const [place, cells] of node.columns.entries()) {
        const value = values[place];
        if (value !== undefined) addToCell(cells, cellOf(value, slot), count);
      }
      if (!node.split) return;
    }
  }

  /** Splits what has grown too large. To be called when everything is added. */
  settle(): void {
    for (const level of [MONTH, DAY] as const) {
      for (const node of this.#nodes[level]?.values() ?? []) {
        const size = node.columns.reduce((sum, cells) => sum + cells.size, 0);
        if (!node.split && size > COUNTER_CELLS_MAX) this.#split(node);
      }
    }
  }

  /** All rows, those that were there and those that are new. */
  rows(): CounterRow[] {
    return this.#nodes.flatMap((nodes) =>
      [...nodes.values()].map(({ level, start, split, columns }) => ({
        level,
        start,
        split,
        columns: Object.fromEntries(COUNTER_COLUMNS.map((column, place) => [column, encodeCells(columns[place] ?? new Map())])),
      })),
    );
  }

  #at(level: Level, hour: number): Node {
    const nodes = this.#nodes[level] as Map<number, Node>;
    const bucket = bucketAt(level, hour);
    const known = nodes.get(bucket.start);
    if (known !== undefined) return known;
    const made = { ...bucket, split: false, columns: COUNTER_COLUMNS.map((): Cells => new Map()) };
    nodes.set(bucket.start, made);
    return made;
  }

  #split(node: Node): void {
    const below = (node.level + 1) as Level;
    const sums = node.columns.map((cells, place) => {
      const sum: Cells = new Map();
      for (const [cell, count] of cells) {
        const { value, slot } = placeOf(cell);
        const hour = node.start + Math.floor(slot / OUTCOME_COUNT);
        const outcome = slot % OUTCOME_COUNT;
        const child = this.#at(below, hour);
        addToCell(child.columns[place] as Cells, cellOf(value, slotOf(child, hour, outcome)), count);
        addToCell(sum, cellOf(value, outcome), count);
      }
      return sum;
    });
    node.columns = sums;
    node.split = true;
  }
}

function slotOf({ level, split, start }: Node, hour: number, outcome: number): number {
  return split || level === HOUR ? outcome : (hour - start) * OUTCOME_COUNT + outcome;
}
