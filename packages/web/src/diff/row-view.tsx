// One field of a difference: its sign, its path, and its value before and after, in one column or two.

import { type ReactNode, useMemo } from 'react';
import { diffText } from '../text/diff.ts';
import { ItemsView, PartsView, type Shown } from './parts-view.tsx';
import type { Row } from './rows.ts';
import { isBlock, SideView, type WrapValue } from './side-view.tsx';
import { type TextPart, textParts } from './text-parts.ts';

export interface RowViewProps {
  readonly row: Row;
  readonly split: boolean;
  readonly wrapValue?: WrapValue | undefined;
  /** Stands beside the path: who set it, for example. */
  readonly aside?: ((row: Row) => ReactNode) | undefined;
}

const SIGNS: Readonly<Record<Row['mark'], string>> = {
  added: '+',
  removed: '\u2212',
  changed: '~',
  moved: '\u2195',
  same: '',
  unknown: '?',
};
const INKS: Readonly<Record<Row['mark'], string>> = {
  added: 'text-good',
  removed: 'text-bad',
  changed: 'text-accent',
  moved: 'text-accent',
  same: 'text-faint',
  unknown: 'text-warn',
};

/** Sign, path and value beside each other where there is room. */
const WIDE_COLUMNS = '@xl:grid-cols-[1rem_minmax(8rem,26%)_minmax(0,1fr)]';

/** Which half is which, once, above the rows of a split; where there is no room each row says it. */
export function SplitHead() {
  return (
    <div aria-hidden="true" className={`hidden gap-x-1.5 border-b border-line px-3 py-1 text-xs text-muted @xl:grid ${WIDE_COLUMNS}`}>
      <div className="col-start-3 grid grid-cols-2 gap-x-4 pr-6">
        <span>{diffText.before}</span>
        <span>{diffText.after}</span>
      </div>
    </div>
  );
}

/** A list item: an ancestor is a container (`@container`). */
export function RowView({ row, split, wrapValue, aside }: RowViewProps) {
  return (
    <li
      className={`grid grid-cols-[1rem_minmax(0,1fr)] gap-x-1.5 gap-y-0.5 border-t border-line px-3 py-1.5 first:border-t-0 ${WIDE_COLUMNS}`}
    >
      <span className={`text-center font-mono font-semibold ${INKS[row.mark]}`} title={diffText.marks[row.mark]}>
        <span aria-hidden="true">{SIGNS[row.mark]}</span>
        <span className="sr-only">{diffText.marks[row.mark]}</span>
      </span>
      <div className="min-w-0 pr-2">
        <PathView row={row} />
        {aside === undefined ? null : aside(row)}
      </div>
      <div className="col-start-2 min-w-0 pr-6 @xl:col-start-3">
        {split ? <SplitValue row={row} wrapValue={wrapValue} /> : <UnifiedValue row={row} wrapValue={wrapValue} />}
        <Notes row={row} />
      </div>
    </li>
  );
}

function PathView({ row }: { readonly row: Row }) {
  if (row.steps.length === 0) return <span className="italic">{diffText.wholeRow}</span>;
  return (
    <bdi className="[overflow-wrap:anywhere]">
      {row.steps.map((step, place) => {
        const last = place === row.steps.length - 1;
        const text = step.kind === 'key' ? step.name : step.label;
        return (
          <span key={`${String(place)} ${text}`} className={last ? 'font-medium' : 'text-muted'}>
            {step.kind === 'item' ? (
              <span className="rounded border border-line bg-raised px-1 font-mono text-[0.88em]">{text}</span>
            ) : (
              text
            )}
            {last ? null : <span className="text-faint"> / </span>}
          </span>
        );
      })}
    </bdi>
  );
}

/** The words of two texts that are one text changed; undefined where the two are shown one after the other. */
function useParts({ mark, before, after }: Row): readonly TextPart[] | undefined {
  return useMemo(() => {
    if (mark !== 'changed' || before.kind !== 'value' || after.kind !== 'value') return undefined;
    if (typeof before.value !== 'string' || typeof after.value !== 'string') return undefined;
    const parts = textParts(before.value, after.value);
    return parts.some(({ kind }) => kind === 'same') ? parts : undefined;
  }, [mark, before, after]);
}

