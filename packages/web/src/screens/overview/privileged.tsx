// The latest privileged actions: permissions, administration, secrets, keys, exports.

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useApi } from '../../api/client.ts';
import { useLinks } from '../../shell/links.ts';
import { overviewText as t } from '../../text/overview.ts';
import { Anchor } from '../../ui/anchor.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Panel } from '../../ui/panel.tsx';
import { EventLines } from './event-lines.tsx';
import { PRIVILEGED } from './queries.ts';
import type { Range } from './range.ts';
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
              <EventLines events={events} most={LINES_MAX} isRelative>
                {partial ? <li className="px-3 py-2 text-xs text-warn">{t.partly}</li> : null}
              </EventLines>
            )
          }
        </Loaded>
      </div>
    </Panel>
  );
}
