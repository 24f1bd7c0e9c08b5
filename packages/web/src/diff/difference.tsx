// A difference as people read it. It knows nothing of addresses, sessions or servers: rows in, what to look at out.

import type { JsonObject } from '@indelible/core/event';
import { type ReactNode, useState } from 'react';
import { diffText } from '../text/diff.ts';
import { countRows, type Row } from './rows.ts';
import { RowView, SplitHead } from './row-view.tsx';
import { LongText } from './folded.tsx';
import type { WrapValue } from './side-view.tsx';

/** `all` is unified, with the fields that did not change. */
export type DiffMode = 'unified' | 'split' | 'all' | 'raw';

export const DIFF_MODES: readonly DiffMode[] = ['unified', 'split', 'all', 'raw'];

/** The mode that the key `d` goes on to. */
export function nextMode(mode: DiffMode): DiffMode {
  return DIFF_MODES[(DIFF_MODES.indexOf(mode) + 1) % DIFF_MODES.length] ?? 'unified';
}

export interface DifferenceProps {
  /** What rowsOf or rowsOfDeltas made. */
  readonly rows: readonly Row[];
  readonly mode: DiffMode;
  /** What stands in the mode `raw`. */
  readonly raw: JsonObject;
  readonly wrapValue?: WrapValue;
  readonly aside?: (row: Row) => ReactNode;
}

/** More fields than this are shown when they are asked for. */
const ROWS_MAX = 100;

/** @example <Difference rows={rowsOf(event.change)} mode="unified" raw={event.change} /> */
export function Difference({ rows, mode, raw, wrapValue, aside }: DifferenceProps) {
  const [everything, setEverything] = useState(false);
  if (mode === 'raw') return <RawView raw={raw} />;
  const wanted = mode === 'all' ? rows : rows.filter(({ mark }) => mark !== 'same');
  const shown = everything ? wanted : wanted.slice(0, ROWS_MAX);
  const { same } = countRows(rows);
  return (
    <div className="@container">
      {wanted.length === 0 ? <p className="px-3 py-2 text-muted">{diffText.nothing}</p> : null}
      {mode === 'split' && wanted.length > 0 ? <SplitHead /> : null}
      <ul>
        {shown.map((row) => (
          <RowView key={row.id} row={row} split={mode === 'split'} wrapValue={wrapValue} aside={aside} />
        ))}
      </ul>
      {shown.length < wanted.length ? (
        <button
          type="button"
          onClick={() => setEverything(true)}
          className="min-h-8 w-full border-t border-line px-3 text-left text-xs text-muted hover:bg-raised hover:text-text"
        >
          {diffText.showRows(wanted.length - shown.length)}
        </button>
      ) : null}
      {mode !== 'all' && same > 0 ? (
        <p className="border-t border-line px-3 py-1.5 text-xs text-faint">{diffText.hiddenSame(same)}</p>
      ) : null}
    </div>
  );
}

function RawView({ raw }: { readonly raw: JsonObject }) {
  return (
    <pre className="overflow-x-auto px-3 py-2 text-xs leading-relaxed whitespace-pre-wrap [overflow-wrap:anywhere]">
      <LongText text={JSON.stringify(raw, null, 2)} />
    </pre>
  );
}
