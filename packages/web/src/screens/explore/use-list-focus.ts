// Which row has the focus, and walking through rows. It is kept by the key of the row, so that new rows do not move it.

import { useCallback, useLayoutEffect, useMemo, useRef, useState, type RefObject } from 'react';
import type { BundleRow, EventRow, Row } from './rows.ts';

export type EventfulRow = EventRow | BundleRow;

export interface ListFocus {
  /** The row that Tab leads to; -1 where there is none. */
  readonly index: number;
  readonly row: EventfulRow | undefined;
  readonly set: (index: number) => void;
  /** To the next row of an event in a direction, so many times. @returns that row */
  readonly walk: (steps: number) => EventfulRow | undefined;
  /** To the first (0) or the last row of an event. */
  readonly end: (place: 0 | -1) => EventfulRow | undefined;
}

/** @param first the key of the row to begin with, such as that of an event that a link has opened */
export function useListFocus(
  rows: readonly Row[],
  first: string | undefined,
  container: RefObject<HTMLElement | null>,
  scrollTo: (index: number) => void,
): ListFocus {
  const [chosen, setKey] = useState<string | undefined>();
  const key = chosen ?? first;
  const wanted = useRef<number | undefined>(undefined);
  const byKey = useMemo(() => new Map(rows.map((row, index) => [row.key, index])), [rows]);
  const known = key === undefined ? undefined : byKey.get(key);
  const index = known ?? rows.findIndex(isEventful);

  // The row is there after this render, wherever it is: the list always holds the one in focus.
  useLayoutEffect(() => {
    if (wanted.current === undefined) return;
    const element = container.current?.querySelector<HTMLElement>(`[role="row"][data-index="${String(wanted.current)}"]`);
    wanted.current = undefined;
    element?.focus({ preventScroll: true });
  });

  const go = useCallback(
    (next: number): EventfulRow | undefined => {
      const row = rows[next];
      if (row === undefined || !isEventful(row)) return undefined;
      wanted.current = next;
      setKey(row.key);
      scrollTo(next);
      return row;
    },
    [rows, scrollTo],
  );

  const walk = (steps: number): EventfulRow | undefined => {
    // The first stroke goes to the first row, not beyond it.
    if (known === undefined) return go(index);
    let [next, found] = [index, index];
    for (let left = Math.abs(steps); left > 0 && next >= 0 && next < rows.length;) {
      next += Math.sign(steps);
      const row = rows[next];
      if (row === undefined || !isEventful(row)) continue;
      found = next;
      left--;
    }
    return go(found);
  };

  const row = rows[index];
  return {
    index,
    row: row !== undefined && isEventful(row) ? row : undefined,
    set: (next) => setKey(rows[next]?.key),
    walk,
    end: (place) => go(place === 0 ? rows.findIndex(isEventful) : rows.findLastIndex(isEventful)),
  };
}

function isEventful(row: Row): row is EventfulRow {
  return row.kind !== 'day';
}
