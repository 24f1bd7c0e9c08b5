// An event, whole: in the side panel one part below the other, on its page in two columns.

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../api/client.ts';
import { codeOf } from '../../api/problem.ts';
import type { Event } from '../../api/queries.ts';
import { useShortcuts } from '../../keyboard/use-shortcuts.ts';
import { useGo, useLinks } from '../../shell/links.ts';
import { useZone } from '../../shell/zone.tsx';
import { eventText } from '../../text/event.ts';
import { formatZone } from '../../text/format.ts';
import { OutcomeBadge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Menu } from '../../ui/menu.tsx';
import { Sentence } from '../../ui/sentence.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { Time } from '../../ui/time.tsx';
import { Around } from './around.tsx';
import { ChangeSection } from './change-section.tsx';
import { COPY_NAMES, type CopyName, copyOf } from './copies.ts';
import { EventFacts } from './facts.tsx';
import { FailedNotice } from './failed-notice.tsx';
import { ProofMark } from './proof-mark.tsx';
import { type ProofQuery, ProofSection, useProof } from './proof-section.tsx';
import { eventQuery } from './queries.ts';

export interface DetailProps {
  readonly id: string;
  readonly layout: 'panel' | 'page';
  /** The event as a list shows it, to be there at once. */
  readonly known?: Event | undefined;
  readonly onClose?: (() => void) | undefined;
  readonly onNext?: (() => void) | undefined;
  readonly onPrevious?: (() => void) | undefined;
  /** Shows another event in the place of this one. */
  readonly onShow?: ((id: string) => void) | undefined;
}

/** The event with an id, or why it cannot be shown. */
export function EventDetail(props: DetailProps) {
  const { id, known } = props;
  const { data, error, refetch } = useQuery(eventQuery(useApi(), id, known));
  if (data !== undefined) return <Shown {...props} event={data} />;
  if (error === null)
    return (
      <div className="p-4">
        <Skeleton rows={14} height={28} label={eventText.loading} />
      </div>
    );
  if (codeOf(error) !== 'not_found') return <Unreadable id={id} error={error} onRetry={() => void refetch()} />;
  return <EmptyState title={eventText.missing}>{eventText.missingHint}</EmptyState>;
}

/** What cannot be shown may have been altered: its proof tells. */
function Unreadable({ id, error, onRetry }: { readonly id: string; readonly error: unknown; readonly onRetry: () => void }) {
  const { data } = useProof(id);
  if (data?.kind !== 'failed') return <ErrorState error={error} onRetry={onRetry} />;
  return (
    <div className="p-4">
      <FailedNotice verdict={data} />
    </div>
  );
}

function Shown({ event, layout, onShow, ...rest }: DetailProps & { readonly event: Event }) {
  const proof = useProof(event.id);
  const verdict = proof.data;
  const withheld = verdict?.kind === 'held' ? verdict.event.withheld : [];
  const notice = verdict?.kind === 'failed' ? <FailedNotice verdict={verdict} /> : null;
  const change = <ChangeSection event={event} isCleared={withheld.includes('change')} />;
  const facts = <EventFacts event={event} withheld={withheld.filter((section) => section !== 'change')} />;
  const proved = <ProofSection event={event} query={proof} />;
  const around = <Around event={event} onShow={onShow} />;
  if (layout === 'panel') {
    return (
      <article aria-label={eventText.title} className="space-y-5 px-4 pb-8">
        <Head event={event} layout={layout} proof={proof} {...rest} />
        {notice}
        {change}
        {facts}
        {proved}
        {around}
      </article>
    );
  }
  return (
    <article aria-label={eventText.title} className="mx-auto max-w-[1280px] space-y-5 px-4 pb-10 md:px-6">
      <Head event={event} layout={layout} proof={proof} {...rest} />
      {notice}
      <div className="grid grid-cols-[minmax(0,1fr)] gap-x-8 gap-y-5 lg:grid-cols-[minmax(0,1fr)_400px]">
        <div className="contents min-w-0 space-y-5 lg:block">
          {change}
          <div className="order-last min-w-0">{around}</div>
        </div>
        <div className="min-w-0 space-y-5">
          {facts}
          {proved}
        </div>
      </div>
    </article>
  );
}

