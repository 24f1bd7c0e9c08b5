// The strip on every page: what this view rests on. It names what was checked and when, and is never a tick alone.

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answerOf, useApi } from '../api/client.ts';
import { seesCoverage, useStanding } from '../api/standing.ts';
import { t } from '../text/en.ts';
import { formatCount, formatRelative } from '../text/format.ts';
import { Icon, type IconName } from '../ui/icon.tsx';
import { useVerified } from './verifications.ts';

const KEPT_MS = 60_000;

export function TrustStrip() {
  // A phone shows the state of the log, and the rest when it is asked for.
  const [isWhole, setWhole] = useState(false);
  return (
    <footer
      aria-label={t.trust.label}
      className="flex min-h-7 shrink-0 flex-wrap items-center gap-x-4 gap-y-0.5 border-t border-line px-3 py-1 text-xs text-muted"
    >
      <div className="flex min-w-0 flex-1 flex-wrap gap-x-4 gap-y-0.5 sm:flex-none">
        <LogState />
      </div>
      <button
        type="button"
        aria-expanded={isWhole}
        onClick={() => setWhole(!isWhole)}
        className="-my-1 ml-auto flex size-6 items-center justify-center rounded sm:hidden"
      >
        <Icon name={isWhole ? 'chevronDown' : 'more'} />
        <span className="sr-only">{t.common.more}</span>
      </button>
      <div className={`w-full flex-wrap items-center gap-x-4 gap-y-0.5 sm:flex sm:w-auto ${isWhole ? 'flex' : 'hidden'}`}>
        <Coverage />
        <Scope />
      </div>
    </footer>
  );
}

function Said({ icon, ink = '', children }: { readonly icon: IconName; readonly ink?: string; readonly children: string }) {
  return (
    <span className={`inline-flex items-center gap-1.5 ${ink}`}>
      <Icon name={icon} size={12} />
      {children}
    </span>
  );
}

function LogState() {
  const { api, tenant } = useApi();
  const { held, failed } = useVerified(tenant);
  const { data, error } = useQuery({
    queryKey: [tenant, 'log'],
    queryFn: ({ signal }) => answerOf(api.GET('/v1/log', { signal })),
    staleTime: KEPT_MS,
    enabled: tenant !== '',
  });
  return (
    <>
      <Said icon="integrity">
        {data === undefined ? (error === null ? t.common.loading : t.trust.unknownLog) : t.trust.sealed(formatCount(data.size))}
      </Said>
      {failed === undefined ? (
        <Said icon={held === undefined ? 'minus' : 'check'}>
          {held === undefined ? t.trust.notVerified : t.trust.verified(held.what, formatRelative(held.atMs))}
        </Said>
      ) : (
        <Said icon="warning" ink="text-bad">
          {t.trust.failedTitle}
        </Said>
      )}
    </>
  );
}

function Coverage() {
  const { api, tenant } = useApi();
  const standing = useStanding();
  const isShown = seesCoverage(standing);
  const { data } = useQuery({
    queryKey: [tenant, 'coverage'],
    queryFn: ({ signal }) => answerOf(api.GET('/v1/coverage', { signal })),
    staleTime: KEPT_MS,
    enabled: isShown,
  });
  if (standing.role !== undefined && !isShown) return <Said icon="minus">{t.trust.coverageNotShown}</Said>;
  if (data === undefined) return null;
  if (data.sources.length === 0) return <Said icon="minus">{t.trust.noSources}</Said>;
  const states = data.sources.flatMap(({ tables }) => tables.map(({ state }) => state)).filter((state) => state !== 'dropped');
  const captured = states.filter((state) => state === 'captured').length;
  const gaps = data.sources.reduce((sum, source) => sum + source.gaps.open.length, 0);
  return (
    <>
      <Said icon={captured === states.length ? 'check' : 'warning'} ink={captured === states.length ? '' : 'text-warn'}>
        {t.trust.captured(formatCount(captured), formatCount(states.length))}
      </Said>
      <Said icon={gaps === 0 ? 'check' : 'warning'} ink={gaps === 0 ? '' : 'text-warn'}>
        {gaps === 0 ? t.trust.noOpenGaps : t.trust.gaps(formatCount(gaps))}
      </Said>
      <span className="text-faint">{t.trust.asOf(formatRelative(data.asOf))}</span>
    </>
  );
}

function Scope() {
  const { role, scope } = useStanding();
  if (role === undefined) return null;
  return <Said icon={scope === undefined ? 'person' : 'filter'}>{scope === undefined ? t.trust.whole : t.trust.scope(scope)}</Said>;
}

/** A failed verification: the width of the page, on every page, until it is loaded again. */
export function FailureNotice() {
  const { tenant } = useApi();
  const { failed } = useVerified(tenant);
  if (failed === undefined) return null;
  const { reason, seq, expected, found } = failed.failure;
  return (
    <div role="alert" className="flex gap-3 border-b border-bad bg-bad-soft px-4 py-3">
      <Icon name="warning" className="mt-0.5 text-bad" />
      <div className="min-w-0 space-y-1">
        <p className="font-semibold text-bad">
          {t.trust.failedTitle}: {failed.what}
        </p>
        <p>
          {seq === undefined ? '' : `${t.trust.failedAt(formatCount(seq))} `}
          {reason}
        </p>
        {expected === undefined && found === undefined ? null : (
          <dl className="grid grid-cols-[auto_1fr] gap-x-3 text-xs">
            <dt>{t.trust.expected}</dt>
            <dd className="mono break-all">{expected ?? t.common.none}</dd>
            <dt>{t.trust.found}</dt>
            <dd className="mono break-all">{found ?? t.common.none}</dd>
          </dl>
        )}
        <p className="text-muted">{t.trust.failedHint}</p>
      </div>
    </div>
  );
}
