// The nearest of some words to a misspelt one, by edit distance.

const WORD_CHARS_MAX = 64;

/**
 * Insertions, deletions, substitutions and swaps of neighbours that turn a into b
 * (optimal string alignment distance).
 */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min((last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (last[column - 1] ?? 0) + (same ? 0 : 1));
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1);
      }
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}

/** How far a word is from a candidate; case does not count, and only the first 64 characters of the word do. */
export function distanceTo(word: string, candidate: string): number {
  return editDistance(word.slice(0, WORD_CHARS_MAX).toLowerCase(), candidate.toLowerCase());
}

/**
 * The first of the nearest candidates, by distanceTo, so that the time stays linear however long the word is.
 *
 * @example nearest('acotr', ['action', 'actor']) // 'actor'
 */
export function nearest<Word extends string>(word: string, candidates: readonly Word[]): Word | undefined {
  let best: Word | undefined;
  let bestDistance = Infinity;
  for (const candidate of candidates) {
    const distance = distanceTo(word, candidate);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}
