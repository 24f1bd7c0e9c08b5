// The list with what stands above it, or why there is none.

import type { RefObject } from 'react';
import { t } from '../../text/en.ts';
import { formatCount } from '../../text/format.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { Empty } from './empty.tsx';
import { Footer } from './footer.tsx';
import { WindowButtons } from './histogram.tsx';
import { List, type ListHandle, type Value } from './list.tsx';
import { SelectionBar } from './selection-bar.tsx';
import type { Change, ExploreState } from './state.ts';
import type { Answer } from './use-answer.ts';
import type { EventfulRow } from './use-list-focus.ts';
import type { Histogram } from './use-numbers.ts';
import type { WindowOfTime } from './use-window.ts';

/** The tenant of the trail itself. */
const OPERATOR_TENANT = '_operator';

export interface ResultsProps {
  readonly state: ExploreState;
  readonly answer: Answer;
  readonly time: WindowOfTime;
  readonly list: RefObject<ListHandle | null>;
  readonly selected: ReadonlySet<string>;
  /** Undefined while they are shown. */
  readonly onFacets: (() => void) | undefined;
  readonly onChange: (change: Change) => void;
  readonly onOpen: (row: EventfulRow) => void;
  readonly onUnselect: () => void;
  readonly onValue: (value: Value) => void;
  readonly onHeld: (isHeld: boolean) => void;
}

export function Results(props: ResultsProps) {
  const { answer, time, list, selected, onFacets, onUnselect } = props;
  const { histogram, live } = answer;
  return (
    <div className="@container relative flex min-w-0 flex-1 flex-col">
      <div className="tabular flex min-h-8 items-center gap-2 border-b border-line px-3 text-xs text-muted">
        {onFacets === undefined ? null : (
          <Button look="quiet" className="-ml-2" onClick={onFacets}>
            <Icon name="filter" size={14} />
            {t.explore.facets}
          </Button>
        )}
        <span role="status">{histogram.data === undefined ? '' : countText(histogram.data)}</span>
        <span className="ml-auto" />
        <WindowButtons onShift={time.shift} onWiden={time.widen} />
      </div>
      {selected.size === 0 ? null : <SelectionBar ids={selected} onClear={onUnselect} />}
      {live.waiting === 0 ? null : (
        <Button
          look="primary"
          className="absolute top-10 left-1/2 z-20 -translate-x-1/2 shadow-pop"
          onClick={() => {
            live.letIn();
            list.current?.toTop();
          }}
        >
          <Icon name="chevronUp" size={14} />
          {t.explore.newEvents(formatCount(live.waiting))}
        </Button>
      )}
      <ListOrState {...props} />
    </div>
  );
}

function ListOrState({ state, answer, list: handle, selected, onChange, onOpen, onValue, onHeld }: ResultsProps) {
  const { pages, rows, events, toggle } = answer;
  const { asked, zone } = state;
  const empty = { q: state.q, range: state.range, zone, onChange, onFirst: pages.retry };
  if (pages.error !== null && pages.error !== undefined) return <ErrorState error={pages.error} onRetry={pages.retry} />;
  if (pages.isLoading && asked !== undefined) return <Skeleton rows={16} height={34} />;
  if (rows.length === 0 && asked !== undefined && !pages.hasMore && !pages.isStale) return <Empty {...empty} />;
  const list = (
    <List
      rows={rows}
      zone={zone}
      openEvent={state.event}
      selected={selected}
      isStale={pages.isStale && !state.live}
      handle={handle}
      onOpen={onOpen}
      onToggle={toggle}
      onValue={onValue}
      onNearEnd={pages.readMore}
      onHeld={onHeld}
      footer={<Footer pages={pages} zone={zone} />}
    />
  );
  // What the trail says of itself, such as that somebody was invited, is nothing that was received.
  const isBare =
    state.q === '' && !pages.hasMore && events.every(({ source, tenant }) => source.kind === 'self' && tenant !== OPERATOR_TENANT);
  return isBare ? <Empty {...empty} otherwise={list} /> : list;
}

function countText({ total, estimate, searchedBackTo }: Histogram): string {
  const count = formatCount(total);
  if (!estimate) return t.explore.events(count);
  return searchedBackTo === undefined ? t.explore.about(count) : t.explore.atLeast(count);
}
