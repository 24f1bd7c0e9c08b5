// The shortcuts of explore.

import type { RefObject } from 'react';
import { useShortcuts } from '../../keyboard/use-shortcuts.ts';
import { useGo, useLinks } from '../../shell/links.ts';
import { t } from '../../text/en.ts';
import type { ListHandle } from './list.tsx';
import type { Change, ExploreState } from './state.ts';
import { TIME_BUTTON } from './time-range.tsx';
import type { EventfulRow } from './use-list-focus.ts';
import type { WindowOfTime } from './use-window.ts';

interface ExploreKeys {
  readonly input: RefObject<HTMLInputElement | null>;
  readonly list: RefObject<ListHandle | null>;
  readonly state: ExploreState;
  readonly change: (change: Change) => void;
  readonly filter: (term: string) => void;
  readonly openRow: (row: EventfulRow) => void;
  readonly time: WindowOfTime;
  readonly permanentLink: () => string;
  readonly select: (id: string) => void;
  readonly retry: () => void;
}

export function useExploreKeys({ input, list, state, change, filter, openRow, time, permanentLink, select, retry }: ExploreKeys): void {
  const links = useLinks();
  const go = useGo();
  const says = t.explore.keys;
  const withRow = (run: (row: EventfulRow) => void) => (): void => {
    const row = list.current?.focusedRow();
    if (row !== undefined) run(row);
  };
  const close = (): void => {
    change({ event: undefined });
    list.current?.walk(0);
  };
  const withTerm = (sign: '' | '-') => (): void => {
    const term = list.current?.focusedTerm();
    if (term !== undefined) filter(sign + term);
  };
  useShortcuts(t.shell.pages.explore, [
    { keys: '/', says: says.query, run: () => input.current?.focus() },
    { keys: 'j', says: says.next, run: () => list.current?.walk(1) },
    { keys: 'k', says: says.previous, run: () => list.current?.walk(-1) },
    { keys: 'o', says: says.page, run: withRow(({ event }) => go(links.event(event.id))) },
    { keys: 'x', says: says.select, run: withRow(({ event }) => select(event.id)) },
    { keys: 'f', says: says.filterFor, run: withTerm('') },
    { keys: 'F', says: says.filterOut, run: withTerm('-') },
    { keys: '[', says: says.earlier, run: () => time.shift(-1) },
    { keys: ']', says: says.later, run: () => time.shift(1) },
    { keys: 'z', says: says.zoomOut, run: time.widen },
    { keys: 'l', says: says.live, run: () => change({ live: !state.live }) },
    { keys: 't', says: says.time, run: () => document.getElementById(TIME_BUTTON)?.click() },
    { keys: 'y', says: says.link, run: () => void navigator.clipboard.writeText(permanentLink()) },
    { keys: 'r', says: says.refresh, run: retry },
    { keys: 'v', says: says.open, run: withRow(openRow) },
    // The panel has the same key; it may still be on its way.
    ...(state.event === undefined ? [] : [{ keys: 'Escape', says: says.close, run: close }]),
  ]);
}
