// Freezing a question: the same events are meant, whenever it is asked again.

import { type AuditEvent, matches, parse } from '@indelible/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { freeze } from './freeze.ts';

const NOW = Date.parse('2026-11-02T12:34:56.789Z');
const HOUR = 3_600_000;

test('relative times become absolute, and a last place is named', () => {
  expect(freeze({ q: 'actor:maria at:-24h' }, NOW, 99)).toEqual({
    asked: 'actor:maria at:-24h',
    zone: 'UTC',
    timed: 'actor:maria at:>=2026-11-01T12:34:56.789Z',
    query: 'actor:maria at:>=2026-11-01T12:34:56.789Z seq:<=99',
  });
  expect(freeze({}, NOW, 0).query).toBe('seq:<=0');
  expect(freeze({ q: 'at:2026-11-01', zone: 'Europe/Berlin' }, NOW, 7).query).toBe(
    'at:2026-10-31T23:00:00Z..2026-11-01T22:59:59.999Z seq:<=7',
  );
  expect(freeze({ from: '-1h', to: 'now' }, NOW, 7).query).toBe('at:2026-11-02T11:34:56.789Z..2026-11-02T12:34:56.788Z seq:<=7');
});

test('a fault of the question is said at once', () => {
  expect(() => freeze({ q: 'acto:x' }, NOW, 1)).toThrow(/acto/);
  expect(() => freeze({ from: 'soon' }, NOW, 1)).toThrow(/from/);
  expect(() => freeze({ zone: 'Mars/Base' }, NOW, 1)).toThrow(/zone|Mars/);
});

test('it asks for the same events as the question did when it was frozen, whenever that is', () => {
  const time = fc.constantFrom(
    '-24h',
    '-1h',
    'now',
    'today',
    'yesterday',
    '2026',
    '2026-11',
    '2026-11-02',
    '2026-11-02T10:00',
    '0001',
    '9999',
  );
  const term = fc.oneof(
    time.map((text) => `at:${text}`),
    fc.tuple(fc.constantFrom('>', '>=', '<', '<='), time).map(([sign, text]) => `at:${sign}${text}`),
    fc.constantFrom('at:-2d..-1h', 'at:today..-1h', 'at:2026-10..2026-11', 'at:-1h..today', 'actor.id:a', 'seq:>3', '-seq:5'),
  );
  const signed = fc.tuple(fc.constantFrom('', '-'), term).map(([minus, text]) => minus + text.replace(/^-/, ''));
  const query = fc.array(
    fc.oneof(
      signed,
      fc.tuple(signed, signed).map(([one, other]) => `(${one} OR ${other})`),
      fc.tuple(signed, signed).map(([one, other]) => `-(${one} ${other})`),
    ),
    { maxLength: 3 },
  );
  const zone = fc.constantFrom('UTC', 'Asia/Tokyo', 'America/New_York', '+14:00', '-12:00');
  const event = fc.record({
    occurredMs: fc.oneof(
      fc.integer({ min: NOW - 100 * HOUR, max: NOW + HOUR }),
      fc.constantFrom(NOW, NOW - HOUR, NOW - 24 * HOUR, Date.parse('2026-11-02'), Date.parse('9999-12-31T23:59:59.999Z')),
    ),
    seq: fc.integer({ min: 0, max: 12 }),
    actor: fc.constantFrom('a', 'b'),
  });
  fc.assert(
    fc.property(query, zone, fc.array(event, { minLength: 1, maxLength: 8 }), (terms, where, events) => {
      const q = terms.join(' ');
      try {
        parse(q);
      } catch {
        return;
      }
      const frozen = freeze({ q, zone: where }, NOW, 9).query;
      for (const { occurredMs, seq, actor } of events) {
        const of = {
          occurredAt: new Date(occurredMs).toISOString(),
          actor: { type: 'user', id: actor, attribution: 'none' },
        } as Partial<AuditEvent>;
        const meant = seq <= 9 && matches(parse(q), of, { seq, nowMs: NOW, zone: where });
        expect({ q, frozen, is: matches(parse(frozen), of, { seq, nowMs: NOW + 50 * HOUR, zone: 'Asia/Kathmandu' }) }).toEqual({
          q,
          frozen,
          is: meant,
        });
      }
    }),
    { numRuns: 500 },
  );
});
