// The list of events: a grid of which only the visible rows are there, with the day of the first one always above.

import { defaultRangeExtractor, type Range, useVirtualizer, type VirtualItem } from '@tanstack/react-virtual';
import {
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  type RefObject,
  useCallback,
  useEffect,
  useEffectEvent,
  useImperativeHandle,
  useMemo,
  useRef,
  useState,
} from 'react';
import { t } from '../../text/en.ts';
import type { ZoneName } from '../../text/format.ts';
import { Row } from './row.tsx';
import type { Row as RowOf } from './rows.ts';
import { type EventfulRow, useListFocus } from './use-list-focus.ts';
import { useNarrow } from './use-narrow.ts';

const DAY_HEIGHT = 28;
const ROW_HEIGHT = 34;
const ROW_HEIGHT_NARROW = 52;
const OVERSCAN = 10;
/** So far from the end the next page is read. */
const READ_AHEAD_ROWS = 60;
const PAGE_ROWS = 15;

/** A part of a row that can be filtered by. */
export interface Value {
  readonly anchor: Element;
  /** In the query language. */
  readonly term: string;
  readonly text: string;
}

export interface ListHandle {
  /** No step gives the focus back to the row that had it. */
  readonly walk: (steps: number) => void;
  readonly toTop: () => void;
  readonly focusedRow: () => EventfulRow | undefined;
  /** The value in focus; of a row its action. */
  readonly focusedTerm: () => string | undefined;
}

interface ListProps {
  readonly rows: readonly RowOf[];
  readonly zone: ZoneName;
  readonly openEvent: string | undefined;
  readonly selected: ReadonlySet<string>;
  readonly isStale: boolean;
  readonly handle: RefObject<ListHandle | null>;
  readonly onOpen: (row: EventfulRow) => void;
  readonly onToggle: (key: string) => void;
  readonly onValue: (value: Value) => void;
  readonly onNearEnd: () => void;
  /** Whether somebody is in the midst of it, so that nothing may move. */
  readonly onHeld: (isHeld: boolean) => void;
  readonly footer: ReactNode;
}

export function List({
  rows,
  zone,
  openEvent,
  selected,
  isStale,
  handle,
  onOpen,
  onToggle,
  onValue,
  onNearEnd,
  onHeld,
  footer,
}: ListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const { virtualizer, sticky, focus } = useRows(rows, openEvent, scroller);
  const shown: Shown = { items: virtualizer.getVirtualItems(), sticky, height: virtualizer.getTotalSize() };
  const hold = useHeld(scroller, onHeld);
  const lastShown = shown.items.at(-1)?.index ?? 0;
  const nearEnd = useEffectEvent(onNearEnd);
  useEffect(() => {
    if (lastShown >= rows.length - READ_AHEAD_ROWS) nearEnd();
  }, [lastShown, rows.length]);

  const open = (row: EventfulRow | undefined): void => (row === undefined ? undefined : onOpen(row));
  const walk = (steps: number): void => {
    const row = focus.walk(steps);
    // While an event is open, walking opens the next one.
    if (openEvent !== undefined && steps !== 0) open(row);
  };
  useImperativeHandle(handle, () => ({
    walk,
    toTop: () => virtualizer.scrollToOffset(0),
    focusedRow: () => focus.row,
    focusedTerm: () => focusedTerm(scroller.current, focus.row),
  }));

  const onClick = (event: MouseEvent<HTMLElement>): void => {
    const hit = hitOf(event.target, rows);
    if (hit === undefined) return;
    focus.set(hit.index);
    if (hit.value !== undefined) onValue(hit.value);
    else if (hit.isToggle) onToggle(hit.row.key);
    else onOpen(hit.row);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    if (walkByKey(event, { focus, walk, open, onToggle })) event.preventDefault();
  };
  return (
    <div
      ref={scroller}
      role="grid"
      aria-label={t.explore.list}
      aria-rowcount={rows.length}
      aria-busy={isStale}
      tabIndex={-1}
      onClick={onClick}
      onKeyDown={onKeyDown}
      onScroll={hold.onScroll}
      onPointerEnter={hold.onPointerEnter}
      onPointerLeave={hold.onPointerLeave}
      onFocus={hold.onFocus}
      onBlur={hold.onBlur}
      className={`relative min-h-0 flex-1 overflow-y-auto outline-none ${isStale ? 'stale' : ''}`}
    >
      <Rows rows={rows} shown={shown} focusable={focus.index} zone={zone} openEvent={openEvent} selected={selected} />
      {footer}
    </div>
  );
}

interface Shown {
  readonly items: readonly VirtualItem[];
  /** The index of the day that stays above; -1 where there is none. */
  readonly sticky: number;
  /** Of all rows together. */
  readonly height: number;
}

interface RowsProps extends Pick<ListProps, 'rows' | 'zone' | 'openEvent' | 'selected'> {
  readonly shown: Shown;
  readonly focusable: number;
}

function Rows({ rows, shown, focusable, zone, openEvent, selected }: RowsProps) {
  const { items, sticky, height } = shown;
  return (
    <div role="rowgroup" className="relative w-full" style={{ height }}>
      {items.map(({ index, key, start, size }) => {
        const row = rows[index];
        if (row === undefined) return null;
        const isSticky = index === sticky;
        return (
          <div
            key={key}
            role="presentation"
            className={isSticky ? 'sticky top-0 z-10' : 'absolute inset-x-0 top-0'}
            style={isSticky ? { height: size } : { height: size, transform: `translateY(${String(start)}px)` }}
          >
            <Row
              row={row}
              index={index}
              zone={zone}
              isFocusable={index === focusable}
              isOpen={row.kind !== 'day' && row.event.id === openEvent}
              isSelected={row.kind !== 'day' && selected.has(row.event.id)}
            />
          </div>
        );
      })}
    </div>
  );
}

