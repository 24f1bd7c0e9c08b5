// Chance that repeats itself: the same seed gives the same sequence (mulberry32, Tommy Ettinger, public domain).

export interface Random {
  /** In [0, 1). */
  readonly next: () => number;
  readonly below: (n: number) => number;
  readonly pick: <T>(items: readonly [T, ...T[]]) => T;
  /** One of a list that may be empty. */
  readonly one: <T>(items: readonly T[]) => T | undefined;
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n: number): number => Math.floor(next() * n);
  return { next, below, pick: (items) => items[below(items.length)] ?? items[0], one: (items) => items[below(items.length)] };
}
