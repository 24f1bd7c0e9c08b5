// One row of the list. It draws itself again only when what it shows has changed; clicks and keys are the list's.

import { memo } from 'react';
import { t } from '../../text/en.ts';
import { formatBoth, formatClock, formatCount, formatDay, formatZone, type ZoneName } from '../../text/format.ts';
import { OUTCOME_LOOKS } from '../../ui/badge.tsx';
import { Icon } from '../../ui/icon.tsx';
import type { Row as RowOf } from './rows.ts';
import { Sentence } from './sentence.tsx';

export interface RowProps {
  readonly row: RowOf;
  /** Its number among all rows, from 0. */
  readonly index: number;
  readonly zone: ZoneName;
  readonly isFocusable: boolean;
  readonly isOpen: boolean;
  readonly isSelected: boolean;
}

function RowDrawn({ row, index, zone, isFocusable, isOpen, isSelected }: RowProps) {
  if (row.kind === 'day') return <Day at={row.at} index={index} zone={zone} />;
  const { event } = row;
  const look = OUTCOME_LOOKS[event.outcome];
  return (
    <div
      role="row"
      aria-rowindex={index + 1}
      aria-selected={isSelected}
      aria-current={isOpen ? 'true' : undefined}
      tabIndex={isFocusable ? 0 : -1}
      data-index={index}
      className={`flex h-full items-center gap-2.5 overflow-hidden border-b border-line/60 pr-3 hover:bg-raised focus-visible:-outline-offset-2 aria-[current=true]:bg-accent-soft aria-selected:bg-accent-soft ${row.kind === 'event' && row.inside ? 'pl-8' : 'pl-3'}`}
    >
      <span role="gridcell" className="tabular w-[58px] shrink-0 text-xs text-muted">
        <time dateTime={event.occurredAt} title={formatBoth(event.occurredAt)}>
          {formatClock(event.occurredAt, zone)}
        </time>
      </span>
      <span role="gridcell" className={`shrink-0 ${look.ink}`} title={t.outcomes[event.outcome]}>
        <Icon name={look.icon} size={14} />
        <span className="sr-only">{t.outcomes[event.outcome]}</span>
      </span>
      <span role="gridcell" className="line-clamp-2 min-w-0 flex-1 leading-5 break-words sm:line-clamp-1 sm:break-all">
        <Sentence event={event} />
      </span>
      {row.kind === 'bundle' ? <BundleMark row={row} /> : null}
      <span role="gridcell" className="hidden max-w-[200px] shrink-0 @3xl:block">
        <button
          type="button"
          tabIndex={-1}
          data-term={`action:${event.action}`}
          data-text={event.action}
          className="mono block max-w-full truncate rounded px-0.5 text-xs text-faint hover:bg-accent-soft hover:underline"
        >
          {event.action}
        </button>
      </span>
    </div>
  );
}

export const Row = memo(RowDrawn, isSame);

/** The rows are made anew whenever events come; most of them show what they showed. */
function isSame({ row: before, ...others }: RowProps, { row, ...rest }: RowProps): boolean {
  const isAlike = (Object.keys(rest) as (keyof typeof rest)[]).every((name) => rest[name] === others[name]);
  if (!isAlike || row.key !== before.key || row.kind === 'day' || before.kind === 'day') return isAlike && row.key === before.key;
  if (row.event !== before.event) return false;
  if (row.kind === 'event') return before.kind === 'event' && row.inside === before.inside;
  return before.kind === 'bundle' && row.isOpen === before.isOpen && row.events.length === before.events.length;
}

function BundleMark({ row }: { readonly row: Extract<RowOf, { kind: 'bundle' }> }) {
  const count = formatCount(row.events.length);
  return (
    <span role="gridcell" className="shrink-0">
      <button
        type="button"
        tabIndex={-1}
        data-toggle="true"
        aria-expanded={row.isOpen}
        title={t.explore.bundles[row.by](count)}
        className="inline-flex h-6 items-center gap-1 rounded bg-raised px-1.5 text-xs font-medium text-muted hover:text-text"
      >
        {t.explore.bundleShort[row.by](count)}
        <Icon name={row.isOpen ? 'chevronUp' : 'chevronDown'} size={12} />
      </button>
    </span>
  );
}

function Day({ at, index, zone }: { readonly at: string; readonly index: number; readonly zone: ZoneName }) {
  return (
    <div
      role="row"
      aria-rowindex={index + 1}
      className="flex h-full items-center gap-2 border-b border-line bg-bg px-3 text-xs font-medium text-muted"
    >
      <span role="gridcell">
        {formatDay(at, zone)} <span className="font-normal text-faint">{formatZone(zone, at)}</span>
      </span>
    </div>
  );
}
