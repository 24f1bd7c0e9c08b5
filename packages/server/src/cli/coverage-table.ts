// The coverage report for a person: a source in a few lines, its tables aligned below it, a line of totals. Pure.

import pc from 'picocolors';
import type { CoverageReport, SourceCoverage, TableCoverage } from '../capture/index.ts';
import { fit, printable, width } from './text-width.ts';

type Paint = (text: string) => string;

const plain: Paint = (text) => text;
const TABLE_PAINTS: Readonly<Record<TableCoverage['state'], Paint>> = {
  captured: pc.green,
  'earlier values missing': pc.yellow,
  'skipped by configuration': pc.dim,
  'not covered': pc.red,
  dropped: pc.dim,
  unknown: pc.red,
};
const NAME_COLUMNS_MAX = 48;
const GAPS_SHOWN = 5;

/** Whether nothing is lost now: what the exit code of the command says. */
export function isCovered(report: CoverageReport): boolean {
  return report.sources.every(
    ({ state, gaps, tables }) =>
      state !== 'stopped' && gaps.open.length === 0 && tables.every((table) => table.state !== 'not covered' && table.state !== 'unknown'),
  );
}

/** @param columns of the terminal; undefined when the output is none: nothing is cut then */
export function coverageLines(report: CoverageReport, columns: number | undefined): string[] {
  if (report.sources.length === 0) return ['No source is captured.'];
  return [...report.sources.flatMap((source) => [...sourceLines(source, columns), '']), totalLine(report)];
}

function sourceLines(source: SourceCoverage, columns: number | undefined): string[] {
  const { state, lag, gaps } = source;
  const paint = state === 'streaming' || state === 'standby' ? pc.green : state === 'stopped' ? pc.red : pc.yellow;
  const facts = [
    ['slot', source.slot],
    ['lag', lagText(lag)],
    ['last event', source.lastEventAt === undefined ? 'none yet' : moment(source.lastEventAt)],
    ['gaps', `${gaps.open.length} open, ${gaps.past.length} past`],
    ['left out', `${source.counters.skippedUnchanged + source.counters.skippedNoise} changes of nothing or of noise`],
    ['tenant', `${source.counters.tenantUnknown} changes went to "default"`],
    ['as of', asOf(source)],
  ];
  return [
    `${pc.bold(printable(source.name))}  ${paint(state)}${source.reason === undefined ? '' : `  ${paint(printable(source.reason))}`}`,
    ...facts.map(([label = '', text = '']) => `  ${pc.dim(label.padEnd(10))}  ${printable(text)}`),
    ...[...gaps.open.map((gap) => ['open', pc.red, gap] as const), ...gaps.past.map((gap) => ['past', pc.yellow, gap] as const)]
      .slice(0, GAPS_SHOWN)
      .map(
        ([kind, colour, { at, reason, from, to, detail }]) =>
          `  ${colour(`${kind} gap`)}    ${[
            at === undefined ? '' : moment(at),
            reason,
            from === undefined ? '' : `${from} to ${to ?? 'now'}`,
            detail,
          ]
            .filter((text) => text !== '')
            .map(printable)
            .join('  ')}`,
      ),
    '',
    ...tableLines(source.tables, columns),
  ];
}

function tableLines(tables: readonly TableCoverage[], columns: number | undefined): string[] {
  if (tables.length === 0) return [pc.dim('  no table is known')];
  const name = Math.min(NAME_COLUMNS_MAX, Math.max(5, ...tables.map(({ table }) => width(printable(table)))));
  const state = Math.max(5, ...tables.map((table) => table.state.length));
  const fixed = [name, state, 12, 12, 7, 19];
  const room = columns === undefined ? undefined : Math.max(0, columns - 2 - fixed.reduce((sum, wide) => sum + wide + 2, 0));
  const row = (cells: readonly string[], paints: readonly Paint[]): string => {
    const filled = cells.slice(0, cells.findLastIndex((cell) => cell.trim() !== '') + 1);
    const text = filled.map((cell, index) => (paints[index] ?? plain)(index === filled.length - 1 ? cell.trimEnd() : cell));
    return `  ${text.join('  ')}`;
  };
  const header = ['TABLE', 'STATE', 'ROWS', 'NO ACTOR', 'SHARE', 'LAST EVENT (UTC)', 'WHY'];
  const widths = [...fixed, room];
  const cells = (texts: readonly string[]): string[] =>
    texts.map((text, index) => {
      const wide = widths[index];
      if (wide === undefined) return text;
      return index >= 2 && index <= 4 ? fit(text.padStart(wide), wide) : fit(text, wide);
    });
  return [
    row(
      cells(header),
      header.map(() => pc.dim),
    ),
    ...tables.map((table) => {
      const texts = [
        printable(table.table),
        table.state,
        String(table.rows),
        String(table.unattributed),
        share(table.unattributedShare),
        table.lastEventAt === undefined ? '' : moment(table.lastEventAt),
        printable(table.why ?? ''),
      ];
      return row(cells(texts), [plain, TABLE_PAINTS[table.state], plain, plain, plain, pc.dim, pc.dim]);
    }),
  ];
}

function totalLine({ sources }: CoverageReport): string {
  const count = (state: TableCoverage['state']): number => sources.reduce((sum, { totals }) => sum + totals.tables[state], 0);
  const rows = sources.reduce((sum, { totals }) => sum + totals.rows, 0);
  const unattributed = sources.reduce((sum, { totals }) => sum + totals.unattributed, 0);
  const parts = (Object.keys(TABLE_PAINTS) as TableCoverage['state'][])
    .filter((state) => state === 'captured' || count(state) > 0)
    .map((state) => TABLE_PAINTS[state](`${count(state)} ${state}`));
  const tables = sources.reduce((sum, source) => sum + source.tables.length, 0);
  return `${pc.bold('total')}  ${sources.length} ${sources.length === 1 ? 'source' : 'sources'}, ${tables} tables: ${parts.join(', ')}; ${rows} rows, ${rows === 0 ? '0' : share(unattributed / rows)} of them of nobody known`;
}

function lagText({ bytes, seconds, used, lost }: SourceCoverage['lag']): string {
  if (lost === true) return 'the source has given the slot up';
  const parts = [
    ...(bytes === undefined ? [] : [size(bytes)]),
    ...(seconds === undefined ? [] : [`${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`]),
    ...(used === undefined ? [] : [`${Math.round(used * 100)} % of what the slot may hold back`]),
  ];
  return parts.length === 0 ? 'not known' : parts.join(', ');
}

function asOf({ asOf: at, unanswered }: SourceCoverage): string {
  if (at === undefined) return `the source has not answered: ${unanswered ?? ''}`;
  return unanswered === undefined ? moment(at) : `${moment(at)}; now the source does not answer: ${unanswered}`;
}

function moment(rfc3339: string): string {
  return rfc3339.slice(0, 19).replace('T', ' ');
}

function share(part: number | undefined): string {
  return part === undefined ? '' : `${(part * 100).toFixed(1)} %`;
}

const KIBIBYTE = 1024;

function size(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log(bytes) / Math.log(KIBIBYTE)));
  return `${power === 0 ? bytes : (bytes / KIBIBYTE ** power).toFixed(1)} ${units[power] ?? ''}`;
}
