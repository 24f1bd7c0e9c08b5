import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PresentedEvent } from '../query/present.ts';
import { csvHeader, csvLine } from './event-csv.ts';

const event: PresentedEvent = {
  id: '0197f0c2-6a52-7c1e-9b1a-5f2d3c4b5a69',
  tenant: 'org_acme',
  action: 'bot.updated',
  category: 'resource',
  operation: 'update',
  outcome: 'success',
  severity: 'info',
  occurredAt: '2026-11-22T20:00:00.123Z',
  recordedAt: '2026-11-22T20:00:00.140Z',
  actor: {
    type: 'agent',
    id: 'agt_1',
    attribution: 'verified',
    onBehalfOf: { type: 'user', id: 'usr_maria', onBehalfOf: { type: 'service', name: 'Cron' } },
  },
  resource: { type: 'bot', id: 'bot_42', name: 'Support' },
  change: { before: { model: 'small-1' }, after: { model: 'large-2', 'a,b': '"x"\n' }, fields: ['a,b', 'model'] },
  source: { kind: 'api' },
  log: 'trail.example/log/abc',
  seq: 7,
};

/** The cells of CSV as RFC 4180 says; a second implementation, so that the first is not tested by itself. */
function read(text: string): string[][] {
  const rows: string[][] = [[]];
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    rows.at(-1)?.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === '\r\n') rows.push([]);
    if (pattern.lastIndex === text.length) return rows.slice(0, -1);
  }
  throw new Error('this is no CSV');
}

function cells(of: PresentedEvent): Record<string, string> {
  const [header = [], line = [], ...rest] = read(`${csvHeader()}\n${csvLine(of)}\n`);
  expect(rest).toEqual([]);
  expect(line).toHaveLength(header.length);
  return Object.fromEntries(header.map((name, index) => [name, line[index] ?? '']));
}

test('a line has what the header names, and objects are JSON', () => {
  expect(cells(event)).toMatchObject({
    seq: '7',
    id: event.id,
    occurredAt: '2026-11-22T20:00:00.123Z',
    'actor.id': 'agt_1',
    'actor.name': '',
    onBehalfOf: 'usr_maria; Cron',
    'resource.id': 'bot_42',
    'change.fields': 'a,b; model',
    'change.before': '{"model":"small-1"}',
    'change.after': JSON.stringify(event.change?.after),
    'context.ip': '',
    'source.kind': 'api',
    log: 'trail.example/log/abc',
  });
});

test('any text comes back, but for an apostrophe before what a spreadsheet would take for a formula', () => {
  const part = fc.string({
    unit: fc.constantFrom('=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n', '"', ',', "'", ' ', 'a', 'ü', '😀'),
  });
  fc.assert(
    fc.property(part, (name) => {
      const found = cells({ ...event, resource: { type: 'bot', name } })['resource.name'];
      const dangerous = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n'].some((sign) => name.startsWith(sign));
      expect(found).toBe(dangerous ? `'${name}` : name);
    }),
  );
  expect(csvLine({ ...event, actor: { type: 'user', id: '=cmd|x', attribution: 'none' } })).toContain(",'=cmd|x,");
});

test('an event whose parts were erased has empty cells', () => {
  const { id, tenant, recordedAt, log, seq } = event;
  expect(cells({ id, tenant, recordedAt, log, seq } as PresentedEvent)).toMatchObject({ id, seq: '7', action: '', 'actor.id': '' });
});
