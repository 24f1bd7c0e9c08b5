// How an export stands, by word and sign, and how far it is.

import { exportsText as x } from '../../text/exports.ts';
import { Badge, type BadgeProps } from '../../ui/badge.tsx';
import { Progress } from '../../ui/progress.tsx';
import { type Export, isUnderWay } from './queries.ts';

const LOOKS: Readonly<Record<Export['state'], Pick<BadgeProps, 'tone' | 'icon'>>> = {
  queued: { tone: 'neutral', icon: 'clock' },
  running: { tone: 'accent', icon: 'refresh' },
  done: { tone: 'good', icon: 'check' },
  failed: { tone: 'bad', icon: 'warning' },
  cancelled: { tone: 'neutral', icon: 'cross' },
};

export function StateBadge({ state }: Pick<Export, 'state'>) {
  return <Badge {...LOOKS[state]}>{x.states[state]}</Badge>;
}

export function ExportProgress({ job }: { readonly job: Export }) {
  if (!isUnderWay(job)) return null;
  const { counted, total } = job;
  return (
    <div className="min-w-[120px] space-y-1">
      <Progress label={x.progress} value={counted} max={total} />
      <p className="tabular text-xs text-muted">{total === undefined ? x.progressSo(counted) : x.progressOf(counted, total)}</p>
    </div>
  );
}
