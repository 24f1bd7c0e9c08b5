// What a signal says: one line, what stands below it, and where it leads. Pure.

import type { Event } from '../../api/queries.ts';
import type { Links } from '../../shell/links.ts';
import { overviewText as t } from '../../text/overview.ts';
import type { IconName } from '../../ui/icon.tsx';
import { NAMELESS } from './queries.ts';
import type { Range } from './range.ts';
import type { Signal } from './signals/rank.ts';

export interface SignalWords {
  readonly icon: IconName;
  readonly tone: 'warn' | 'bad' | 'neutral';
  readonly title: string;
  /** Facts that follow the title, each short. */
  readonly notes: readonly string[];
  readonly at?: string;
  readonly leads: readonly { readonly label: string; readonly href: string }[];
}

const regions = new Intl.DisplayNames('en-GB', { type: 'region' });

/** @example countryName('CL') // 'Chile' */
export function countryName(code: string): string {
  return /^[A-Z]{2}$/.test(code) ? (regions.of(code) ?? code) : code;
}

/** A party as people call it. */
export function nameOf(actor: Event['actor']): string {
  const own = actor.name ?? actor.email ?? actor.id ?? t.look.somebody;
  const { onBehalfOf } = actor;
  const behind = onBehalfOf?.name ?? onBehalfOf?.id;
  return behind === undefined ? own : `${own} (for ${behind})`;
}

/** @param range where a link leads to a list */
export function wordsOf(signal: Signal, links: Links, range: Range): SignalWords {
  switch (signal.kind) {
    case 'new-place':
      return placeWords(signal, links);
    case 'bulk':
      return bulkWords(signal, links);
    case 'nameless':
      return {
        icon: 'person',
        tone: 'bad',
        title: signal.estimate ? `${t.atLeast} ${t.look.nameless(signal.count)}` : t.look.nameless(signal.count),
        notes: [t.look.namelessWhy],
        at: signal.event.occurredAt,
        leads:
          signal.count === 1
            ? leadsOf(signal.event, links)
            : [{ label: t.look.events(signal.count), href: links.explore(NAMELESS, range) }, ...leadsOf(signal.event, links)],
      };
    case 'gap': {
      const { gap, open, source } = signal;
      return {
        icon: 'warning',
        tone: open ? 'bad' : 'warn',
        title: open ? t.look.gapOpen(source) : t.look.gapPast(source),
        notes: [gap.detail],
        ...(gap.at === undefined ? {} : { at: gap.at }),
        leads: gap.id === undefined ? [] : [{ label: t.look.event, href: links.event(gap.id) }],
      };
    }
    case 'uncovered':
      return {
        icon: 'warning',
        tone: 'warn',
        title: t.look.uncovered(signal.source, signal.tables.length),
        notes: [signal.tables.map(({ table }) => table).join(', ')],
        leads: [{ label: t.look.coverage, href: links.settings('sources') }],
      };
  }
}

function placeWords(signal: Extract<Signal, { kind: 'new-place' }>, links: Links): SignalWords {
  const { event, country, city, usual, earlier, unusualHour, failedBefore } = signal;
  const place = city === undefined ? countryName(country) : `${city}, ${countryName(country)}`;
  const strange = [...(unusualHour ? [t.look.unusualHour] : []), ...(failedBefore > 0 ? [t.look.failedBefore(failedBefore)] : [])];
  const { id } = event.actor;
  return {
    icon: 'person',
    tone: unusualHour ? 'bad' : failedBefore > 0 ? 'warn' : 'neutral',
    title: [t.look.newPlace(nameOf(event.actor), place), ...strange].join(', '),
    notes: [t.look.newPlaceUsual(earlier, usual.map(countryName).join(', '))],
    at: event.occurredAt,
    leads: [
      ...(id === undefined ? [] : [{ label: t.look.actor, href: links.actor(id) }]),
      { label: t.look.event, href: links.event(event.id) },
    ],
  };
}

function bulkWords(signal: Extract<Signal, { kind: 'bulk' }>, links: Links): SignalWords {
  const { event, count, operation, type, q } = signal;
  const what = type === undefined ? t.look.resources : t.look.plural(type);
  const reason = event.context?.reason;
  const country = event.context?.location?.country;
  return {
    icon: operation === 'delete' ? 'minus' : operation === 'create' ? 'plus' : 'columns',
    tone: operation === 'delete' ? 'bad' : 'warn',
    title: t.look.bulkTitle(nameOf(event.actor), t.look.bulk[operation], count, what),
    notes: [...(reason === undefined ? [] : [t.look.reason(reason)]), ...(country === undefined ? [] : [countryName(country)])],
    at: event.occurredAt,
    leads: [
      { label: t.look.events(count), href: links.explore(q, dayOf(event)) },
      ...(event.actor.id === undefined ? [] : [{ label: t.look.actor, href: links.actor(event.actor.id) }]),
    ],
  };
}

function leadsOf(event: Event, links: Links): SignalWords['leads'] {
  const { resource } = event;
  return [
    { label: t.look.event, href: links.event(event.id) },
    ...(resource?.id === undefined ? [] : [{ label: t.look.history, href: links.resource(resource.type, resource.id) }]),
  ];
}

/** The day of an event, as a range of explore. */
function dayOf({ occurredAt }: Event): string {
  const day = occurredAt.slice(0, 10);
  return `${day}..${day}`;
}
