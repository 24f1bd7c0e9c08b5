// What a column of the table counter holds: how many events have a value, by slot of its bucket, in as few bytes as can be.
// A cell is (value, slot) -> count. Cells are written in ascending order, each as the way from the one before it, doubled, plus
// one when a count follows, which it does when it is above 1; numbers are little-endian base 128 (LEB128).

/** Slots of the longest bucket: a month of 31 days, by hour and outcome. */
export const SLOTS_MAX = 31 * 24 * 3;

/** Counts by cell. */
export type Cells = Map<number, number>;

export function cellOf(value: number, slot: number): number {
  return value * SLOTS_MAX + slot;
}

export function placeOf(cell: number): { value: number; slot: number } {
  const slot = cell % SLOTS_MAX;
  return { value: (cell - slot) / SLOTS_MAX, slot };
}

export function addToCell(cells: Cells, cell: number, count: number): void {
  cells.set(cell, (cells.get(cell) ?? 0) + count);
}

/** @example encodeCells(new Map([[cellOf(1, 0), 2]])) */
export function encodeCells(cells: ReadonlyMap<number, number>): Buffer {
  const bytes: number[] = [];
  let last = 0;
  for (const [cell, count] of [...cells].sort(([a], [b]) => a - b)) {
    put(bytes, (cell - last) * 2 + (count > 1 ? 1 : 0));
    if (count > 1) put(bytes, count);
    last = cell;
  }
  return Buffer.from(bytes);
}

export function decodeCells(bytes: Uint8Array, visit: (value: number, slot: number, count: number) => void): void {
  let at = 0;
  const take = (): number => {
    let number = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) throw new Error(`cells of a counter end in the middle, at ${at}`);
      number += (byte % 128) * scale;
      if (byte < 128) return number;
    }
  };
  for (let cell = 0; at < bytes.length;) {
    const way = take();
    cell += Math.floor(way / 2);
    const count = way % 2 === 1 ? take() : 1;
    const { value, slot } = placeOf(cell);
    visit(value, slot, count);
  }
}

/** Beyond 2^31 as well, which the operators on bits do not reach. */
function put(bytes: number[], number: number): void {
  let rest = number;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
}
