// What is to be done, in the order of time: whatever is done may put more on the list.

import type { Agenda } from './desk.ts';

export interface RunningAgenda extends Agenda {
  /** Does everything, what is added meanwhile too. */
  readonly run: () => void;
  /** The time of what is being done: milliseconds since 1970. */
  readonly now: () => number;
}

interface Item {
  readonly ms: number;
  /** Of two at the same time the one that was put down first comes first. */
  readonly n: number;
  readonly run: () => void;
}

export function createAgenda(): RunningAgenda {
  const heap: Item[] = [];
  let count = 0;
  let now = 0;
  const before = (one: Item, other: Item): boolean => one.ms < other.ms || (one.ms === other.ms && one.n < other.n);
  const swap = (one: number, other: number): void => {
    [heap[one], heap[other]] = [heap[other] as Item, heap[one] as Item];
  };

  function at(ms: number, run: () => void): void {
    let place = heap.push({ ms, n: count++, run }) - 1;
    for (let parent = (place - 1) >> 1; place > 0 && before(heap[place] as Item, heap[parent] as Item); parent = (place - 1) >> 1) {
      swap(place, parent);
      place = parent;
    }
  }

  function take(): Item | undefined {
    const [first] = heap;
    const last = heap.pop();
    if (first === undefined || last === undefined || first === last) return first;
    heap[0] = last;
    for (let place = 0; ;) {
      const [left, right] = [2 * place + 1, 2 * place + 2];
      let least = place;
      if (left < heap.length && before(heap[left] as Item, heap[least] as Item)) least = left;
      if (right < heap.length && before(heap[right] as Item, heap[least] as Item)) least = right;
      if (least === place) return first;
      swap(place, least);
      place = least;
    }
  }

  return {
    at,
    run: () => {
      for (let item = take(); item !== undefined; item = take()) {
        now = item.ms;
        item.run();
      }
    },
    now: () => now,
  };
}