function useRows(rows: readonly RowOf[], openEvent: string | undefined, scroller: RefObject<HTMLDivElement | null>) {
  const isNarrow = useNarrow();
  const rowHeight = isNarrow ? ROW_HEIGHT_NARROW : ROW_HEIGHT;
  const days = useMemo(() => rows.flatMap((row, index) => (row.kind === 'day' ? [index] : [])), [rows]);
  const stickyAt = useRef(-1);
  const focusAt = useRef(-1);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (rows[index]?.kind === 'day' ? DAY_HEIGHT : rowHeight),
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: OVERSCAN,
    scrollPaddingStart: DAY_HEIGHT,
    rangeExtractor: (range: Range) => {
      stickyAt.current = days.findLast((index) => index <= range.startIndex) ?? -1;
      const always = [stickyAt.current, focusAt.current].filter((index) => index >= 0 && index < range.count);
      return [...new Set([...always, ...defaultRangeExtractor(range)])].toSorted((one, other) => one - other);
    },
  });
  const measure = useEffectEvent(() => virtualizer.measure());
  useEffect(() => measure(), [rows, rowHeight]);
  const scrollTo = useCallback((index: number): void => virtualizer.scrollToIndex(index, { align: 'auto' }), [virtualizer]);
  const focus = useListFocus(rows, openEvent, scroller, scrollTo);
  focusAt.current = focus.index;
  return { virtualizer, sticky: stickyAt.current, focus };
}

/** Scrolled away from the top, under the pointer, or with the focus in it: then nothing may move. */
function useHeld(scroller: RefObject<HTMLDivElement | null>, onHeld: (isHeld: boolean) => void) {
  const [isScrolled, setScrolled] = useState(false);
  const [isUnder, setUnder] = useState(false);
  const [isIn, setIn] = useState(false);
  const tell = useEffectEvent(onHeld);
  useEffect(() => tell(isScrolled || isUnder || isIn), [isScrolled, isUnder, isIn]);
  return {
    onScroll: () => setScrolled((scroller.current?.scrollTop ?? 0) > 0),
    onPointerEnter: () => setUnder(true),
    onPointerLeave: () => setUnder(false),
    onFocus: () => setIn(true),
    onBlur: () => setIn(false),
  };
}

interface Hit {
  readonly index: number;
  readonly row: EventfulRow;
  readonly value?: Value;
  readonly isToggle: boolean;
}

/** What of the list was clicked; undefined when text is being selected, or between rows. */
function hitOf(target: EventTarget, rows: readonly RowOf[]): Hit | undefined {
  if (!(target instanceof Element) || window.getSelection()?.isCollapsed === false) return undefined;
  const index = Number(target.closest<HTMLElement>('[role="row"]')?.dataset['index'] ?? -1);
  const row = rows[index];
  if (row === undefined || row.kind === 'day') return undefined;
  const part = target.closest<HTMLElement>('[data-term]');
  const { term = '', text = '' } = part?.dataset ?? {};
  const isToggle = target.closest('[data-toggle]') !== null;
  return { index, row, isToggle, ...(part === null ? {} : { value: { anchor: part, term, text } }) };
}

function focusedTerm(scroller: HTMLElement | null, row: EventfulRow | undefined): string | undefined {
  const { activeElement } = document;
  const part = scroller?.contains(activeElement) === true ? activeElement?.closest<HTMLElement>('[data-term]') : undefined;
  return part?.dataset['term'] ?? (row === undefined ? undefined : `action:${row.event.action}`);
}

interface Walker {
  readonly focus: ReturnType<typeof useListFocus>;
  readonly walk: (steps: number) => void;
  readonly open: (row: EventfulRow | undefined) => void;
  readonly onToggle: (key: string) => void;
}

/** @returns whether the key was one of the list */
function walkByKey(event: KeyboardEvent<HTMLElement>, { focus, walk, open, onToggle }: Walker): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || !(event.target instanceof HTMLElement)) return false;
  const { target } = event;
  const row = target.closest<HTMLElement>('[role="row"]');
  const parts = [...(row?.querySelectorAll<HTMLElement>('[data-term], [data-toggle]') ?? [])];
  const at = parts.indexOf(target);
  const bundle = focus.row?.kind === 'bundle' ? focus.row : undefined;
  const keys: Readonly<Record<string, () => unknown>> = {
    ArrowDown: () => walk(1),
    ArrowUp: () => walk(-1),
    PageDown: () => walk(PAGE_ROWS),
    PageUp: () => walk(-PAGE_ROWS),
    Home: () => focus.end(0),
    End: () => focus.end(-1),
    // Right opens what is folded, then walks through the values of the row; left goes the way back.
    ArrowRight: () => (at < 0 && bundle?.isOpen === false ? onToggle(bundle.key) : parts[Math.min(at + 1, parts.length - 1)]?.focus()),
    ArrowLeft: () =>
      at > 0 ? parts[at - 1]?.focus() : at === 0 ? row?.focus() : bundle?.isOpen === true ? onToggle(bundle.key) : undefined,
    ...(at >= 0 ? { Enter: () => target.click(), ' ': () => target.click() } : {}),
    ...(target === row ? { Enter: () => open(focus.row), ' ': () => (bundle === undefined ? open(focus.row) : onToggle(bundle.key)) } : {}),
  };
  const run = keys[event.key];
  run?.();
  return run !== undefined;
}
