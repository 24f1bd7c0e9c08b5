// The latest privileged actions: permissions, administration, secrets, keys, exports.

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useApi } from '../../api/client.ts';
import { useLinks } from '../../shell/links.ts';
import { overviewText as t } from '../../text/overview.ts';
import { Anchor } from '../../ui/anchor.tsx';
import { OutcomeBadge } from '../../ui/badge.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Sentence } from '../../ui/sentence.tsx';
import { Time } from '../../ui/time.tsx';
import { PRIVILEGED } from './queries.ts';
import type { Range } from './range.ts';
import { fold } from './signals/fold.ts';
import { pageOf } from './use-signals.ts';

const EVENTS_MAX = 40;
const LINES_MAX = 10;

export function Privileged({ range }: { readonly range: Range }) {
  const { api, tenant } = useApi();
  const links = useLinks();
  const query = useQuery({
    queryKey: [tenant, 'overview', 'privileged', range],
    queryFn: ({ signal }) => pageOf({ api, signal }, `${PRIVILEGED} at:${range}`, EVENTS_MAX),
    placeholderData: keepPreviousData,
  });
  const all = <Anchor href={links.explore(PRIVILEGED, range)}>{t.privileged.all}</Anchor>;
  return (
    <Panel title={t.privileged.title} actions={all}>
      <div className={query.isPlaceholderData ? 'stale' : ''}>
        <Loaded query={query} rows={LINES_MAX} height={34}>
          {({ events, partial }) =>
            events.length === 0 && !partial ? (
              <EmptyState icon="check" title={t.privileged.none}>
                {t.privileged.noneHelp}
              </EmptyState>
            ) : (
              <ol className="divide-y divide-line">
                {fold(events)
                  .slice(0, LINES_MAX)
                  .map(({ event, count }) => (
                    <li key={event.id}>
                      <Anchor
                        href={links.event(event.id)}
                        className="flex min-h-[34px] flex-wrap items-baseline gap-x-3 px-3 py-1.5 -outline-offset-2 hover:bg-raised"
                      >
                        <span className="min-w-0 flex-1 basis-64">
                          <Sentence event={event} />
                          {count > 1 ? <span className="tabular ml-1.5 text-muted">{t.look.times(count)}</span> : null}
                        </span>
                        {event.outcome === 'success' ? null : <OutcomeBadge outcome={event.outcome} />}
                        <Time at={event.occurredAt} show="relative" className="text-xs text-muted" />
                      </Anchor>
                    </li>
                  ))}
                {partial ? <li className="px-3 py-2 text-xs text-warn">{t.partly}</li> : null}
              </ol>
            )
          }
        </Loaded>
      </div>
    </Panel>
  );
}
