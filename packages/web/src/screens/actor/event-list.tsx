// Short lists of events, each with a link to all of them: what an actor did that is grave, what was done in their name and to them.

import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useLinks } from '../../shell/links.ts';
import { actorText as t } from '../../text/actor.ts';
import { Anchor } from '../../ui/anchor.tsx';
import { OutcomeBadge } from '../../ui/badge.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Sentence } from '../../ui/sentence.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { Time } from '../../ui/time.tsx';
import { fold } from '../overview/signals/fold.ts';
import type { Page } from '../overview/use-signals.ts';
import { listsOf, useEvents } from './use-actor.ts';

const LINES_MAX = 8;

/** All come at once, and what stands below them with them: nothing moves when they come. */
export function EventLists({ id, children }: { readonly id: string; readonly children: ReactNode }) {
  const { privileged, behalf, about } = listsOf(id);
  const lists = [
    { ...t.privileged, q: privileged, query: useEvents(privileged) },
    { ...t.behalf, q: behalf, query: useEvents(behalf) },
    { ...t.about, q: about, query: useEvents(about) },
  ];
  if (lists.some(({ query }) => query.isPending)) return <Skeleton rows={12} height={34} />;
  return (
    <>
      {lists.map((list) => (
        <EventList key={list.title} {...list} />
      ))}
      {children}
    </>
  );
}

interface EventListProps {
  readonly title: string;
  readonly none: string;
  readonly all: string;
  readonly q: string;
  readonly query: UseQueryResult<Page>;
}

function EventList({ title, none, all, q, query }: EventListProps) {
  const links = useLinks();
  return (
    <Panel title={title} actions={<Anchor href={links.explore(q, 'all')}>{all}</Anchor>}>
      <Loaded query={query} rows={3} height={34}>
        {({ events }) =>
          events.length === 0 ? (
            <p className="px-3 py-2.5 text-muted">{none}</p>
          ) : (
            <ol className="divide-y divide-line">
              {fold(events)
                .slice(0, LINES_MAX)
                .map(({ event, count }) => (
                  <li key={event.id}>
                    <Anchor
                      href={links.event(event.id)}
                      className="flex flex-wrap items-baseline gap-x-3 px-3 py-1.5 -outline-offset-2 hover:bg-raised"
                    >
                      <span className="min-w-0 flex-1 basis-56">
                        <Sentence event={event} />
                        {count > 1 ? <span className="tabular ml-1.5 text-muted">{t.times(count)}</span> : null}
                      </span>
                      {event.outcome === 'success' ? null : <OutcomeBadge outcome={event.outcome} />}
                      <Time at={event.occurredAt} className="text-xs text-muted" />
                    </Anchor>
                  </li>
                ))}
            </ol>
          )
        }
      </Loaded>
    </Panel>
  );
}
