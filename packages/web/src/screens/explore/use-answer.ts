// The answer to what is asked: events and rows, the bars, what comes live.

import { useMemo, useState } from 'react';
import type { Event } from '../../api/queries.ts';
import { merged, type Row, rowsOf } from './rows.ts';
import type { ExploreState } from './state.ts';
import { type Live, useLive } from './use-live.ts';
import { useHistogram } from './use-numbers.ts';
import { type Pages, usePages } from './use-pages.ts';

export interface Answer {
  readonly pages: Pages;
  readonly histogram: ReturnType<typeof useHistogram>;
  readonly live: Live;
  readonly events: readonly Event[];
  readonly rows: readonly Row[];
  /** Opens or closes what is folded. */
  readonly toggle: (key: string) => void;
}

const NONE: ReadonlySet<string> = new Set();

/** @param isHeld whether the list must hold still */
export function useAnswer({ asked, zone, range, live: on }: ExploreState, isHeld: boolean): Answer {
  const [open, setOpen] = useState(NONE);
  const pages = usePages(asked, zone);
  const histogram = useHistogram(asked, range, zone, on);
  const live = useLive({ on, asked, zone, isHeld, restart: pages.restart });
  const events = useMemo(() => merged(live.fresh, pages.events), [live.fresh, pages.events]);
  const rows = useMemo(() => rowsOf(events, zone, open), [events, zone, open]);
  return { pages, histogram, live, events, rows, toggle: (key) => setOpen((now) => toggled(now, key)) };
}

/** The set with one more, or without it when it was there. */
export function toggled(set: ReadonlySet<string>, one: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(one)) next.add(one);
  return next;
}
