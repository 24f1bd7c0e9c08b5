// One source: how it goes, how far behind it is, its gaps and its tables.

import type { ReactNode } from 'react';
import { useLinks } from '../../shell/links.ts';
import { formatBytes, formatCount, formatShare } from '../../text/format.ts';
import { settingsText as s } from '../../text/settings.ts';
import { Anchor } from '../../ui/anchor.tsx';
import { Badge, type BadgeProps } from '../../ui/badge.tsx';
import { Time } from '../../ui/time.tsx';
import type { Source } from './queries.ts';
import { SourceTables } from './source-tables.tsx';

const LOOKS: Readonly<Record<Source['state'], Pick<BadgeProps, 'tone' | 'icon'>>> = {
  streaming: { tone: 'good', icon: 'live' },
  standby: { tone: 'neutral', icon: 'pause' },
  starting: { tone: 'neutral', icon: 'clock' },
  retrying: { tone: 'warn', icon: 'refresh' },
  stopped: { tone: 'bad', icon: 'warning' },
  ended: { tone: 'neutral', icon: 'minus' },
};

export function SourcePanel({ source }: { readonly source: Source }) {
  const { name, state, reason, unanswered, asOf, tables, gaps, lag } = source;
  return (
    <div className="space-y-3">
      <div className="panel space-y-3 p-4">
        <div className="flex flex-wrap items-center gap-2">
          <h3 className="text-base font-semibold">{name}</h3>
          <Badge {...LOOKS[state]}>{s.sources.states[state]}</Badge>
          {gaps.open.length === 0 ? (
            <Badge icon="check">{s.sources.noGap}</Badge>
          ) : (
            <Badge tone="bad" icon="warning">
              {s.sources.openGaps(gaps.open.length)}
            </Badge>
          )}
          {asOf === undefined ? null : (
            <span className="ml-auto text-xs text-muted">
              {s.sources.asOf} <Time at={asOf} show="relative" />
            </span>
          )}
        </div>
        {reason === undefined ? null : <p className={state === 'stopped' ? 'text-bad' : 'text-muted'}>{reason}</p>}
        {unanswered === undefined ? null : (
          <p className="text-warn">
            {s.sources.unanswered}: {unanswered}
          </p>
        )}
        {lag.lost === true ? <p className="text-bad">{s.sources.slotLost}</p> : null}
        <Facts source={source} />
      </div>
      <Gaps gaps={gaps} />
      <SourceTables tables={tables} />
    </div>
  );
}

function Facts({ source: { database, slot, lag, lastEventAt, totals } }: { readonly source: Source }) {
  const { unattributed, rows, unattributedShare } = totals;
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-2 sm:grid-cols-3 lg:grid-cols-6">
      <Fact label={s.sources.database}>{database ?? s.sources.unknown}</Fact>
      <Fact label={s.sources.slot}>
        <code className="break-all">{slot}</code>
      </Fact>
      <Fact label={s.sources.lag}>{lag.seconds === undefined ? s.sources.unknown : s.sources.lagValue(lag.seconds)}</Fact>
      <Fact label={s.sources.waiting}>
        {lag.bytes === undefined ? s.sources.unknown : formatBytes(lag.bytes)}
        {lag.used === undefined ? null : <span className="block text-xs text-muted">{s.sources.used(formatShare(lag.used))}</span>}
      </Fact>
      <Fact label={s.sources.lastEvent}>{lastEventAt === undefined ? s.sources.unknown : <Time at={lastEventAt} show="relative" />}</Fact>
      <Fact label={s.sources.unattributed}>
        {rows === 0 ? formatCount(0) : `${formatCount(unattributed)} (${formatShare(unattributedShare ?? unattributed / rows)})`}
      </Fact>
    </dl>
  );
}

function Fact({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted">{label}</dt>
      <dd className="tabular">{children}</dd>
    </div>
  );
}

type GapList = Source['gaps']['open'];

function Gaps({ gaps: { open, past } }: { readonly gaps: Source['gaps'] }) {
  return (
    <>
      {open.length === 0 ? null : (
        <div className="rounded-lg border border-bad bg-bad-soft p-4">
          <h4 className="font-semibold text-bad">{s.sources.openGaps(open.length)}</h4>
          <p className="mb-2">{s.sources.openGapText}</p>
          <GapRows gaps={open} />
        </div>
      )}
      {past.length === 0 ? null : (
        <details className="panel p-3">
          <summary className="cursor-pointer text-muted">{s.sources.pastGaps(past.length)}</summary>
          <div className="mt-2">
            <GapRows gaps={past} />
          </div>
        </details>
      )}
    </>
  );
}

function GapRows({ gaps }: { readonly gaps: GapList }) {
  const links = useLinks();
  return (
    <ul className="space-y-2">
      {gaps.map(({ id, at, reason, detail, from, to, tables }) => (
        <li key={id ?? `${reason} ${from ?? ''}`} className="min-w-0">
          <p className="break-words">
            <strong className="font-medium">{reason}</strong> {at === undefined ? null : <Time at={at} className="text-muted" />}
          </p>
          <p className="break-words text-muted">{detail}</p>
          <p className="text-xs text-muted">
            {from === undefined ? null : <code>{to === undefined ? from : `${from} to ${to}`}</code>} {tables?.join(', ')}{' '}
            {id === undefined ? null : <Anchor href={links.event(id)}>{s.sources.gapEvent}</Anchor>}
          </p>
        </li>
      ))}
    </ul>
  );
}