function UnifiedValue({ row, wrapValue }: { readonly row: Row; readonly wrapValue: WrapValue | undefined }) {
  const parts = useParts(row);
  const side = (which: 'before' | 'after', as?: 'removed' | 'added'): ReactNode => (
    <SideView side={row[which]} field={row.field} at={which} as={as} wrapValue={wrapValue} />
  );
  if (row.items !== undefined) return <ItemsView items={row.items} show="both" />;
  if (parts !== undefined && (isBlock(row.before) || isBlock(row.after))) return <PartsView parts={parts} show="both" />;
  if (isOnlyMoved(row)) return null;
  if (row.mark === 'added') return side('after', 'added');
  if (row.mark === 'removed') return side('before', 'removed');
  if (row.mark !== 'changed' || (row.before.kind === 'redacted' && row.after.kind === 'redacted')) {
    return <span className="text-muted">{side(row.after.kind === 'absent' ? 'before' : 'after')}</span>;
  }
  if (isBlock(row.before) || isBlock(row.after)) {
    return (
      <div className="space-y-1">
        <div>{side('before', 'removed')}</div>
        <div>{side('after', 'added')}</div>
      </div>
    );
  }
  return (
    <span>
      {side('before', 'removed')}
      <span className="px-1.5 text-faint">
        <span aria-hidden="true">{'\u2192'}</span>
        <span className="sr-only">{diffText.becomes}</span>
      </span>
      {side('after', 'added')}
    </span>
  );
}

/** An item whose own fields are rows below: that it moved is all that its row says. */
function isOnlyMoved({ mark, before, after }: Row): boolean {
  return mark === 'moved' && before.kind === 'absent' && after.kind === 'absent';
}

function SplitValue({ row, wrapValue }: { readonly row: Row; readonly wrapValue: WrapValue | undefined }) {
  const parts = useParts(row);
  const changed = row.mark !== 'same' && row.mark !== 'moved' && row.mark !== 'unknown';
  if (isOnlyMoved(row)) return null;
  const half = (show: Exclude<Shown, 'both'>): ReactNode => {
    if (row.items !== undefined) return <ItemsView items={row.items} show={show} />;
    if (parts !== undefined) return <PartsView parts={parts} show={show} />;
    const as = show === 'before' ? 'removed' : 'added';
    return <SideView side={row[show]} field={row.field} at={show} as={changed ? as : undefined} wrapValue={wrapValue} />;
  };
  return (
    <div className="grid gap-x-4 gap-y-1 @md:grid-cols-2">
      {(['before', 'after'] as const).map((show) => (
        <div key={show} className="min-w-0">
          <div className="text-2xs text-faint @xl:sr-only">{diffText[show]}</div>
          {half(show)}
        </div>
      ))}
    </div>
  );
}

/** What must be said of a value beside it. */
function Notes({ row }: { readonly row: Row }) {
  const notes = [...new Set(notesOf(row))];
  if (notes.length === 0) return null;
  return (
    <ul className="mt-0.5 space-y-0.5 text-xs text-muted [overflow-wrap:anywhere]">
      {notes.map((note) => (
        <li key={note}>{note}</li>
      ))}
    </ul>
  );
}

function notesOf({ mark, before, after, retyped, moved }: Row): string[] {
  const notes: string[] = [];
  if (retyped !== undefined) notes.push(diffText.retyped(diffText.types[retyped.from], diffText.types[retyped.to]));
  if (moved !== undefined) notes.push(diffText.moved(moved.from, moved.to));
  if (before.kind === 'redacted' && after.kind === 'redacted') {
    notes.push(mark === 'same' ? diffText.redactedSame(after.rule) : diffText.redactedBoth(after.rule));
  } else {
    for (const side of [before, after]) if (side.kind === 'redacted') notes.push(diffText.redactedOne(side.rule));
  }
  for (const side of [before, after]) {
    if (side.kind === 'omitted') notes.push(diffText.omittedWhy(side.sha256));
    if (side.kind === 'unknown') notes.push(diffText.unknownWhy(side.reason));
  }
  if (mark !== 'moved' && before.kind === 'absent' && after.kind === 'absent') notes.push(diffText.noValue);
  return notes;
}
