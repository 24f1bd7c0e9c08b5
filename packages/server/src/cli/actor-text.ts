// One actor for a person: a head, and a table for each of what was seen. Pure.

import pc from 'picocolors';
import type { ActorAnswer } from '../query/actor.ts';
import type { Seen } from '../query/actor-summary.ts';
import { alignedTable, type Paint, type TableColumn, timeText } from './state-table.ts';
import type { Shown } from './state-text.ts';
import { printable } from './text-width.ts';

/** Entries of a list on the terminal; --json has them all. */
const SHOWN_MAX = 10;
const DAYS_SHOWN = 14;
const BAR_COLUMNS = 40;

export function actorLines(answer: ActorAnswer, shown: Shown): string[] {
  const { id, name, email, type, firstSeen, lastSeen, range, events, partial, searchedBackTo } = answer;
  const { zone } = shown;
  const also = [name, email].filter((text) => text !== undefined).map(printable);
  const count = `${events.count.toLocaleString('en')}${events.estimate ? ' or more' : ''} ${events.count === 1 ? 'event' : 'events'}`;
  const section = (title: string, items: readonly Seen[], total: number, nameOf: (index: number) => string, paint?: Paint): string[] =>
    sectionLines(title, items, total, nameOf, shown, paint);
  return [
    [pc.bold(printable(id)), ...also, pc.dim(type ?? '')].join('  ').trimEnd(),
    `${pc.dim('first seen')}  ${timeText(firstSeen, zone)}  ${pc.dim('last seen')}  ${timeText(lastSeen, zone)}  ${pc.dim(`(${zone})`)}`,
    `${count}  ${pc.dim(`from ${timeText(range.from, zone)} to ${timeText(range.to, zone)}`)}`,
    ...(partial === true
      ? [
          pc.yellow(
            `! there are too many events to look at all: what is below is since ${timeText(searchedBackTo ?? '', zone)}; ask for a shorter time by --from and --to`,
          ),
        ]
      : []),
    ...section('ADDRESS', answer.addresses, answer.distinct.addresses, (index) => answer.addresses[index]?.ip ?? ''),
    ...section('SESSION', answer.sessions, answer.distinct.sessions, (index) => answer.sessions[index]?.id ?? ''),
    ...(answer.distinct.names > 1 ? section('NAME', answer.names, answer.distinct.names, (index) => answer.names[index]?.name ?? '') : []),
    ...(answer.distinct.emails > 1
      ? section('E-MAIL', answer.emails, answer.distinct.emails, (index) => answer.emails[index]?.email ?? '')
      : []),
    ...section('ACTION', answer.actions, answer.distinct.actions, (index) => answer.actions[index]?.action ?? '', pc.yellow),
    ...section('RESOURCE', answer.resources, answer.distinct.resources, (index) => resourceText(answer.resources[index]), pc.magenta),
    ...dayLines(answer.days),
  ];
}

function sectionLines(
  title: string,
  items: readonly Seen[],
  total: number,
  nameOf: (index: number) => string,
  { columns, zone }: Shown,
  paint: Paint = pc.cyan,
): string[] {
  if (items.length === 0) return [];
  const shape: TableColumn[] = [
    { title, wide: true, paint },
    { title: 'EVENTS', right: true },
    { title: `FIRST (${zone})`, paint: pc.dim },
    { title: `LAST (${zone})`, paint: pc.dim },
  ];
  const rows = items
    .slice(0, SHOWN_MAX)
    .map(({ count, first, last }, index) => [nameOf(index), count.toLocaleString('en'), timeText(first, zone), timeText(last, zone)]);
  const more = total > SHOWN_MAX ? [pc.dim(`and ${(total - SHOWN_MAX).toLocaleString('en')} more`)] : [];
  return ['', ...alignedTable(shape, rows, columns), ...more];
}

function resourceText(resource: ActorAnswer['resources'][number] | undefined): string {
  if (resource === undefined) return '';
  const path = resource.id === undefined ? resource.type : `${resource.type}/${resource.id}`;
  return resource.name === undefined ? path : `${path}  ${resource.name}`;
}

function dayLines(days: ActorAnswer['days']): string[] {
  if (days.length === 0) return [];
  const latest = days.slice(-DAYS_SHOWN);
  const most = Math.max(...latest.map(({ count }) => count));
  const bar = (count: number): string => '█'.repeat(Math.max(1, Math.round((count / most) * BAR_COLUMNS)));
  const earlier = days.length - latest.length;
  return [
    '',
    pc.dim(earlier === 0 ? 'DAY' : `DAY (the latest ${DAYS_SHOWN} of ${days.length} with events)`),
    ...latest.map(({ day, count }) => `${day}  ${count.toLocaleString('en').padStart(7)}  ${pc.cyan(bar(count))}`),
  ];
}