type HeadProps = Omit<DetailProps, 'onShow' | 'known'> & { readonly event: Event; readonly proof: ProofQuery };

function Head({ event, layout, proof, onClose, onNext, onPrevious }: HeadProps) {
  const links = useLinks();
  const go = useGo();
  const { said, copy } = useEventCopy(event);
  const open = (): void => go(links.event(event.id));
  useShortcuts(eventText.keysTitle, [
    { keys: 'y', says: eventText.keys.copyLink, run: () => copy('link') },
    ...(layout === 'panel' ? [{ keys: 'o', says: eventText.keys.open, run: open }] : []),
    ...(onNext === undefined ? [] : [{ keys: 'j', says: eventText.keys.next, run: onNext }]),
    ...(onPrevious === undefined ? [] : [{ keys: 'k', says: eventText.keys.previous, run: onPrevious }]),
    ...(onClose === undefined ? [] : [{ keys: 'Escape', says: eventText.keys.close, run: onClose }]),
  ]);
  const Title = layout === 'page' ? 'h1' : 'h2';
  return (
    <header className="sticky top-0 z-10 -mx-4 border-b border-line bg-bg px-4 py-3 md:-mx-4">
      <div className="flex items-start gap-2">
        <Title className={`min-w-0 flex-1 leading-snug ${layout === 'page' ? 'text-xl' : 'text-base'}`}>
          <Sentence event={event} />
        </Title>
        <div className="flex shrink-0 items-center">
          {onPrevious === undefined ? null : <Sign name="chevronUp" label={eventText.keys.previous} onClick={onPrevious} />}
          {onNext === undefined ? null : <Sign name="chevronDown" label={eventText.keys.next} onClick={onNext} />}
          <Menu
            label={eventText.copyMenu}
            square
            align="end"
            items={COPY_NAMES.map((name) => ({ label: eventText.copies[name], onSelect: () => copy(name) }))}
          >
            <Icon name={said === undefined ? 'copy' : 'check'} />
          </Menu>
          {layout === 'panel' ? <Sign name="external" label={eventText.openPage} onClick={open} /> : null}
          {onClose === undefined ? null : <Sign name="cross" label={eventText.close} onClick={onClose} />}
        </div>
      </div>
      <div className="mt-1.5 flex flex-wrap items-center gap-x-3 gap-y-1 text-muted">
        <OutcomeBadge outcome={event.outcome} />
        <span>
          <Time at={event.occurredAt} /> <ZoneName at={event.occurredAt} />
        </span>
        <code>{event.action}</code>
        <ProofMark seq={event.seq} query={proof} />
        <span role="status" className="text-xs text-good">
          {said === undefined ? '' : eventText.copied(eventText.copies[said])}
        </span>
      </div>
    </header>
  );
}

function ZoneName({ at }: { readonly at: string }) {
  const { zone } = useZone();
  return <span className="text-faint">{formatZone(zone, at)}</span>;
}

function Sign({
  name,
  label,
  onClick,
}: {
  readonly name: 'chevronUp' | 'chevronDown' | 'external' | 'cross';
  readonly label: string;
  readonly onClick: () => void;
}) {
  return (
    <Button look="quiet" square aria-label={label} title={label} onClick={onClick}>
      <Icon name={name} />
    </Button>
  );
}

const SAID_MS = 2_000;

function useEventCopy(event: Event): { readonly said: CopyName | undefined; readonly copy: (name: CopyName) => void } {
  const { tenant } = useApi();
  const [said, setSaid] = useState<CopyName | undefined>();
  return {
    said,
    copy: (name) => {
      void navigator.clipboard.writeText(copyOf(name, event, { origin: window.location.origin, tenant })).then(() => {
        setSaid(name);
        setTimeout(() => setSaid(undefined), SAID_MS);
      });
    },
  };
}
