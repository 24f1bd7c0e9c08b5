// What is captured and what is not: for those who may see what many tenants share; others are told that they may not.

import { useQuery } from '@tanstack/react-query';
import { answerOf, useApi } from '../../api/client.ts';
import type { components } from '../../api/schema.ts';
import { seesCoverage, useStanding } from '../../api/standing.ts';
import { formatDuration } from '../../text/format.ts';
import { overviewText as t } from '../../text/overview.ts';
import { Badge } from '../../ui/badge.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Facts, Panel } from '../../ui/panel.tsx';
import { Time } from '../../ui/time.tsx';
import { countCoverage } from './signals/coverage.ts';

type Source = components['schemas']['SourceCoverage'];

const TABLES_MAX = 5;

export function Captured() {
  const { api, tenant } = useApi();
  const standing = useStanding();
  const isShown = seesCoverage(standing);
  const query = useQuery({
    queryKey: [tenant, 'coverage'],
    queryFn: ({ signal }) => answerOf(api.GET('/v1/coverage', { signal })),
    staleTime: 60_000,
    enabled: isShown,
  });
  return (
    <Panel title={t.captured.title}>
      {standing.role !== undefined && !isShown ? (
        <p className="px-3 py-2.5 text-muted">{t.captured.forbidden}</p>
      ) : (
        <Loaded query={query} rows={5} height={26}>
          {({ sources }) =>
            sources.length === 0 ? (
              <div className="px-3 py-2.5">
                <p className="font-medium">{t.captured.noSources}</p>
                <p className="text-muted">{t.captured.noSourcesHelp}</p>
              </div>
            ) : (
              sources.map((source) => <OneSource key={source.name} source={source} />)
            )
          }
        </Loaded>
      )}
    </Panel>
  );
}

function OneSource({ source }: { readonly source: Source }) {
  const counts = countCoverage({ asOf: '', sources: [source] });
  const missing = source.tables.filter(({ state }) => state !== 'captured' && state !== 'dropped');
  const gaps =
    counts.openGaps + counts.pastGaps === 0 ? (
      t.captured.noGaps
    ) : (
      <Badge tone={counts.openGaps > 0 ? 'bad' : 'warn'} icon="warning">
        {t.captured.gapCount(counts.openGaps, counts.pastGaps)}
      </Badge>
    );
  return (
    <div className="border-b border-line last:border-b-0">
      <Facts
        rows={[
          [
            source.name,
            <span key="state" className={source.state === 'streaming' ? '' : 'text-warn'}>
              {t.captured.states[source.state]}
              {source.reason === undefined ? '' : `: ${source.reason}`}
            </span>,
          ],
          [t.captured.tablesLabel, t.captured.tables(counts.captured, counts.tables)],
          [t.captured.gaps, gaps],
          [t.captured.nobody, t.captured.ofRows(counts.unattributed, counts.rows)],
          ...(source.lag.seconds === undefined ? [] : [[t.captured.lag, formatDuration(source.lag.seconds * 1_000)] as const]),
          ...(source.lastEventAt === undefined
            ? []
            : [[t.captured.lastEvent, <Time key="last" at={source.lastEventAt} show="relative" />] as const]),
        ]}
      />
      {source.unanswered === undefined ? null : (
        <p className="px-3 pb-2.5 text-warn">
          {t.captured.unanswered}: {source.unanswered}
        </p>
      )}
      {missing.length === 0 ? null : <Missing tables={missing} />}
    </div>
  );
}

function Missing({ tables }: { readonly tables: Source['tables'] }) {
  return (
    <div className="px-3 pb-2.5">
      <p className="text-warn">{t.captured.not}</p>
      <ul>
        {tables.slice(0, TABLES_MAX).map(({ table, state, why }) => (
          <li key={table} className="break-words">
            <code>{table}</code> <span className="text-muted">{why ?? state}</span>
          </li>
        ))}
      </ul>
      {tables.length > TABLES_MAX ? <p className="text-muted">{t.captured.moreTables(tables.length - TABLES_MAX)}</p> : null}
    </div>
  );
}
