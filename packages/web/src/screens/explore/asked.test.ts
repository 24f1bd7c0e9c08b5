import { parse, print } from '@indelible/core/query';
import { expect, test } from 'vitest';
import { askedText, frozen, isRange, rangeOf, shiftedRange, spanOf, termsOf, widerRange } from './asked.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
const HOUR = 3_600_000;

test('the range holds beside all of the query, an OR included', () => {
  expect(askedText('actor:maria OR actor:joe', '-24h')).toBe(print(parse('actor:(maria OR joe) at:-24h')));
  expect(askedText('', 'all')).toBe('');
  expect(() => askedText('nobody:x', '-24h')).toThrow('nobody');
});

test('what is a range', () => {
  expect(['-24h', 'today', '2026-11', '2026-11-01..2026-11-07', 'all', '>2026-11-01'].filter((text) => !isRange(text))).toEqual([]);
  expect(['', 'tomorrow', '-24h actor:x', '2026-13', '(-24h)'].filter(isRange)).toEqual(['(-24h)']);
});

test('windows move by their length, and not beyond now', () => {
  const span = { fromMs: NOW - 2 * HOUR, toMs: NOW - HOUR };
  expect(shiftedRange(span, -1, NOW)).toBe(rangeOf(NOW - 3 * HOUR, NOW - 2 * HOUR));
  expect(shiftedRange(span, 1, NOW)).toBe(rangeOf(NOW - HOUR, NOW));
  expect(shiftedRange({ fromMs: NOW - HOUR, toMs: NOW }, 1, NOW)).toBe(rangeOf(NOW - HOUR, NOW));
  expect(widerRange({ fromMs: NOW - HOUR, toMs: NOW }, NOW)).toBe(rangeOf(NOW - 1.5 * HOUR, NOW));
  expect(spanOf(rangeOf(NOW - HOUR, NOW), NOW, 'UTC')).toEqual({ fromMs: NOW - HOUR, toMs: NOW });
});

test('a permanent link has no relative time, and ends where the log ends', () => {
  const link = frozen('actor:maria (at:-2h OR at:today)', '-24h', { nowMs: NOW, zone: 'UTC', seq: 41 });
  expect(link.range).toBe(rangeOf(NOW - 24 * HOUR, NOW));
  expect(link.q).not.toMatch(/-2h|today/);
  expect(link.q).toContain('seq:<=41');
  // A link of a link is the same link.
  expect(frozen(link.q, link.range, { nowMs: NOW + HOUR, zone: 'UTC', seq: 99 })).toEqual(link);
});

test('each term can be dropped', () => {
  expect(termsOf('actor:maria -outcome:success (a OR b)')).toEqual([
    { text: 'actor:maria', without: '-outcome:success (a OR b)' },
    { text: '-outcome:success', without: 'actor:maria (a OR b)' },
    { text: '(a OR b)', without: 'actor:maria -outcome:success' },
  ]);
});
