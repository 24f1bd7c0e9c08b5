import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import type { CoverageReport, SourceCoverage, TableCoverage } from '../capture/index.ts';
import { coverageLines, isCovered } from './coverage-table.ts';
import { width } from './text-width.ts';

const CAPTURED: TableCoverage = {
  table: 'public.bots',
  state: 'captured',
  statements: [],
  rows: 1_200,
  unattributed: 12,
  unattributedShare: 0.01,
  lastEventAt: '2026-11-01T10:00:00.000Z',
};
const SOURCE: SourceCoverage = {
  name: 'shop',
  state: 'streaming',
  database: 'shop',
  slot: 'indelible_shop',
  publication: 'indelible_shop',
  asOf: '2026-11-01T10:00:01.000Z',
  lag: { bytes: 2_048, seconds: 0.25 },
  lastEventAt: '2026-11-01T10:00:00.000Z',
  counters: {
    rows: 1_205,
    events: 1_200,
    skippedUnchanged: 2,
    skippedNoise: 3,
    tenantUnknown: 0,
    unattributed: 12,
    messagesUnsound: 0,
    noncesReplayed: 0,
    valuesUnavailable: 0,
  } as SourceCoverage['counters'],
  gaps: { open: [], past: [] },
  tables: [CAPTURED],
  totals: {
    tables: { captured: 1, 'earlier values missing': 0, 'skipped by configuration': 0, 'not covered': 0, dropped: 0, unknown: 0 },
    rows: 1_200,
    unattributed: 12,
    unattributedShare: 0.01,
  },
};

function report(change: Partial<SourceCoverage>): CoverageReport {
  return { asOf: '2026-11-01T10:00:01.000Z', sources: [{ ...SOURCE, ...change }] };
}

function text(of: CoverageReport, columns?: number): string[] {
  return coverageLines(of, columns).map((line) => stripVTControlCharacters(line));
}

test('a source, its tables in columns, and the total', () => {
  const late: TableCoverage = {
    table: 'public.a_new_table',
    state: 'not covered',
    cause: 'unpublished',
    why: 'not in the publication',
    statements: [],
    rows: 0,
    unattributed: 0,
  };
  const lines = text(report({ tables: [CAPTURED, late] }));
  expect(lines[0]).toBe('shop  streaming');
  expect(lines).toContain('  lag         2.0 KiB, 0.3 s');
  expect(lines).toContain('  left out    5 changes of nothing or of noise');
  const header = lines.find((line) => line.includes('TABLE')) ?? '';
  const bots = lines.find((line) => line.includes('public.bots')) ?? '';
  const added = lines.find((line) => line.includes('a_new_table')) ?? '';
  expect(bots).toMatch(/public\.bots +captured +1200 +12 +1\.0 % {2}2026-11-01 10:00:00$/);
  expect(bots.indexOf('captured')).toBe(header.indexOf('STATE'));
  expect(added.indexOf('not in the publication')).toBe(header.indexOf('WHY'));
  expect(lines.at(-1)).toBe('total  1 source, 2 tables: 1 captured; 1200 rows, 1.0 % of them of nobody known');
});

test('lines of tables fit the terminal, and nothing of the source drives it', () => {
  const wide: TableCoverage = { ...CAPTURED, table: `public.\u001b[31m${'x'.repeat(80)}`, why: 'y'.repeat(300) };
  const lines = coverageLines(report({ tables: [wide] }), 140).map((line) => stripVTControlCharacters(line));
  for (const line of lines.filter((each) => each.includes('xxx'))) expect(width(line)).toBeLessThanOrEqual(140);
  expect(coverageLines(report({ tables: [wide] }), 140).join('')).not.toContain('\u001b[31mx');
});

test('nothing set up says so', () => {
  expect(text({ asOf: '', sources: [] })).toEqual(['No source is captured.']);
});

test.each([
  [true, {}],
  [true, { state: 'retrying' as const, reason: 'the source is down' }],
  [
    true,
    {
      tables: [
        { ...CAPTURED, state: 'earlier values missing' as const },
        { ...CAPTURED, state: 'skipped by configuration' as const },
      ],
    },
  ],
  [false, { state: 'stopped' as const }],
  [false, { tables: [{ ...CAPTURED, state: 'not covered' as const }] }],
  [false, { tables: [{ ...CAPTURED, state: 'unknown' as const }] }],
  [false, { gaps: { open: [{ reason: 'slot_lost', detail: 'd' }], past: [] } }],
])('covered is %s for %o', (covered, change) => {
  expect(isCovered(report(change))).toBe(covered);
});
