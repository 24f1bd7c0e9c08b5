// An actor: who that is, since when, from where, when in the week, what they did and to what.

import { quotedValue } from '@indelible/core/query';
import { useParams, useRouter, useSearch } from '@tanstack/react-router';
import { useApi } from '../../api/client.ts';
import { codeOf } from '../../api/problem.ts';
import type { components } from '../../api/schema.ts';
import { useLinks } from '../../shell/links.ts';
import { actorText as t } from '../../text/actor.ts';
import { formatCount } from '../../text/format.ts';
import { Anchor } from '../../ui/anchor.tsx';
import { Badge } from '../../ui/badge.tsx';
import { buttonClass } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Segments } from '../../ui/tabs.tsx';
import { Time } from '../../ui/time.tsx';
import { ByDay } from './by-day.tsx';
import { EventLists } from './event-list.tsx';
import { HeatMap } from './heat-map.tsx';
import { Actions, Addresses, Resources, Sessions } from './seen-lists.tsx';
import { type Range, RANGES, rangeOf, useActor } from './use-actor.ts';

type Summary = components['schemas']['ActorSummary'];

const OPTIONS = RANGES.map((value) => ({ value, label: t.ranges[value] }));

export function ActorScreen() {
  const { id = '' } = useParams({ strict: false });
  const { tenant } = useApi();
  // What is shown while another range loads is never that of somebody else.
  return <ActorOf key={`${tenant}/${id}`} id={id} />;
}

function ActorOf({ id }: { readonly id: string }) {
  const written = useSearch({ strict: false, select: (search: { range?: string }) => search.range });
  const links = useLinks();
  const range = rangeOf(written);
  const query = useActor(id, range);
  if (codeOf(query.error) === 'not_found')
    return (
      <EmptyState
        icon="person"
        title={t.missing}
        actions={
          <Anchor href={links.explore(`actor:${quotedValue(id)}`, 'all')} className={buttonClass('plain')}>
            {t.missingSearch}
          </Anchor>
        }
      >
        <code className="break-all">{id}</code>
        <p className="mt-2">{t.missingHelp}</p>
      </EmptyState>
    );
  return (
    <div className={`mx-auto max-w-[1280px] space-y-3 p-3 md:p-4 ${query.isPlaceholderData ? 'stale' : ''}`}>
      <Loaded query={query} rows={12} height={40}>
        {(actor) => <Shown actor={actor} range={range} />}
      </Loaded>
    </div>
  );
}

function Shown({ actor, range }: { readonly actor: Summary; readonly range: Range }) {
  return (
    <>
      <Head actor={actor} range={range} />
      {actor.searchedBackTo === undefined ? null : (
        <p className="text-warn">
          {t.partial} <Time at={actor.searchedBackTo} />.
        </p>
      )}
      <div className="grid items-start gap-3 lg:grid-cols-[minmax(0,1fr)_340px]">
        <div className="min-w-0 space-y-3">
          <HeatMap id={actor.id} />
          <EventLists id={actor.id}>
            <div className="grid items-start gap-3 md:grid-cols-2">
              <Actions actor={actor} />
              <Resources actor={actor} />
            </div>
          </EventLists>
        </div>
        <div className="min-w-0 space-y-3">
          <Addresses actor={actor} />
          <ByDay days={actor.days} />
          <Sessions actor={actor} />
        </div>
      </div>
    </>
  );
}

function Head({ actor, range }: { readonly actor: Summary; readonly range: Range }) {
  const router = useRouter();
  const links = useLinks();
  const { id, name, email, type, events, firstSeen, lastSeen } = actor;
  const others = actor.names.map((one) => one.name).filter((other) => other !== name);
  const choose = (next: Range): void => {
    void router.navigate({ to: '.', search: (search: object) => ({ ...search, range: next }), replace: true });
  };
  return (
    <header className="space-y-1.5">
      <div className="flex flex-wrap items-center gap-2">
        <h1 className="min-w-0 text-lg font-semibold break-words">{name ?? email ?? id}</h1>
        {type === undefined ? null : <Badge>{t.types[type as keyof typeof t.types] ?? type}</Badge>}
        <div className="ml-auto flex flex-wrap items-center gap-2">
          <Segments label={t.range} value={range} options={OPTIONS} onChange={choose} />
          <Anchor href={links.explore(`actor.id:${quotedValue(id)}`, range)} className={buttonClass('plain')}>
            {t.explore}
          </Anchor>
        </div>
      </div>
      <p className="flex flex-wrap items-center gap-x-4 gap-y-1 text-muted">
        <span className="flex items-center gap-1">
          <code className="break-all">{id}</code>
          <CopyButton text={id} label={t.copyId} />
        </span>
        {email === undefined ? null : <span className="break-all">{email}</span>}
        <span>
          {t.firstSeen} <Time at={firstSeen} className="text-text" />
        </span>
        <span>
          {t.lastSeen} <Time at={lastSeen} className="text-text" />
        </span>
        <span className="tabular">{events.estimate ? t.atLeast(events.count) : `${t.count}: ${formatCount(events.count)}`}</span>
        {others.length === 0 ? null : (
          <span>
            {t.alsoAs} {others.join(', ')}
          </span>
        )}
      </p>
    </header>
  );
}
