import { expect, test } from 'vitest';
import type { Event } from '../../api/queries.ts';
import { merged, rowsOf } from './rows.ts';

let seq = 0;
function event(more: Partial<Event> = {}): Event {
  seq++;
  return {
    id: `id-${String(seq)}`,
    tenant: 'org_acme',
    action: `bot.done${String(seq)}`,
    category: 'resource',
    operation: 'update',
    outcome: 'success',
    severity: 'info',
    occurredAt: `2026-11-22T10:00:00.${String(999 - seq).padStart(3, '0')}Z`,
    recordedAt: '2026-11-22T10:00:00.000Z',
    actor: { type: 'user', id: 'usr_maria', attribution: 'verified' },
    source: { kind: 'api' },
    log: 'x',
    seq: 1_000 - seq,
    ...more,
  };
}

const kinds = (events: readonly Event[], open = new Set<string>()) =>
  rowsOf(events, 'UTC', open).map((row) => (row.kind === 'bundle' ? `${row.by} ${String(row.events.length)}` : row.kind));

test('a day has a header, by the clocks of the zone', () => {
  const events = [event({ occurredAt: '2026-11-22T23:30:00.000Z' }), event({ occurredAt: '2026-11-22T00:30:00.000Z' })];
  expect(kinds(events)).toEqual(['day', 'event', 'event']);
  expect(rowsOf(events, 'Asia/Tokyo', new Set()).map(({ kind }) => kind)).toEqual(['day', 'event', 'day', 'event']);
});

test('identical neighbours fold, others do not', () => {
  const same = { action: 'bot.viewed', resource: { type: 'bot', id: 'bot_1' } };
  expect(kinds([event(same), event(same), event(same), event({ ...same, outcome: 'denied' }), event(same)])).toEqual([
    'day',
    'alike 3',
    'event',
    'event',
  ]);
});

test('a request groups under its first event, and opens', () => {
  const of = { context: { requestId: 'req_1' } };
  const events = [event(of), event(of), event(of), event()];
  const [, group] = rowsOf(events, 'UTC', new Set());
  expect(group).toMatchObject({ kind: 'bundle', by: 'request', event: events[2], isOpen: false });
  expect(kinds(events, new Set([group?.key ?? '']))).toEqual(['day', 'request 3', 'event', 'event', 'event', 'event']);
});

test('a transaction groups within its source', () => {
  const of = (name: string) => ({ source: { kind: 'postgres' as const, name, transaction: '7' } });
  expect(kinds([event(of('a')), event(of('a')), event(of('b'))])).toEqual(['day', 'transaction 2', 'event']);
});

test('live events come before the pages, each once, and late ones where they belong', () => {
  const pages = [event(), event(), event()];
  const newer = { ...event(), occurredAt: '2026-11-22T11:00:00.000Z' };
  const late = { ...event(), occurredAt: '2026-11-22T09:00:00.000Z' };
  expect(merged([newer, pages[0] as Event], pages)).toEqual([newer, ...pages]);
  expect(merged([late, newer], pages)).toEqual([newer, ...pages, late]);
  expect(merged([], pages)).toBe(pages);
});
