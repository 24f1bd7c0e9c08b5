// What happened before and after: by the same actor, about the same resource, in the same request.

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../api/client.ts';
import type { Event } from '../../api/queries.ts';
import { useLinks } from '../../shell/links.ts';
import { eventText } from '../../text/event.ts';
import { Anchor } from '../../ui/anchor.tsx';
import { dayKey } from '../../text/format.ts';
import { useZone } from '../../shell/zone.tsx';
import { OUTCOME_LOOKS } from '../../ui/badge.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Sentence } from '../../ui/sentence.tsx';
import { Segments } from '../../ui/tabs.tsx';
import { Time } from '../../ui/time.tsx';
import { t } from '../../text/en.ts';
import { aroundQuery } from './queries.ts';
import { Section } from './section.tsx';

const SIDES = ['actor', 'resource', 'request'] as const;
type SideName = (typeof SIDES)[number];

interface AroundProps {
  readonly event: Event;
  /** Shows another event in the place of this one; without it a link leads to its page. */
  readonly onShow?: ((id: string) => void) | undefined;
}

export function Around({ event, onShow }: AroundProps) {
  const query = useQuery(aroundQuery(useApi(), event.id));
  const links = useLinks();
  const [wanted, setWanted] = useState<SideName | undefined>();
  const has = SIDES.filter((name) => query.data?.[name] !== undefined);
  const others = (name: SideName): number => (query.data?.[name]?.after.length ?? 0) + (query.data?.[name]?.before.length ?? 0);
  const side = has.find((name) => name === wanted) ?? has.find((name) => others(name) > 0) ?? has[0];
  const near = side === undefined ? undefined : query.data?.[side];
  const options = has.map((value) => ({ value, label: eventText.aroundBy[value] }));
  return (
    <Section
      title={eventText.around}
      actions={side === undefined ? null : <Segments label={eventText.around} value={side} options={options} onChange={setWanted} />}
    >
      <Loaded query={query} rows={6} height={32}>
        {() =>
          side === undefined || near === undefined || others(side) === 0 ? (
            <p className="text-muted">{eventText.aroundNone}</p>
          ) : (
            <div className="panel overflow-hidden">
              <ol className="divide-y divide-line">
                {near.after.map((other) => (
                  <Neighbour key={other.id} event={other} beside={event} onShow={onShow} />
                ))}
                <li className="flex min-h-8 items-center gap-2 bg-accent-soft px-3 py-1 text-accent" aria-current="true">
                  <Time at={event.occurredAt} show="clock" className="w-24 shrink-0 text-xs" />
                  <span className="font-medium">{eventText.aroundThis}</span>
                </li>
                {near.before.map((other) => (
                  <Neighbour key={other.id} event={other} beside={event} onShow={onShow} />
                ))}
              </ol>
              <div className="flex flex-wrap gap-x-3 border-t border-line px-3 py-1.5 text-xs text-muted">
                <Anchor href={links.explore(near.q)}>{eventText.aroundAll}</Anchor>
                {near.partial === true ? eventText.aroundPartial : null}
              </div>
            </div>
          )
        }
      </Loaded>
    </Section>
  );
}

function Neighbour({ event, beside, onShow }: AroundProps & { readonly beside: Event }) {
  const links = useLinks();
  const { zone } = useZone();
  const isSameDay = dayKey(event.occurredAt, zone) === dayKey(beside.occurredAt, zone);
  const { ink, icon } = OUTCOME_LOOKS[event.outcome];
  return (
    <li>
      <Anchor
        href={links.event(event.id)}
        className="flex min-h-8 items-baseline gap-2 px-3 py-1 hover:bg-raised"
        onClick={(click) => {
          if (onShow === undefined || click.metaKey || click.ctrlKey || click.shiftKey || click.button !== 0) return;
          click.preventDefault();
          onShow(event.id);
        }}
      >
        <Time at={event.occurredAt} show={isSameDay ? 'clock' : 'date'} className="w-24 shrink-0 text-xs text-muted" />
        <span className={`self-center ${ink}`}>
          <Icon name={icon} size={12} />
          <span className="sr-only">{t.outcomes[event.outcome]}</span>
        </span>
        <span className="line-clamp-2 min-w-0 flex-1">
          <Sentence event={event} />
        </span>
      </Anchor>
    </li>
  );
}
