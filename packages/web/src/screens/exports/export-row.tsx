// One export in the list of them.

import { formatBytes, formatCount } from '../../text/format.ts';
import { exportsText as x } from '../../text/exports.ts';
import { Button } from '../../ui/button.tsx';
import { Cell } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { ExportProgress, StateBadge } from './export-state.tsx';
import { type Export, isUnderWay } from './queries.ts';

interface ExportRowProps {
  readonly job: Export;
  readonly onAsk: (kind: 'cancel' | 'details') => void;
}

export function ExportRow({ job, onAsk }: ExportRowProps) {
  const { q, format, createdAt, createdBy, state, counted, bytes, error } = job;
  return (
    <tr>
      <Cell className="text-muted">
        <Time at={createdAt} show="relative" />
        <div className="text-xs">{x.formats[format]}</div>
      </Cell>
      <Cell className="max-w-[360px] min-w-[160px]">
        {q === '' ? (
          x.everyEvent
        ) : (
          <code className="line-clamp-3 break-all" title={q}>
            {q}
          </code>
        )}
      </Cell>
      <Cell className="text-muted">{createdBy.name ?? createdBy.id ?? x.somebody}</Cell>
      <Cell>
        <StateBadge state={state} />
        <ExportProgress job={job} />
        {error === undefined ? null : <p className="max-w-[36ch] text-xs break-words text-bad">{error.message}</p>}
      </Cell>
      <Cell className="tabular">{state === 'done' ? formatCount(counted) : ''}</Cell>
      <Cell className="tabular whitespace-nowrap text-muted">{state === 'done' ? formatBytes(bytes) : ''}</Cell>
      <Cell className="w-10 py-1 text-right">
        {isUnderWay(job) ? (
          <Button look="danger" onClick={() => onAsk('cancel')}>
            {x.cancel}
          </Button>
        ) : (
          <Button onClick={() => onAsk('details')}>{state === 'done' ? x.open : x.details}</Button>
        )}
      </Cell>
    </tr>
  );
}
