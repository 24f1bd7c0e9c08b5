// What came from an address after a strange sign-in: the changes, oldest first, alike ones folded.

import type { Event } from '../../api/queries.ts';
import { useLinks } from '../../shell/links.ts';
import { useZone, type Zone } from '../../shell/zone.tsx';
import { dayKey } from '../../text/format.ts';
import { overviewText as t } from '../../text/overview.ts';
import { Anchor } from '../../ui/anchor.tsx';
import { Sentence } from '../../ui/sentence.tsx';
import { Time } from '../../ui/time.tsx';
import { fold } from './signals/fold.ts';
import type { Page } from './use-signals.ts';

const LINES_MAX = 8;

interface WhatFollowedProps {
  readonly ip: string;
  /** Oldest first. */
  readonly page: Page;
}

export function WhatFollowed({ ip, page }: WhatFollowedProps) {
  const links = useLinks();
  const { zone } = useZone();
  const { events, more } = page;
  const lines = fold(events);
  const shown = lines.slice(0, LINES_MAX);
  const days = newDays(
    shown.map(({ event }) => event),
    zone,
  );
  const left = events.length - shown.reduce((sum, { count }) => sum + count, 0);
  return (
    <div className="my-1.5 rounded-md border border-line bg-bg px-2.5 py-1.5">
      <p className="flex flex-wrap items-baseline gap-x-3 text-xs text-muted">
        <span className="flex-1">{t.look.followed(ip)}</span>
        <Anchor href={links.explore(`ip:${ip}`, '-30d')} className="inline-flex min-h-[24px] items-center text-accent hover:underline">
          {t.look.followedMore}
        </Anchor>
      </p>
      <ol>
        {shown.map(({ event, count }) => (
          <li key={event.id}>
            {days.has(event.id) ? <Time at={event.occurredAt} show="date" className="block pt-1 text-xs font-medium" /> : null}
            <Anchor href={links.event(event.id)} className="flex min-h-[24px] items-baseline gap-2.5 py-0.5 hover:underline">
              <Time at={event.occurredAt} show="clock" className="text-xs text-muted" />
              <span className="min-w-0">
                <Sentence event={event} />
                {count > 1 ? <span className="tabular ml-1.5 font-medium text-bad">{t.look.times(count)}</span> : null}
              </span>
            </Anchor>
          </li>
        ))}
      </ol>
      {left > 0 || more ? <p className="text-xs text-muted">{more ? t.look.moreThan(left) : t.look.more(left)}</p> : null}
    </div>
  );
}

/** The ids of those that are the first of their day. */
function newDays(events: readonly Event[], zone: Zone['zone']): ReadonlySet<string> {
  return new Set(
    events.flatMap(({ id, occurredAt }, place) => {
      const before = events[place - 1]?.occurredAt;
      return before !== undefined && dayKey(before, zone) === dayKey(occurredAt, zone) ? [] : [id];
    }),
  );
}
