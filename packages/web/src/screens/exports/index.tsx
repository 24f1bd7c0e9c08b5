// The exports of the last day: how far they are, what they hold, and their files.

import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../api/client.ts';
import { useLinks } from '../../shell/links.ts';
import { exportsText as x } from '../../text/exports.ts';
import { Anchor } from '../../ui/anchor.tsx';
import { Button, buttonClass } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { Table } from '../../ui/table.tsx';
import { CancelExport } from './cancel-export.tsx';
import { DownloadButton } from './download-button.tsx';
import { ExportFacts } from './export-facts.tsx';
import { ExportRow } from './export-row.tsx';
import { type Export, exportsQuery } from './queries.ts';

type Asked = { readonly kind: 'cancel' | 'details'; readonly job: Export };

export function Exports() {
  const api = useApi();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(exportsQuery(api));
  const [asked, setAsked] = useState<Asked | undefined>();
  const close = (): void => setAsked(undefined);
  const jobs = data?.pages.flatMap(({ exports }) => exports);
  return (
    <div className="mx-auto w-full max-w-[1180px] p-3 md:p-6">
      <h1 className="text-lg font-semibold">{x.title}</h1>
      <p className="mb-4 max-w-[72ch] text-muted">{x.intro}</p>
      {jobs === undefined ? (
        error === null ? (
          <Skeleton rows={6} height={44} />
        ) : (
          <ErrorState error={error} onRetry={() => void refetch()} />
        )
      ) : null}
      {jobs?.length === 0 ? <NoExports /> : null}
      {jobs === undefined || jobs.length === 0 ? null : (
        <Table label={x.title} columns={x.columns}>
          {jobs.map((job) => (
            <ExportRow key={job.id} job={job} onAsk={(kind) => setAsked({ kind, job })} />
          ))}
        </Table>
      )}
      {hasNextPage ? (
        <Button className="mt-3" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {x.more}
        </Button>
      ) : null}
      {asked?.kind === 'cancel' ? <CancelExport id={asked.job.id} onClose={close} /> : null}
      {asked?.kind === 'details' ? <Details job={asked.job} onClose={close} /> : null}
    </div>
  );
}

function Details({ job, onClose }: { readonly job: Export; readonly onClose: () => void }) {
  return (
    <Dialog open onClose={onClose} title={job.fileName} width={600}>
      <div className="space-y-4 p-4">
        {job.error === undefined ? null : (
          <p role="alert" className="break-words text-bad">
            {job.error.message}
          </p>
        )}
        {job.state === 'done' ? <DownloadButton job={job} /> : null}
        <ExportFacts job={job} />
      </div>
    </Dialog>
  );
}

function NoExports() {
  const links = useLinks();
  return (
    <EmptyState
      icon="exports"
      title={x.none}
      actions={
        <Anchor href={links.page('explore')} className={buttonClass('primary')}>
          {x.explore}
        </Anchor>
      }
    >
      {x.noneText}
    </EmptyState>
  );
}
