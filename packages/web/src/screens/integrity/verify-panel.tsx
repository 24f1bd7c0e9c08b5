// The button that verifies, how far it is, and what came of it.

import { useState } from 'react';
import { useStanding } from '../../api/standing.ts';
import { proofText } from '../../text/event.ts';
import { integrityText as t } from '../../text/integrity.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Segments } from '../../ui/tabs.tsx';
import { ReportView } from './report.tsx';
import type { Check, CheckState } from './use-check.ts';

/** How many of the newest events are verified when nobody chooses. */
export const SAMPLE_DEFAULT = 50;
const SAMPLES = (['50', '250', '1000'] as const).map((value) => ({ value, label: t.verify.samples[value] }));

export function VerifyPanel({ check }: { readonly check: Check }) {
  const [count, setCount] = useState<(typeof SAMPLES)[number]['value']>(`${SAMPLE_DEFAULT}`);
  const { state, start, stop } = check;
  const { scope } = useStanding();
  const running = state.kind === 'running';
  return (
    <Panel title={t.verify.title}>
      <div className="space-y-3 p-3">
        <p className="max-w-[72ch] text-muted">{t.verify.help}</p>
        <div className="flex flex-wrap items-center gap-2">
          {running ? (
            <Button onClick={stop}>{t.verify.stop}</Button>
          ) : (
            <Button look="primary" onClick={() => start(Number(count))}>
              {t.verify.start}
            </Button>
          )}
          <span className="ml-1 text-muted">{t.verify.sample}</span>
          <Segments label={t.verify.sample} value={count} options={SAMPLES} onChange={setCount} />
        </div>
        {scope === undefined ? null : <p className="text-muted">{t.verify.part}</p>}
        <Outcome state={state} onRetry={() => start(Number(count))} />
      </div>
    </Panel>
  );
}

function Outcome({ state, onRetry }: { readonly state: CheckState; readonly onRetry: () => void }) {
  switch (state.kind) {
    case 'idle':
      return null;
    case 'running':
      return <Progress done={state.done} all={state.all} />;
    case 'done':
      return <ReportView report={state.report} />;
    case 'stopped':
      return (
        <p role="status" className="text-muted">
          {t.verify.stopped}
        </p>
      );
    case 'unable':
      return (
        <div role="alert">
          <p className="font-medium text-warn">{proofText.unable}</p>
          <p className="text-muted">{proofText.unableHint}</p>
        </div>
      );
    case 'error':
      return <ErrorState error={state.error} onRetry={onRetry} />;
  }
}

function Progress({ done, all }: { readonly done: number; readonly all: number | undefined }) {
  const words = all === undefined ? t.verify.log : t.verify.progress(done, all);
  return (
    <div className="space-y-1">
      <progress aria-label={words} className="progress block h-1.5 w-full" value={done} max={Math.max(1, all ?? 1)} />
      <p className="tabular text-muted">{words}</p>
    </div>
  );
}
