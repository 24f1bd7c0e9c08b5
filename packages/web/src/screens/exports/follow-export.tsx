// An export from the moment it was asked for: how far it is, then the file and what it holds, or why there is none.

import { useMutation, useQuery } from '@tanstack/react-query';
import { useApi } from '../../api/client.ts';
import { useLinks } from '../../shell/links.ts';
import { t } from '../../text/en.ts';
import { exportsText as x } from '../../text/exports.ts';
import { Anchor } from '../../ui/anchor.tsx';
import { Button } from '../../ui/button.tsx';
import { FormFault } from '../../ui/form-fault.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { useCancelExport } from './cancel-export.tsx';
import { DownloadButton } from './download-button.tsx';
import { ExportFacts } from './export-facts.tsx';
import { ExportProgress, StateBadge } from './export-state.tsx';
import { type Export, exportQuery, isUnderWay } from './queries.ts';

interface FollowExportProps {
  readonly id: string;
  readonly onClose: () => void;
  readonly onAgain: () => void;
}

export function FollowExport({ id, onClose, onAgain }: FollowExportProps) {
  const api = useApi();
  const links = useLinks();
  const job = useQuery(exportQuery(api, id));
  const cancel = useCancelExport();
  const { mutate, isPending, error } = useMutation({ mutationFn: () => cancel(id) });
  return (
    <Loaded query={job} rows={3}>
      {(data) => (
        <div className="space-y-4">
          <p role="status" className="flex items-center gap-2">
            <StateBadge state={data.state} />
            <span className="tabular">{data.preview.estimate ? x.atLeast(data.preview.count) : x.events(data.preview.count)}</span>
          </p>
          <Body job={data} />
          <FormFault error={error} />
          <div className="flex flex-wrap items-center justify-end gap-2">
            <Anchor href={links.page('exports')} className="mr-auto text-accent hover:underline">
              {x.all}
            </Anchor>
            {isUnderWay(data) ? (
              <Button look="danger" disabled={isPending} onClick={() => mutate()}>
                {x.cancel}
              </Button>
            ) : null}
            {data.state === 'failed' || data.state === 'cancelled' ? <Button onClick={onAgain}>{x.again}</Button> : null}
            <Button onClick={onClose}>{t.common.close}</Button>
          </div>
        </div>
      )}
    </Loaded>
  );
}

function Body({ job }: { readonly job: Export }) {
  switch (job.state) {
    case 'queued':
    case 'running':
      return (
        <>
          <ExportProgress job={job} />
          <p className="text-muted">{x.canClose}</p>
        </>
      );
    case 'done':
      return (
        <>
          <DownloadButton job={job} />
          <p className="text-xs text-muted">{job.format === 'csv' ? x.manifestHelp : x.verifyHelp}</p>
          <ExportFacts job={job} />
        </>
      );
    case 'failed':
      return (
        <div role="alert">
          <p className="font-semibold text-bad">{x.failedTitle}</p>
          <p className="break-words">{job.error?.message}</p>
        </div>
      );
    case 'cancelled':
      return <p className="text-muted">{x.cancelledText}</p>;
  }
}
