import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import type { PresentedEvent } from '../query/present.ts';
import { detailLines } from './event-detail.ts';
import { makeEventTable } from './event-table.ts';
import { jsonLine } from './output.ts';
import { width } from './text-width.ts';

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
  actor: { type: 'user', id: 'usr_maria', name: 'Maria', attribution: 'verified' },
  resource: { type: 'bot', id: 'bot_42', name: 'Support bot 🤖' },
  change: {
    before: { model: 'small-1', size: 1 },
    after: { model: 'large-2', size: 2 },
    fields: ['model', 'size'],
    unavailable: [{ field: 'icon', reason: 'TOASTed' }],
  },
  context: { ip: '203.0.113.77' },
  source: { kind: 'api' },
  log: 'trail.example/log/abc',
  seq: 7,
};

function visible(lines: readonly string[]): string[] {
  return lines.map((line) => stripVTControlCharacters(line));
}

test('a narrow terminal shows time, sentence and outcome; a wide one more; nothing is wider than the terminal', () => {
  for (const columns of [80, 100, 120, 150, 170, 240]) {
    const table = makeEventTable(columns, false);
    for (const line of visible([table.header(), ...table.lines(event)])) expect(width(line)).toBeLessThanOrEqual(columns);
    const line = visible(table.lines(event)).join('\n');
    expect(line).toContain('2026-11-22 20:00:00');
    expect(line).toContain('Maria changed');
    expect(line).toContain('success');
    expect(line.includes('usr_maria')).toBe(columns >= 100);
    expect(line.includes('bot/bot_42')).toBe(columns >= 120);
    expect(line.includes('203.0.113.77')).toBe(columns >= 150);
    expect(line.includes('bot.updated')).toBe(columns >= 170);
  }
});

test('without a terminal everything is shown and nothing is cut', () => {
  const id = `bot_${'x'.repeat(200)}`;
  const [line = ''] = visible(makeEventTable(undefined, false).lines({ ...event, resource: { type: 'bot', id } }));
  expect(line).toContain(`bot/${id}`);
});

test('verbose shows each changed field, before and after', () => {
  const lines = visible(makeEventTable(100, true).lines(event));
  expect(lines.slice(1).map((line) => line.trim())).toEqual([
    'model: small-1 -> large-2',
    'size: 1 -> 2',
    'icon: earlier value not available (TOASTed)',
  ]);
});

/** What picocolors writes. */
const COLOUR = new RegExp(`${String.fromCodePoint(27)}\\[\\d+m`, 'g');
const ESCAPE = '\u001b]0;owned\u0007\u001b[2J\u009b31m\u202e';

test('nothing in an event can drive the terminal', () => {
  const hostile: PresentedEvent = {
    ...event,
    actor: { type: 'user', id: ESCAPE, name: ESCAPE, attribution: 'none' },
    resource: { type: 'bot', id: ESCAPE },
    change: { before: { [ESCAPE]: ESCAPE }, after: { [ESCAPE]: [ESCAPE] }, fields: [ESCAPE] },
    context: { reason: ESCAPE },
    metadata: { [ESCAPE]: { [ESCAPE]: ESCAPE } },
    tags: [ESCAPE],
  };
  const lines = [...makeEventTable(200, true).lines(hostile), ...detailLines(hostile), jsonLine(hostile)];
  for (const line of lines) expect(line.replaceAll(COLOUR, '')).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
  expect(JSON.parse(jsonLine(hostile))).toEqual(hostile);
});

test('an event whose disclosures were cleared can still be shown', () => {
  const { id, tenant, recordedAt, log, seq } = event;
  const bare = { id, tenant, recordedAt, log, seq } as PresentedEvent;
  expect(makeEventTable(200, true).lines({ ...bare, action: 'bot.updated' })).toHaveLength(1);
  expect(visible(detailLines({ ...bare, action: 'bot.updated' })).join('\n')).toContain('sequence 7');
});
