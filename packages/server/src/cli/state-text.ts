// The state of a resource for a person: each field with who set it and when, what differs between two instants, how to undo a
// change, and every doubt as a warning. Pure.

import type { Actor, Blame, Doubt, PatchOperation, Standing } from '@indelible/core';
import pc from 'picocolors';
import type { CompareAnswer, ComparedState } from '../query/compare.ts';
import type { ReverseAnswer } from '../query/reverse.ts';
import type { StateAnswer } from '../query/state.ts';
import { alignedTable, type Paint, timeText, valueText } from './state-table.ts';
import { cutApart, printable } from './text-width.ts';

/** For which terminal, by whose clocks. */
export interface Shown {
  /** Undefined when the output is no terminal: nothing is cut then. */
  readonly columns: number | undefined;
  readonly zone: string;
}

const COMPARED_COLUMNS_MIN = 20;

const STANDINGS: Readonly<Record<Standing, readonly [words: string, paint: Paint]>> = {
  unknown: ['not known yet', pc.yellow],
  absent: ['not there yet', pc.dim],
  present: ['present', pc.green],
  deleted: ['deleted', pc.red],
};

export function stateLines(state: StateAnswer, shown: Shown): string[] {
  const { resource, at, fields, last } = state;
  const head = `${titleOf(resource)}  ${standingText(state.standing)}  ${pc.dim(`as of ${timeText(at, shown.zone)} (${shown.zone})`)}`;
  const told =
    last === undefined
      ? []
      : [pc.dim(`last told by ${printable(last.action)} ${last.event}, ${timeText(last.at, shown.zone)}, ${who(last.actor)}`)];
  const table = alignedTable(
    [
      { title: 'FIELD', most: 40, wide: true, paint: pc.yellow },
      { title: 'VALUE', wide: true },
      { title: 'SET BY', most: 24, paint: pc.cyan },
      { title: `WHEN (${shown.zone})`, paint: pc.dim },
      { title: 'ACTION', most: 28, paint: pc.dim },
    ],
    fields.map(({ field, value, setBy }) => [
      field,
      valueText(value),
      setterText(setBy),
      setBy === undefined ? '' : timeText(setBy.at, shown.zone),
      setBy?.action ?? '',
    ]),
    shown.columns,
    (row, column) => (column === 2 && (fields[row]?.setBy === undefined || fields[row]?.setBy?.observed === true) ? pc.dim : undefined),
  );
  return [head, ...told, ...sinceLines(state, shown), ...doubtLines(state.doubts, shown), ...(fields.length === 0 ? [] : ['', ...table])];
}

export function compareLines(answer: CompareAnswer, shown: Shown): string[] {
  const { resource, from, to, deltas, notRestorable } = answer;
  const marks = { added: '+', removed: '-', changed: '~' } as const;
  // Some two thirds of the line are the values', and each has a half of that.
  const most = shown.columns === undefined ? Number.POSITIVE_INFINITY : Math.max(COMPARED_COLUMNS_MIN, Math.floor(shown.columns / 3));
  const table = alignedTable(
    [
      { title: ' ' },
      { title: 'FIELD', most: 40, wide: true, paint: pc.yellow },
      { title: 'BEFORE', wide: true, paint: pc.red },
      { title: '->' },
      { title: 'AFTER', wide: true, paint: pc.green },
      { title: 'SET BY', most: 24, paint: pc.cyan },
      { title: `WHEN (${shown.zone})`, paint: pc.dim },
    ],
    deltas.map(({ kind, field, before, after, setBy }) => {
      const [old, next] = cutApart(valueText(before), valueText(after), most);
      const setter = setBy === undefined ? ['', ''] : [setterText(setBy), timeText(setBy.at, shown.zone)];
      return [marks[kind], field, old, '->', next, ...setter];
    }),
    shown.columns,
  );
  return [
    titleOf(resource),
    comparedLine('from', from, shown),
    comparedLine('to', to, shown),
    // What is doubtful about both is said once.
    ...new Set([from, to].flatMap((state) => [...sinceLines(state, shown), ...doubtLines(state.doubts, shown)])),
    '',
    ...(deltas.length === 0 ? [pc.dim('Nothing differs.')] : table),
    ...(notRestorable.length === 0
      ? []
      : ['', pc.yellow(`! the trail does not hold the values of: ${printable(notRestorable.join(', '))}`)]),
  ];
}

