// Which items of two sequences belong together, in order: Myers' greedy algorithm with bounded work, and where the
// bound is met, anchors: items that occur once on both sides (patience). What neither finds counts as replaced.

/** `length` items from `before` on in the one sequence equal those from `after` on in the other. */
export interface Run {
  readonly before: number;
  readonly after: number;
  readonly length: number;
}

interface Window {
  readonly beforeFrom: number;
  readonly beforeTo: number;
  readonly afterFrom: number;
  readonly afterTo: number;
}

interface Work {
  readonly before: Int32Array;
  readonly after: Int32Array;
  readonly runs: Run[];
  /** Steps of Myers' inner loop that are left. */
  steps: number;
}

/** More edits than this within one stretch say that it was rewritten. Memory grows by its square. */
const EDITS_MAX = 600;
const STEPS_MAX = 1_500_000;

/**
 * The common subsequence of two sequences as runs, in order. Exact (a longest one) while the bounds are not met.
 *
 * @example align(['a', 'b', 'c'], ['a', 'c']) // [{ before: 0, after: 0, length: 1 }, { before: 2, after: 1, length: 1 }]
 */
export function align(before: readonly string[], after: readonly string[]): Run[] {
  const numbers = new Map<string, number>();
  const numbered = (items: readonly string[]): Int32Array =>
    Int32Array.from(items, (item) => {
      const known = numbers.get(item) ?? numbers.size;
      numbers.set(item, known);
      return known;
    });
  const work: Work = { before: numbered(before), after: numbered(after), runs: [], steps: STEPS_MAX };
  alignWindow(work, { beforeFrom: 0, beforeTo: before.length, afterFrom: 0, afterTo: after.length });
  return joined(work.runs);
}

function alignWindow(work: Work, whole: Window): void {
  const { before, after, runs } = work;
  let { beforeFrom, beforeTo, afterFrom, afterTo } = whole;
  while (beforeFrom < beforeTo && afterFrom < afterTo && before[beforeFrom] === after[afterFrom]) {
    beforeFrom++;
    afterFrom++;
  }
  let tail = 0;
  while (beforeFrom < beforeTo && afterFrom < afterTo && before[beforeTo - 1] === after[afterTo - 1]) {
    beforeTo--;
    afterTo--;
    tail++;
  }
  runs.push({ before: whole.beforeFrom, after: whole.afterFrom, length: beforeFrom - whole.beforeFrom });
  if (beforeFrom < beforeTo && afterFrom < afterTo) {
    const inner = { beforeFrom, beforeTo, afterFrom, afterTo };
    if (!byMyers(work, inner)) byAnchors(work, inner);
  }
  runs.push({ before: beforeTo, after: afterTo, length: tail });
}

/** False when the bounds were met: nothing was added then. */
function byMyers(work: Work, { beforeFrom, beforeTo, afterFrom, afterTo }: Window): boolean {
  const rows = beforeTo - beforeFrom;
  const columns = afterTo - afterFrom;
  const most = Math.min(rows + columns, EDITS_MAX);
  // How far each diagonal reaches, at an offset so that indices are not below zero; one copy an edit, for the way back.
  const reach = new Int32Array(2 * most + 3);
  const middle = most + 1;
  const trace: Int32Array[] = [];
  for (let edits = 0; edits <= most; edits++) {
    trace.push(reach.slice(middle - edits - 1, middle + edits + 2));
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      if (work.steps-- <= 0) return false;
      const at = middle + diagonal;
      const down = diagonal === -edits || (diagonal !== edits && (reach[at - 1] as number) < (reach[at + 1] as number));
      let x = down ? (reach[at + 1] as number) : (reach[at - 1] as number) + 1;
      while (x < rows && x - diagonal < columns && work.before[beforeFrom + x] === work.after[afterFrom + x - diagonal]) x++;
      reach[at] = x;
      if (x >= rows && x - diagonal >= columns) {
        work.runs.push(...wayBack(trace, edits, rows, columns).map((run) => shifted(run, beforeFrom, afterFrom)));
        return true;
      }
    }
  }
  return false;
}

function wayBack(trace: readonly Int32Array[], edits: number, rows: number, columns: number): Run[] {
  const runs: Run[] = [];
  let x = rows;
  let y = columns;
  for (let edit = edits; edit > 0; edit--) {
    const reach = trace[edit] as Int32Array;
    const middle = edit + 1;
    const diagonal = x - y;
    const at = middle + diagonal;
    const down = diagonal === -edit || (diagonal !== edit && (reach[at - 1] as number) < (reach[at + 1] as number));
    const fromX = down ? (reach[at + 1] as number) : (reach[at - 1] as number);
    const fromY = fromX - (down ? diagonal + 1 : diagonal - 1);
    const startX = down ? fromX : fromX + 1;
    runs.push({ before: startX, after: startX - diagonal, length: x - startX });
    x = fromX;
    y = fromY;
  }
  runs.push({ before: 0, after: 0, length: x });
  return runs.reverse();
}

function shifted({ before, after, length }: Run, beforeFrom: number, afterFrom: number): Run {
  return { before: before + beforeFrom, after: after + afterFrom, length };
}

function byAnchors(work: Work, { beforeFrom, beforeTo, afterFrom, afterTo }: Window): void {
  const inBefore = placesOnce(work.before, beforeFrom, beforeTo);
  const inAfter = placesOnce(work.after, afterFrom, afterTo);
  const pairs = [...inBefore].flatMap(([item, before]) => {
    const after = inAfter.get(item) ?? -1;
    return before < 0 || after < 0 ? [] : [{ before, after }];
  });
  const anchors = increasing(pairs.map(({ after }) => after)).map((index) => pairs[index] as { before: number; after: number });
  if (anchors.length === 0) return;
  let last = { beforeFrom, afterFrom };
  for (const { before, after } of anchors) {
    alignWindow(work, { ...last, beforeTo: before, afterTo: after });
    work.runs.push({ before, after, length: 1 });
    last = { beforeFrom: before + 1, afterFrom: after + 1 };
  }
  alignWindow(work, { ...last, beforeTo, afterTo });
}

/** Where each item stands that occurs once; -1 for those that occur again. In order. */
function placesOnce(items: Int32Array, from: number, to: number): Map<number, number> {
  const places = new Map<number, number>();
  for (let at = from; at < to; at++) {
    const item = items[at] as number;
    places.set(item, places.has(item) ? -1 : at);
  }
  return places;
}

/**
 * The indices of a longest increasing subsequence.
 *
 * @example increasing([2, 0, 1]) // [1, 2]
 */
export function increasing(values: readonly number[]): number[] {
  const ends: number[] = [];
  const previous: number[] = [];
  values.forEach((value, index) => {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((values[ends[middle] as number] as number) < value) low = middle + 1;
      else high = middle;
    }
    previous.push(low === 0 ? -1 : (ends[low - 1] as number));
    ends[low] = index;
  });
  const found: number[] = [];
  for (let at = ends.at(-1) ?? -1; at >= 0; at = previous[at] as number) found.push(at);
  return found.reverse();
}

/** Without empty runs, and neighbours as one. */
function joined(runs: readonly Run[]): Run[] {
  const result: Run[] = [];
  for (const run of runs) {
    const last = result.at(-1);
    if (run.length === 0) continue;
    if (last !== undefined && last.before + last.length === run.before && last.after + last.length === run.after) {
      result[result.length - 1] = { ...last, length: last.length + run.length };
    } else result.push(run);
  }
  return result;
}
