// The state at an instant, field by field, with who set each and when.

import type { Json } from '@indelible/core/event';
import { SideView } from '../../diff/side-view.tsx';
import { sideOf } from '../../diff/values.ts';
import { useLinks } from '../../shell/links.ts';
import { resourceText as t } from '../../text/resource.ts';
import { Anchor } from '../../ui/anchor.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Time } from '../../ui/time.tsx';
import { Doubts } from './doubts.tsx';
import { type Blame, nameOf, type State } from './use-resource.ts';

interface StateTableProps {
  readonly state: State;
  /** The event of the version that is shown: what it set stands out. */
  readonly shown: string | undefined;
}

export function StateTable({ state, shown }: StateTableProps) {
  const { standing, fields, doubts, knownSince, partial } = state;
  return (
    <>
      <Doubts doubts={doubts} />
      {standing === 'present' ? null : <Standing standing={standing} knownSince={knownSince} />}
      {partial === true ? <p className="border-b border-line px-3 py-2 text-warn">{t.state.partial}</p> : null}
      {fields.length === 0 ? (
        standing === 'present' ? (
          <p className="px-3 py-2.5 text-muted">{t.state.none}</p>
        ) : null
      ) : (
        <div role="table" aria-label={t.state.title}>
          <div role="rowgroup" className="hidden md:block">
            <div
              role="row"
              className="grid grid-cols-[minmax(110px,22%)_minmax(0,1fr)_minmax(150px,26%)] gap-x-3 border-b border-line px-3 text-xs text-muted"
            >
              {t.state.columns.map((column) => (
                <span key={column} role="columnheader" className="py-1.5 font-medium">
                  {column}
                </span>
              ))}
            </div>
          </div>
          <div role="rowgroup" className="divide-y divide-line">
            {fields.map(({ field, value, setBy }) => (
              <Row key={field} field={field} value={value as Json} setBy={setBy} isNew={shown !== undefined && setBy?.event === shown} />
            ))}
          </div>
        </div>
      )}
    </>
  );
}

function Standing({ standing, knownSince }: { readonly standing: State['standing']; readonly knownSince: string | undefined }) {
  const links = useLinks();
  return (
    <p className="border-b border-line px-3 py-2.5">
      <span className="font-medium">{t.state.standing[standing]}</span>{' '}
      {knownSince === undefined || standing === 'deleted' ? null : (
        <span className="text-muted">
          {t.state.since}{' '}
          <Anchor href={links.event(knownSince)} className="text-accent underline underline-offset-2">
            {t.state.event}
          </Anchor>
          .
        </span>
      )}
    </p>
  );
}

interface RowProps {
  readonly field: string;
  readonly value: Json;
  readonly setBy: Blame | undefined;
  readonly isNew: boolean;
}

function Row({ field, value, setBy, isNew }: RowProps) {
  return (
    <div
      role="row"
      className={`grid grid-cols-1 gap-x-3 gap-y-0.5 border-l-2 px-3 py-1.5 md:grid-cols-[minmax(110px,22%)_minmax(0,1fr)_minmax(150px,26%)] ${isNew ? 'border-l-accent bg-accent-soft' : 'border-l-transparent'}`}
    >
      <span role="rowheader" className="mono font-medium break-words">
        {field}
        {isNew ? <span className="sr-only"> ({t.state.changedHere})</span> : null}
      </span>
      <span role="cell" className="min-w-0 [overflow-wrap:anywhere]">
        <SideView side={sideOf(value)} field={field} at="after" />
      </span>
      <span role="cell" className="text-xs text-muted">
        <SetBy setBy={setBy} />
      </span>
    </div>
  );
}

export function SetBy({ setBy }: { readonly setBy: Blame | undefined }) {
  const links = useLinks();
  if (setBy === undefined) return t.state.before;
  const who = nameOf(setBy.actor, t.nobody);
  const { id } = setBy.actor ?? {};
  return (
    <span className="flex flex-wrap items-center gap-x-1.5">
      {setBy.observed === true ? (
        <span title={t.state.observedHelp}>
          <Badge>{t.state.observed}</Badge>
        </span>
      ) : id === undefined ? (
        <span className="text-bad">{who}</span>
      ) : (
        <Anchor href={links.actor(id)} className="inline-flex min-h-[24px] items-center text-text hover:underline">
          {who}
        </Anchor>
      )}
      <Anchor href={links.event(setBy.event)} className="inline-flex min-h-[24px] items-center text-accent hover:underline">
        <Time at={setBy.at} />
      </Anchor>
    </span>
  );
}
