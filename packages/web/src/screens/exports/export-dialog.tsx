// Exporting what is on the screen: how many events that is, in which format; then how far it is, and the file.

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answerOf, useApi } from '../../api/client.ts';
import { t } from '../../text/en.ts';
import { exportsText as x } from '../../text/exports.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { FormFault } from '../../ui/form-fault.tsx';
import { Segments } from '../../ui/tabs.tsx';
import { FollowExport } from './follow-export.tsx';
import { exportQuery, type Format, type Preview, previewQuery } from './queries.ts';

export interface ExportDialogProps {
  /** The query with its range, as the API takes it. */
  readonly q: string;
  /** The zone of times in it that name none. */
  readonly zone: string;
  readonly onClose: () => void;
}

const FORMATS = ['csv', 'jsonl'] as const satisfies readonly Format[];

export function ExportDialog({ q, zone, onClose }: ExportDialogProps) {
  const [id, setId] = useState<string | undefined>();
  return (
    <Dialog open onClose={onClose} title={x.dialogTitle} width={560}>
      <div className="p-4">
        {id === undefined ? (
          <Choose q={q} zone={zone} onStarted={setId} onClose={onClose} />
        ) : (
          <FollowExport id={id} onClose={onClose} onAgain={() => setId(undefined)} />
        )}
      </div>
    </Dialog>
  );
}

function Choose({ q, zone, onStarted, onClose }: ExportDialogProps & { readonly onStarted: (id: string) => void }) {
  const api = useApi();
  const queryClient = useQueryClient();
  const preview = useQuery(previewQuery(api, q, zone));
  const [format, setFormat] = useState<Format>('csv');
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => answerOf(api.api.POST('/v1/exports', { body: { format, q, zone } })),
    onSuccess: (job) => {
      queryClient.setQueryData(exportQuery(api, job.id).queryKey, job);
      void queryClient.invalidateQueries({ queryKey: [api.tenant, 'exports'] });
      onStarted(job.id);
    },
  });
  return (
    <div className="space-y-4">
      <div className="space-y-1">
        <p className="text-sm font-medium">{x.what}</p>
        <p className="rounded-md border border-line bg-raised p-2 text-xs">
          {q === '' ? x.everyEvent : <code className="break-all">{q}</code>}
        </p>
      </div>
      <div className="space-y-1">
        <p className="text-sm font-medium">{x.preview}</p>
        <p role="status" className="text-lg font-semibold">
          {preview.data === undefined ? (preview.error === null ? x.counting : '') : said(preview.data)}
        </p>
        <FormFault error={preview.error} />
        <p className="text-xs text-muted">{preview.data?.count === 0 ? x.nothing : x.previewHelp}</p>
      </div>
      <div className="space-y-1.5">
        <p className="text-sm font-medium">{x.format}</p>
        <Segments
          label={x.format}
          value={format}
          options={FORMATS.map((value) => ({ value, label: x.formats[value] }))}
          onChange={setFormat}
        />
        <p className="text-xs text-muted">{x.formatHelp[format]}</p>
      </div>
      <FormFault error={error} />
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{t.common.cancel}</Button>
        <Button look="primary" disabled={isPending || preview.data?.count === 0} onClick={() => mutate()}>
          {x.start}
        </Button>
      </div>
    </div>
  );
}

function said({ count, estimate }: Preview): string {
  return estimate ? x.atLeast(count) : x.events(count);
}
