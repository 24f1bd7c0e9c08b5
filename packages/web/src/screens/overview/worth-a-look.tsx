// What the rules found, the weightiest first; of a strange sign-in also what came from there afterwards.

import { seesCoverage, useStanding } from '../../api/standing.ts';
import { useLinks } from '../../shell/links.ts';
import { overviewText as t } from '../../text/overview.ts';
import { Anchor } from '../../ui/anchor.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Popover } from '../../ui/popover.tsx';
import { Sentence } from '../../ui/sentence.tsx';
import { Time } from '../../ui/time.tsx';
import type { Range } from './range.ts';
import { wordsOf } from './signal-words.ts';
import type { Signal } from './signals/rank.ts';
import { type Page, useSignals } from './use-signals.ts';
import { WhatFollowed } from './what-followed.tsx';

const INKS = { bad: 'text-bad', warn: 'text-warn', neutral: 'text-muted' } as const;

export function WorthALook({ range }: { readonly range: Range }) {
  const query = useSignals(range);
  const standing = useStanding();
  const rules = (
    <Popover look="quiet" align="end" label={t.look.rulesTitle} button={t.look.rulesTitle}>
      <p className="max-w-[360px] text-sm">{t.look.rules}</p>
      <p className="mt-2 max-w-[360px] text-sm text-muted">{t.look.help}</p>
    </Popover>
  );
  return (
    <Panel title={t.look.title} actions={rules}>
      <div className={query.isPlaceholderData ? 'stale' : ''}>
        <Loaded query={query} rows={8} height={80}>
          {({ signals, followed, partial }) => (
            <>
              {signals.length === 0 ? (
                <EmptyState icon="check" title={t.look.none}>
                  {t.look.noneHelp(t.inRange[range], standing.scope !== undefined ? 'part' : seesCoverage(standing) ? 'all' : 'tenant')}
                </EmptyState>
              ) : (
                <ul className="divide-y divide-line">
                  {signals.map((signal) => (
                    <Line
                      key={keyOf(signal)}
                      signal={signal}
                      range={range}
                      followed={'event' in signal ? followed.get(signal.event.id) : undefined}
                    />
                  ))}
                </ul>
              )}
              {partial ? <p className="border-t border-line px-3 py-2 text-xs text-warn">{t.partly}</p> : null}
            </>
          )}
        </Loaded>
      </div>
    </Panel>
  );
}

interface LineProps {
  readonly signal: Signal;
  readonly range: Range;
  readonly followed: Page | undefined;
}

function Line({ signal, range, followed }: LineProps) {
  const { icon, tone, title, notes, at, leads } = wordsOf(signal, useLinks(), range);
  const ip = 'event' in signal ? signal.event.context?.ip : undefined;
  return (
    <li className="flex gap-2.5 px-3 py-2.5">
      <Icon name={icon} className={`mt-0.5 ${INKS[tone]}`} />
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-baseline gap-x-3">
          <h3 className="min-w-0 flex-1 basis-64 font-medium break-words">{title}</h3>
          {at === undefined ? null : <Time at={at} className="text-xs text-muted" />}
        </div>
        {signal.kind === 'nameless' ? (
          <p>
            <Sentence event={signal.event} />
          </p>
        ) : null}
        {notes.map((note) => (
          <p key={note} className="break-words text-muted">
            {note}
          </p>
        ))}
        {ip === undefined || followed === undefined ? null : <WhatFollowed ip={ip} page={followed} />}
        <p className="flex flex-wrap gap-x-4">
          {leads.map(({ label, href }) => (
            <Anchor
              key={href}
              href={href}
              className="inline-flex min-h-[24px] items-center text-accent hover:underline"
              aria-label={`${label}: ${title}`}
            >
              {label}
            </Anchor>
          ))}
        </p>
      </div>
    </li>
  );
}

function keyOf(signal: Signal): string {
  switch (signal.kind) {
    case 'gap':
      return `gap ${signal.source} ${signal.gap.id ?? signal.gap.detail}`;
    case 'uncovered':
      return `uncovered ${signal.source}`;
    case 'new-place':
    case 'bulk':
    case 'nameless':
      return `${signal.kind} ${signal.event.id}`;
  }
}