export function reverseLines(answer: ReverseAnswer, shown: Shown): string[] {
  const { resource, event, kind, patch, values, notRestorable } = answer;
  const undone = `${printable(event.action)} ${event.id}, ${timeText(event.at, shown.zone)}`;
  const how: Readonly<Record<ReverseAnswer['kind'], string>> = {
    patch: `To undo ${undone}, apply this patch (RFC 6902); its tests fail where the resource is changed meanwhile:`,
    remove: `${undone} made it: to undo that, remove ${resource.type}/${printable(resource.id)}.`,
    create: `${undone} removed it: to undo that, make it again${values === undefined ? '.' : ' with these values:'}`,
  };
  const lost = notRestorable.map((field) => (field === '' ? 'the row, which was too large to be recorded' : field));
  return [
    titleOf(resource),
    how[kind],
    ...(kind === 'patch' ? patch.map(operationLine) : []),
    ...(kind === 'patch' && patch.length === 0 ? [pc.dim('  (nothing that the trail holds)')] : []),
    ...Object.entries(values ?? {}).map(([name, value]) => `  ${pc.yellow(printable(name))}: ${printable(valueText(value))}`),
    ...(lost.length === 0
      ? []
      : [pc.yellow(`! cannot be put back, because the trail does not hold the values: ${printable(lost.join(', '))}`)]),
    ...changedSinceLines(answer),
  ];
}

function changedSinceLines({ kind, changedSince }: ReverseAnswer): string[] {
  if (changedSince.length === 0) return [];
  const whole = kind === 'create' ? 'it was made again since' : 'it was removed since: there is nothing left to undo';
  const verb = kind === 'remove' ? 'changed again since, and lost if it is removed' : 'left out, because they were changed again since';
  return [pc.yellow(`! ${changedSince.includes('') ? whole : `${verb}: ${printable(changedSince.join(', '))}`}`)];
}

function operationLine(operation: PatchOperation): string {
  const paint = { test: pc.dim, add: pc.green, replace: pc.green, remove: pc.red }[operation.op];
  const value = 'value' in operation ? ` ${JSON.stringify(operation.value)}` : '';
  return `  ${paint(operation.op.padEnd(7))} ${pc.yellow(printable(operation.path))}${printable(value)}`;
}

function titleOf({ type, id, name }: StateAnswer['resource']): string {
  return `${pc.bold(printable(`${type}/${id}`))}${name === undefined ? '' : `  ${printable(name)}`}`;
}

function standingText(standing: Standing): string {
  const [words, paint] = STANDINGS[standing];
  return paint(words);
}

function comparedLine(label: string, { at, standing, last }: ComparedState, { zone }: Shown): string {
  const told = last === undefined ? '' : pc.dim(`  (${printable(last.action)}, ${timeText(last.at, zone)})`);
  return `${pc.dim(label.padEnd(5))} ${timeText(at, zone)}  ${standingText(standing)}${told}`;
}

/** Since when it is known, where the answer does not reach further back. */
function sinceLines(
  { standing, knownSince, partial, searchedBackTo }: Omit<ComparedState, 'doubts' | 'last' | 'at'>,
  { zone }: Shown,
): string[] {
  const since = knownSince === undefined ? undefined : timeText(knownSince, zone);
  const lines: string[] = [];
  if (standing === 'unknown' && since !== undefined) lines.push(pc.yellow(`! nothing is known before ${since} (${zone})`));
  if (standing === 'absent' && since !== undefined) lines.push(pc.dim(`it came into being at ${since} (${zone})`));
  if (partial === true)
    lines.push(
      pc.yellow(
        searchedBackTo === undefined
          ? '! what comes next was not searched to its end: nobody knows whether it was there'
          : `! its history is long: it was searched back to ${timeText(searchedBackTo, zone)}; what has no setter was set before`,
      ),
    );
  return lines;
}

function doubtLines(doubts: readonly Doubt[], shown: Shown): string[] {
  return doubts.map((doubt) => pc.yellow(`! ${printable(doubtText(doubt, shown))}`));
}

/** A doubt in a sentence. */
export function doubtText(doubt: Doubt, { zone }: Pick<Shown, 'zone'>): string {
  const time = (at: string): string => timeText(at, zone);
  switch (doubt.kind) {
    case 'gap':
      return `${doubt.detail}, from ${time(doubt.from)} ${doubt.to === undefined ? 'on' : `to ${time(doubt.to)}`}`;
    case 'unrecorded_change':
      return `${doubt.fields.join(', ')}: changed between ${time(doubt.after)} and ${time(doubt.before)}, and that was not recorded`;
    case 'values_missing':
      return `${doubt.action} ${doubt.event} of ${time(doubt.at)} does not say what it changed: its values were not sent, or were erased`;
    case 'field_unknown':
      return `${doubt.field === '' ? 'some fields' : doubt.field}: not known, because ${doubt.reason}`;
  }
}

function setterText(blame: Blame | undefined): string {
  if (blame === undefined) return 'not known';
  return blame.observed === true ? 'seen, not set' : who(blame.actor);
}

export function who(actor: Actor | undefined): string {
  return printable(actor?.id ?? actor?.name ?? actor?.type ?? 'erased');
}
