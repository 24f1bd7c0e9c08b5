// What the report of coverage has to say: gaps, and tables that are not captured whole. Pure.

import type { components } from '../../../api/schema.ts';
import type { CaptureGap, Uncovered } from './rank.ts';

type Report = components['schemas']['CoverageReport'];
type TableState = components['schemas']['TableCoverage']['state'];

/** What somebody chose to leave out is no surprise, and what is gone cannot be captured. */
const UNSURPRISING: ReadonlySet<TableState> = new Set(['captured', 'skipped by configuration', 'dropped']);

/** @param sinceMs gaps that ended before are not told again */
export function coverageSignals({ sources }: Report, sinceMs: number): (CaptureGap | Uncovered)[] {
  return sources.flatMap(({ name, gaps, tables }) => {
    const uncovered = tables.filter(({ state }) => !UNSURPRISING.has(state));
    return [
      ...gaps.open.map((gap) => ({ kind: 'gap' as const, source: name, open: true, gap })),
      ...gaps.past
        .filter(({ at }) => at === undefined || Date.parse(at) >= sinceMs)
        .map((gap) => ({ kind: 'gap' as const, source: name, open: false, gap })),
      ...(uncovered.length === 0 ? [] : [{ kind: 'uncovered' as const, source: name, tables: uncovered }]),
    ];
  });
}

export interface CoverageCounts {
  readonly captured: number;
  /** Of those that exist. */
  readonly tables: number;
  readonly openGaps: number;
  readonly pastGaps: number;
  readonly rows: number;
  readonly unattributed: number;
}

/** The report in numbers, over all sources. */
export function countCoverage({ sources }: Report): CoverageCounts {
  const tables = sources.flatMap((source) => source.tables).filter(({ state }) => state !== 'dropped');
  const sum = (of: (source: Report['sources'][number]) => number): number => sources.reduce((total, source) => total + of(source), 0);
  return {
    captured: tables.filter(({ state }) => state === 'captured').length,
    tables: tables.length,
    openGaps: sum(({ gaps }) => gaps.open.length),
    pastGaps: sum(({ gaps }) => gaps.past.length),
    rows: sum(({ totals }) => totals.rows),
    unattributed: sum(({ totals }) => totals.unattributed),
  };
}
