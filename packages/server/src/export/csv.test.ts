// Events as CSV: read back by a second implementation of RFC 4180, and taken back to the event.

import type { Json } from '@indelible/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PresentedEvent } from '../query/present.ts';
import { CSV_COLUMNS, makeCsv } from './csv.ts';

const event: PresentedEvent = {
  id: '0197f0c2-6a52-7c1e-9b1a-5f2d3c4b5a69',
  tenant: 'org_acme',
  action: 'bot.updated',
  category: 'resource',
  operation: 'update',
  outcome: 'failure',
  error: { code: 'E1', message: '=1+1' },
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
  related: [{ type: 'dataset', id: 'ds_7', relation: 'input' }],
  change: {
    before: { model: 'small-1' },
    after: { model: 'large-2', 'a,b': '"x"\n' },
    fields: ['a,b', 'model'],
    unavailable: [{ field: 'icon', reason: 'large' }],
  },
  context: {
    ip: '203.0.113.7',
    location: { country: 'DE' },
    userAgent: '@agent',
    sessionId: '-1',
    requestId: "'r",
    traceId: 't',
    spanId: 's',
    route: '/x',
    authMethod: 'password',
    reason: '',
  },
  source: { kind: 'postgres', name: 'shop', position: '0/1', transaction: '+7' },
  metadata: { plan: { seats: 3 } },
  tags: ['pci:10', '=x'],
  log: 'trail.example/log/abc',
  seq: 7,
};

/** The cells of CSV as RFC 4180 says. */
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

function cells(of: PresentedEvent, columns?: readonly string[]): Record<string, string> {
  const csv = makeCsv(columns);
  const [header = [], line = [], ...rest] = read(csv.header + csv.record(of));
  expect(rest).toEqual([]);
  expect(line).toHaveLength(header.length);
  return Object.fromEntries(header.map((name, index) => [name, line[index] ?? '']));
}

const JSON_COLUMNS = new Set([
  'actor.onBehalfOf',
  'related',
  'change.fields',
  'change.before',
  'change.after',
  'change.unavailable',
  'context.location',
  'metadata',
  'tags',
]);

/** What the documents say: no cell is no value; an apostrophe at the beginning is taken away; what is nested is JSON; seq is a number. */
function back(found: Record<string, string>): unknown {
  const made: Record<string, unknown> = {};
  for (const [name, cell] of Object.entries(found)) {
    if (cell === '') continue;
    const text = cell.startsWith("'") ? cell.slice(1) : cell;
    const value: unknown = JSON_COLUMNS.has(name) ? (JSON.parse(text) as Json) : name === 'seq' ? Number(text) : text;
    const [key = '', inner] = name.split('.');
    if (inner === undefined) made[key] = value;
    else made[key] = { ...(made[key] as object | undefined), [inner]: value };
  }
  return made;
}

test('every part of an event has its column, and the event comes back from them', () => {
  expect(back(cells(event))).toEqual(event);
  const { id, tenant, recordedAt, log, seq } = event;
  const erased = { id, tenant, recordedAt, log, seq } as PresentedEvent;
  expect(back(cells(erased))).toEqual(erased);
});

test('no text is one that a spreadsheet would run, and any text comes back', () => {
  const signs = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n'];
  const part = fc.string({ unit: fc.constantFrom(...signs, '"', ',', "'", ' ', 'a', 'ü', '😀', '\ufeff') });
  fc.assert(
    fc.property(part, part, part, (name, reason, tag) => {
      const of: PresentedEvent = { ...event, resource: { type: 'bot', name }, context: { reason }, metadata: { [tag]: tag }, tags: [tag] };
      const found = cells(of);
      for (const cell of Object.values(found)) expect(signs.some((sign) => cell.startsWith(sign))).toBe(false);
      expect(back(found)).toEqual(of);
    }),
    { numRuns: 500 },
  );
});

test('columns are those that are asked for, in that order, each once', () => {
  expect(makeCsv(['actor.id', 'seq']).header).toBe('actor.id,seq\r\n');
  expect(makeCsv(['actor.id', 'seq']).record(event)).toBe('agt_1,7\r\n');
  expect(makeCsv().header).toBe(`${CSV_COLUMNS.join(',')}\r\n`);
  for (const columns of [['seq', 'seq'], [], ['Seq'], ['__proto__']]) expect(() => makeCsv(columns)).toThrow(/columns:/);
});
