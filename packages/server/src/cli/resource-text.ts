// A resource's head and its versions for a person: what it is now, and each change with its fields. Pure.

import type { FieldDelta } from '@indelible/core';
import pc from 'picocolors';
import type { PagedVersion, ResourceAnswer } from '../query/history-resource.ts';
import { timeText, valueText } from './state-table.ts';
import { doubtText, type Shown, who } from './state-text.ts';
import { cutApart, printable } from './text-width.ts';

const KIND_PAINTS = { created: pc.green, observed: pc.dim, changed: pc.yellow, deleted: pc.red } as const;
const VALUE_COLUMNS_MAX = 60;

/** What it is now, and what is doubtful about that. */
export function headLines({ resource, state }: ResourceAnswer, shown: Shown): string[] {
  const name = resource.name ?? state?.resource.name;
  const title = `${pc.bold(printable(`${resource.type}/${resource.id}`))}${name === undefined ? '' : `  ${printable(name)}`}`;
  if (state === undefined) return [`${title}  ${pc.dim('no event is about it; others name it as related')}`];
  const paint = state.standing === 'present' ? pc.green : state.standing === 'deleted' ? pc.red : pc.yellow;
  const fields = Object.keys(state.values).length;
  const now = state.standing === 'present' ? pc.dim(`${fields} ${fields === 1 ? 'field' : 'fields'}; indelible state shows them`) : '';
  return [
    `${title}  ${paint(state.standing)}  ${now}`.trimEnd(),
    ...state.doubts.map((doubt) => pc.yellow(`! ${printable(doubtText(doubt, shown))}`)),
  ];
}

/** A line a version, and below it one a changed field. */
export function versionLines(versions: readonly PagedVersion[], { columns, zone }: Shown): string[] {
  return versions.flatMap(({ version, kind, at, actor, action, changes, event }) => [
    [
      pc.bold((version === undefined ? '-' : `#${version}`).padStart(6)),
      pc.dim(timeText(at, zone)),
      KIND_PAINTS[kind](kind.padEnd(8)),
      pc.cyan(who(actor)),
      pc.dim(`${printable(action)} ${event}`),
    ].join('  '),
    ...changes.map((delta) => deltaLine(delta, columns)),
    ...(changes.length === 0 ? [pc.dim('          (it does not say what it changed)')] : []),
  ]);
}

function deltaLine({ field, before, after, kind }: FieldDelta, columns: number | undefined): string {
  const most = columns === undefined ? Number.POSITIVE_INFINITY : VALUE_COLUMNS_MAX;
  const [old, next] = cutApart(printable(valueText(before)), printable(valueText(after)), most);
  const name = pc.yellow(printable(field));
  if (kind === 'added') return `        + ${name}: ${pc.green(next)}`;
  if (kind === 'removed') return `        - ${name}: ${pc.red(old)}`;
  return `        ~ ${name}: ${pc.red(old)} -> ${pc.green(next)}`;
}
