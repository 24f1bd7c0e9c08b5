// Short lists of events, each with a link to all of them: what an actor did that is grave, what was done in their name and to them.

import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useLinks } from '../../shell/links.ts';
import { actorText as t } from '../../text/actor.ts';
import { Anchor } from '../../ui/anchor.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { EventLines } from '../overview/event-lines.tsx';
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
          events.length === 0 ? <p className="px-3 py-2.5 text-muted">{none}</p> : <EventLines events={events} most={LINES_MAX} />
        }
      </Loaded>
    </Panel>
  );
}
