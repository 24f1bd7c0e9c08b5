// What was seen with an actor: addresses, sessions, actions, resources. Each entry leads to its events.

import { quotedValue } from '@indelible/core/query';
import type { ReactNode } from 'react';
import type { components } from '../../api/schema.ts';
import { useLinks } from '../../shell/links.ts';
import { actorText as t } from '../../text/actor.ts';
import { formatCount } from '../../text/format.ts';
import { Anchor } from '../../ui/anchor.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Time } from '../../ui/time.tsx';
import { freshAddresses } from './fresh-addresses.ts';

type Actor = components['schemas']['ActorSummary'];

const SHOWN_MAX = 8;

export function Addresses({ actor }: { readonly actor: Actor }) {
  const links = useLinks();
  const fresh = freshAddresses(actor.addresses, actor.firstSeen, actor.lastSeen);
  return (
    <SeenPanel title={t.addresses.title} none={t.addresses.none} count={actor.distinct.addresses}>
      {actor.addresses.slice(0, SHOWN_MAX).map(({ ip, count, first, last }) => (
        <Entry key={ip} href={links.explore(`actor.id:${quotedValue(actor.id)} ip:${ip}`, 'all')} count={count} first={first} last={last}>
          <code className="break-all">{ip}</code>
          {fresh.has(ip) ? (
            <span title={t.addresses.newHelp}>
              <Badge tone="warn" icon="warning">
                {t.addresses.isNew}
              </Badge>
            </span>
          ) : null}
        </Entry>
      ))}
    </SeenPanel>
  );
}

export function Sessions({ actor }: { readonly actor: Actor }) {
  const links = useLinks();
  return (
    <SeenPanel title={t.sessions.title} none={t.sessions.none} count={actor.distinct.sessions}>
      {actor.sessions.slice(0, SHOWN_MAX).map(({ id, count, first, last }) => (
        <Entry key={id} href={links.explore(`session:${quotedValue(id)}`, 'all')} count={count} first={first} last={last}>
          <code className="break-all">{id}</code>
        </Entry>
      ))}
    </SeenPanel>
  );
}

export function Actions({ actor }: { readonly actor: Actor }) {
  const links = useLinks();
  return (
    <SeenPanel title={t.actions.title} none={t.actions.none} count={actor.distinct.actions}>
      {actor.actions.slice(0, SHOWN_MAX).map(({ action, count, first, last }) => (
        <Entry
          key={action}
          href={links.explore(`actor.id:${quotedValue(actor.id)} action:${quotedValue(action)}`, 'all')}
          count={count}
          first={first}
          last={last}
        >
          <code className="break-all">{action}</code>
        </Entry>
      ))}
    </SeenPanel>
  );
}

export function Resources({ actor }: { readonly actor: Actor }) {
  const links = useLinks();
  return (
    <SeenPanel title={t.resources.title} none={t.resources.none} count={actor.distinct.resources}>
      {actor.resources.slice(0, SHOWN_MAX).map(({ type, id, name, count, first, last }) => (
        <Entry
          key={`${type} ${id ?? ''}`}
          href={
            id === undefined
              ? links.explore(`actor.id:${quotedValue(actor.id)} resource:${quotedValue(type)}`, 'all')
              : links.resource(type, id)
          }
          count={count}
          first={first}
          last={last}
        >
          <span className="min-w-0 break-words">
            <span className="text-muted">{type.replaceAll('_', ' ')}</span> {name ?? id ?? ''}
          </span>
        </Entry>
      ))}
    </SeenPanel>
  );
}

interface SeenPanelProps {
  readonly title: string;
  readonly none: string;
  /** How many there are of them, shown or not. */
  readonly count: number;
  readonly children: readonly ReactNode[];
}

function SeenPanel({ title, none, count, children }: SeenPanelProps) {
  return (
    <Panel title={title} actions={<span className="tabular text-muted">{formatCount(count)}</span>}>
      {children.length === 0 ? (
        <p className="px-3 py-2.5 text-muted">{none}</p>
      ) : (
        <ul className="divide-y divide-line">
          {children}
          {count > children.length ? <li className="px-3 py-1.5 text-xs text-muted">{t.more(count - children.length)}</li> : null}
        </ul>
      )}
    </Panel>
  );
}

interface EntryProps {
  readonly href: string;
  readonly count: number;
  readonly first: string;
  readonly last: string;
  readonly children: ReactNode;
}

function Entry({ href, count, first, last, children }: EntryProps) {
  return (
    <li>
      <Anchor href={href} className="block px-3 py-1.5 -outline-offset-2 hover:bg-raised">
        <span className="flex items-baseline gap-2">
          <span className="flex min-w-0 flex-1 flex-wrap items-center gap-x-2">{children}</span>
          <span className="tabular font-medium">{formatCount(count)}</span>
        </span>
        <span className="flex flex-wrap gap-x-1.5 text-xs text-muted">
          <Time at={first} show="date" />
          {first.slice(0, 10) === last.slice(0, 10) ? null : (
            <>
              <span aria-hidden="true">–</span>
              <Time at={last} show="date" />
            </>
          )}
        </span>
      </Anchor>
    </li>
  );
}
