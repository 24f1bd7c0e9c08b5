// A short list of events, a line each, of which identical neighbours share one; each leads to its event.

import type { ReactNode } from 'react';
import type { Event } from '../../api/queries.ts';
import { useLinks } from '../../shell/links.ts';
import { overviewText as t } from '../../text/overview.ts';
import { Anchor } from '../../ui/anchor.tsx';
import { OutcomeBadge } from '../../ui/badge.tsx';
import { Sentence } from '../../ui/sentence.tsx';
import { Time } from '../../ui/time.tsx';
import { fold } from './signals/fold.ts';

interface EventLinesProps {
  readonly events: readonly Event[];
  /** How many lines at most. */
  readonly most: number;
  readonly isRelative?: boolean;
  /** A last line. */
  readonly children?: ReactNode;
}

export function EventLines({ events, most, isRelative = false, children }: EventLinesProps) {
  const links = useLinks();
  return (
    <ol className="divide-y divide-line">
      {fold(events)
        .slice(0, most)
        .map(({ event, count }) => (
          <li key={event.id}>
            <Anchor
              href={links.event(event.id)}
              className="flex min-h-[34px] flex-wrap items-baseline gap-x-3 px-3 py-1.5 -outline-offset-2 hover:bg-raised"
            >
              <span className="min-w-0 flex-1 basis-60">
                <Sentence event={event} />
                {count > 1 ? <span className="tabular ml-1.5 text-muted">{t.look.times(count)}</span> : null}
              </span>
              {event.outcome === 'success' ? null : <OutcomeBadge outcome={event.outcome} />}
              <Time at={event.occurredAt} {...(isRelative && { show: 'relative' })} className="text-xs text-muted" />
            </Anchor>
          </li>
        ))}
      {children}
    </ol>
  );
}
