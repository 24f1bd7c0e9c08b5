// The button that downloads a file, with how far it is and how it ended.

import { useMutation } from '@tanstack/react-query';
import { t } from '../../text/en.ts';
import { exportsText as x } from '../../text/exports.ts';
import { Button } from '../../ui/button.tsx';
import { FormFault } from '../../ui/form-fault.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Progress } from '../../ui/progress.tsx';
import type { Export } from './queries.ts';
import { type Download, useDownload } from './use-download.ts';

export function DownloadButton({ job, look = 'primary' }: { readonly job: Export; readonly look?: 'primary' | 'plain' }) {
  const { download, start, stop, manifest } = useDownload();
  const side = useMutation({ mutationFn: manifest });
  return (
    <div className="min-w-0 space-y-2">
      <div className="flex flex-wrap items-center gap-2">
        {download.kind === 'loading' ? (
          <Button onClick={stop}>{t.common.cancel}</Button>
        ) : (
          <Button look={look} onClick={() => start(job)}>
            <Icon name="download" />
            {x.download}
          </Button>
        )}
        {job.format === 'csv' ? (
          <Button title={x.manifestHelp} disabled={side.isPending} onClick={() => side.mutate(job)}>
            {x.manifest}
          </Button>
        ) : null}
      </div>
      {download.kind === 'loading' ? (
        <div className="space-y-1">
          <Progress label={x.download} value={download.bytes} max={job.bytes} />
          <p className="tabular text-xs text-muted">{x.downloading(download.bytes, job.bytes)}</p>
        </div>
      ) : null}
      <FormFault error={side.error} />
      <Ended job={job} download={download} />
    </div>
  );
}

function Ended({ job, download }: { readonly job: Export; readonly download: Download }) {
  switch (download.kind) {
    case 'none':
    case 'loading':
      return null;
    case 'done':
      return (
        <p role="status" className="text-good">
          {x.downloaded(job.counted)} {download.isHashed ? x.checked : x.checkedLength}
        </p>
      );
    case 'short':
      return (
        <p role="alert" className="text-bad">
          {x.short(download.bytes, job.bytes)}
        </p>
      );
    case 'altered':
      return (
        <p role="alert" className="text-bad">
          {x.altered}
        </p>
      );
    case 'failed':
      return <FormFault error={download.error} />;
  }
}
