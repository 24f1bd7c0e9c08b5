// A resource through time: its versions, its state at any instant with who set each field, any two held against each other, and
// the way back from each change.

import { quotedValue } from '@indelible/core/query';
import { useParams, useRouter, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useApi } from '../../api/client.ts';
import { codeOf } from '../../api/problem.ts';
import { useLinks } from '../../shell/links.ts';
import { resourceText as t } from '../../text/resource.ts';
import { Anchor } from '../../ui/anchor.tsx';
import { Button, buttonClass } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { ComparePanel } from './compare-panel.tsx';
import { Head } from './head.tsx';
import { RelatedPanel } from './related-panel.tsx';
import { StateTable } from './state-table.tsx';
import { justBefore, placeAt } from './stops.ts';
import { Timeline } from './timeline.tsx';
import { Travel } from './travel.tsx';
import { UndoDialog } from './undo-dialog.tsx';
import { type Subject, useHistory, useStateAt, type Version } from './use-resource.ts';

/** What of the page stands in its address. */
interface Where {
  readonly at?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export function ResourceScreen() {
  const { type = '', id = '' } = useParams({ strict: false });
  const { tenant } = useApi();
  // What is loaded and open belongs to one resource.
  return <ResourceOf key={`${tenant}/${type}/${id}`} subject={{ type, id }} />;
}

function ResourceOf({ subject }: { readonly subject: Subject }) {
  const history = useHistory(subject);
  if (codeOf(history.error) === 'not_found') return <Missing subject={subject} />;
  if (history.data === undefined)
    return (
      <div className="p-4">
        {history.error === null ? (
          <Skeleton rows={14} height={36} />
        ) : (
          <ErrorState error={history.error} onRetry={() => void history.refetch()} />
        )}
      </div>
    );
  return <Shown subject={subject} history={history} />;
}

function useWhere(): { readonly where: Where; readonly move: (where: Where, replace?: boolean) => void } {
  const router = useRouter();
  const { at, from, to } = useSearch({ strict: false }) as Where;
  return {
    where: { at, from, to },
    move: (next, replace = true) => {
      const kept = (search: object): object =>
        Object.fromEntries(Object.entries({ ...search, ...next }).filter(([, value]) => value !== undefined));
      void router.navigate({ to: '.', search: kept, replace });
    },
  };
}

interface ShownProps {
  readonly subject: Subject;
  readonly history: ReturnType<typeof useHistory>;
}

function Shown({ subject, history }: ShownProps) {
  const { where, move } = useWhere();
  const [undone, setUndone] = useState<string | undefined>();
  const pages = useMemo(() => history.data?.pages ?? [], [history.data]);
  const versions = useMemo(() => pages.flatMap((page) => page.versions), [pages]);
  const oldestFirst = useMemo(() => versions.toReversed(), [versions]);
  const events = useMemo(() => pages.flatMap((page) => page.events), [pages]);
  const { at } = where;
  const shown = at === undefined ? undefined : oldestFirst[placeAt(oldestFirst, at)]?.event;
  const compare = (version: Version): void => {
    const before = versions[versions.indexOf(version) + 1];
    // Of two versions within a millisecond, the time of the one before would be that of both.
    const from = before === undefined || before.at === version.at ? justBefore(version.at) : before.at;
    move({ from, to: version.at }, false);
  };
  return (
    <div className="mx-auto max-w-[1280px] space-y-3 p-3 md:p-4">
      <Head subject={subject} page={pages[0]} versions={versions} hasMore={history.hasNextPage} />
      <Travel versions={oldestFirst} at={at} onTravel={(next) => move({ at: next })} />
      <div className="grid items-start gap-3 lg:grid-cols-[minmax(0,1fr)_340px]">
        <div className="min-w-0 space-y-3">
          {where.from === undefined || where.to === undefined ? null : (
            <ComparePanel
              subject={subject}
              versions={versions}
              from={where.from}
              to={where.to}
              onChange={(nextFrom, nextTo) => move({ from: nextFrom, to: nextTo })}
            />
          )}
          <StatePanel
            subject={subject}
            at={at}
            shown={shown}
            onCompare={where.from === undefined ? () => move({ from: at ?? oldestFirst.at(-2)?.at ?? 'now', to: 'now' }, false) : undefined}
          />
        </div>
        <div className="min-w-0 space-y-3">
          <Timeline
            versions={versions}
            shown={shown}
            hasMore={history.hasNextPage}
            isLoading={history.isFetchingNextPage}
            partial={pages.at(-1)?.partial === true}
            onMore={() => void history.fetchNextPage()}
            onShow={(version) => move({ at: version.at })}
            onCompare={compare}
            onUndo={(version) => setUndone(version.event)}
          />
          <RelatedPanel subject={subject} events={events} />
        </div>
      </div>
      {undone === undefined ? null : <UndoDialog subject={subject} event={undone} onClose={() => setUndone(undefined)} />}
    </div>
  );
}

interface StatePanelProps {
  readonly subject: Subject;
  readonly at: string | undefined;
  readonly shown: string | undefined;
  readonly onCompare: (() => void) | undefined;
}

function StatePanel({ subject, at, shown, onCompare }: StatePanelProps) {
  const query = useStateAt(subject, at);
  const compare = onCompare === undefined ? null : <Button onClick={onCompare}>{t.compare.open}</Button>;
  return (
    <Panel title={at === undefined ? t.travel.asNow : t.state.title} actions={compare}>
      <div className={query.isPlaceholderData ? 'stale' : ''}>
        <Loaded query={query} rows={10} height={32}>
          {(state) => <StateTable state={state} shown={shown} />}
        </Loaded>
      </div>
    </Panel>
  );
}

function Missing({ subject: { type, id } }: { readonly subject: Subject }) {
  const links = useLinks();
  const search = (
    <Anchor
      href={links.explore(`resource.id:${quotedValue(id)} OR related:${quotedValue(`${type}/${id}`)}`, 'all')}
      className={buttonClass('plain')}
    >
      {t.missingSearch}
    </Anchor>
  );
  return (
    <EmptyState icon="explore" title={t.missing} actions={search} isPage>
      <code className="break-all">
        {type}/{id}
      </code>
      <p className="mt-2">{t.missingHelp}</p>
    </EmptyState>
  );
}
