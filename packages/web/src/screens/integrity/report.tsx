// What was checked, when, and how it ended: never a tick alone. What failed says what was expected, what was found and what to do.

import type { ReactNode } from 'react';
import { useLinks } from '../../shell/links.ts';
import { proofText } from '../../text/event.ts';
import { integrityText as t } from '../../text/integrity.ts';
import { Anchor } from '../../ui/anchor.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Time } from '../../ui/time.tsx';
import type { FailedLog, HeldLog } from '../../proof/verify-log.ts';
import type { Sample, SampleFailure } from '../../proof/verify-sample.ts';
import { holds, type Report } from './use-check.ts';

export function ReportView({ report }: { readonly report: Report }) {
  const { log, system, sample, atMs } = report;
  const good = holds(report);
  return (
    <div role={good ? 'status' : 'alert'} className={`rounded-md border p-3 ${good ? 'border-line' : 'border-bad bg-bad-soft'}`}>
      <p className={`flex flex-wrap items-center gap-2 font-semibold ${good ? 'text-good' : 'text-bad'}`}>
        <Icon name={good ? 'check' : 'warning'} />
        {good ? t.report.held : t.report.failed}
        <span className="font-normal text-muted">
          {t.report.at} <Time at={new Date(atMs).toISOString()} />
        </span>
      </p>
      <ul className="mt-2 space-y-1.5">
        {log.kind === 'held' ? <LogLines log={log} /> : <FailedLogLine log={log} />}
        {system === undefined ? null : <Line ok={system.ok}>{system.ok ? t.report.system(system.size) : t.report.systemFailed}</Line>}
        {sample === undefined ? null : <SampleLines sample={sample} report={report} />}
      </ul>
      {good ? null : (
        <div className="mt-3">
          <p className="font-medium">{t.report.doNow}</p>
          <ol className="list-decimal space-y-0.5 pl-5">
            {(log.kind === 'failed' ? proofText.keySteps : proofText.steps).map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
        </div>
      )}
    </div>
  );
}

function Line({ ok, children }: { readonly ok: boolean | undefined; readonly children: ReactNode }) {
  return (
    <li className="flex gap-2">
      <Icon
        name={ok === undefined ? 'minus' : ok ? 'check' : 'cross'}
        size={14}
        className={`mt-0.5 ${ok === undefined ? 'text-muted' : ok ? 'text-good' : 'text-bad'}`}
      />
      <div className="min-w-0 max-w-[80ch] flex-1 break-words">{children}</div>
    </li>
  );
}

function LogLines({ log }: { readonly log: HeldLog }) {
  return (
    <>
      <Line ok={log.before === undefined ? undefined : true}>
        {log.before === undefined ? (
          t.report.keyFirst
        ) : (
          <>
            {t.report.keyKnown} <Time at={new Date(log.keySinceMs).toISOString()} />. {t.report.size(log.checkpoint.size)}
          </>
        )}
      </Line>
      <Line ok={log.before === undefined ? undefined : true}>
        {log.before === undefined ? t.report.noEarlier : t.report.continues(log.before.size)}
      </Line>
    </>
  );
}

function FailedLogLine({ log }: { readonly log: FailedLog }) {
  return (
    <Line ok={false}>
      {proofText.faults[log.fault]}
      <Sides expected={log.expected} found={log.found} />
    </Line>
  );
}

function SampleLines({ sample, report }: { readonly sample: Sample; readonly report: Report }) {
  const { held, unsealed, failures } = sample;
  const { range, log } = report;
  const left = log.kind === 'held' ? Math.max(0, log.checkpoint.size - held - failures.length) : 0;
  return (
    <>
      {failures.map((failure) => (
        <FailureLine key={failure.event.id} failure={failure} />
      ))}
      {range === undefined ? <Line ok={undefined}>{t.report.sampleNone}</Line> : null}
      {range === undefined || held === 0 ? null : <Line ok>{t.report.sample(held, range.first, range.last)}</Line>}
      {unsealed === 0 ? null : <Line ok={undefined}>{t.report.unsealed(unsealed)}</Line>}
      {left === 0 ? null : <Line ok={undefined}>{t.report.rest(left)}</Line>}
    </>
  );
}

function FailureLine({ failure: { event, verdict } }: { readonly failure: SampleFailure }) {
  const links = useLinks();
  return (
    <Line ok={false}>
      <p>
        <span className="font-medium">{t.report.failedEvent(event.seq)}</span> <code>{event.action}</code>{' '}
        <Anchor href={links.event(event.id)}>{t.report.show}</Anchor>
      </p>
      <p>{proofText.faults[verdict.fault]}</p>
      {verdict.altered.map(({ field, expected, found }) => (
        <p key={field} className="font-medium">
          {t.report.altered(field, textOf(expected), textOf(found))}
        </p>
      ))}
      {verdict.expected === undefined || verdict.found === undefined ? null : <Sides expected={verdict.expected} found={verdict.found} />}
    </Line>
  );
}

function Sides({ expected, found }: { readonly expected: string; readonly found: string }) {
  return (
    <dl className="mt-1 grid grid-cols-[max-content_minmax(0,1fr)] gap-x-3 text-xs">
      <dt className="text-muted">{t.report.expected}</dt>
      <dd className="mono break-all">{expected}</dd>
      <dt className="text-muted">{t.report.found}</dt>
      <dd className="mono break-all">{found}</dd>
    </dl>
  );
}

function textOf(value: unknown): string {
  return value === undefined ? t.report.absent : JSON.stringify(value);
}
