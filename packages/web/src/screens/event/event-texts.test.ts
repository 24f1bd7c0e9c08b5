import { parse } from '@indelible/core/query';
import { expect, test } from 'vitest';
import type { Event } from '../../api/queries.ts';
import { COPY_NAMES, copyOf } from './copies.ts';
import { failureOf, isOfLog } from './failure.ts';
import { type Found, termText, withTerm } from './terms.ts';

const EVENT = {
  id: '0197f0c2-6a52-7c1e-9b1a-5f2d3c4b5a69',
  tenant: "o'brien & co",
  action: 'bot.updated',
  category: 'resource',
  operation: 'update',
  outcome: 'success',
  severity: 'info',
  occurredAt: '2026-11-22T20:00:00.123Z',
  recordedAt: '2026-11-22T20:00:00.140Z',
  actor: { type: 'user', id: 'usr_maria', name: 'Maria', attribution: 'verified' },
  resource: { type: 'bot', id: 'bot_42', name: 'Support' },
  change: { before: { model: 'a' }, after: { model: 'b' }, fields: ['model'] },
  source: { kind: 'api' },
  log: 'logs.example/log/k3v9',
  seq: 1234,
} as const satisfies Event;
const PLACE = { origin: 'https://audit.example', tenant: EVENT.tenant };

test('each form of an event to take away', () => {
  const copies = Object.fromEntries(COPY_NAMES.map((name) => [name, copyOf(name, EVENT, PLACE)]));
  expect(copies['link']).toBe(`https://audit.example/events/${EVENT.id}?tenant=o%27brien+%26+co`);
  expect(JSON.parse(copies['json'] as string)).toEqual(EVENT);
  expect(copies['curl']).toBe(
    `curl -H "Authorization: Bearer $INDELIBLE_KEY" -H 'Indelible-Tenant: o'\\''brien%20%26%20co' 'https://audit.example/v1/events/${EVENT.id}'`,
  );
  expect(parse(copies['query'] as string).terms).toMatchObject([{ field: 'id', match: { value: EVENT.id } }]);
  expect(copies['citation']).toContain('"Maria changed model of bot Support from a to b", 2026-11-22T20:00:00.123Z');
  expect(copies['citation']).toContain('entry 1234 of the log logs.example/log/k3v9');
});

test.each<[Found, string]>([
  [{ field: 'actor.id', value: 'usr maria' }, 'actor.id:"usr maria"'],
  [{ field: 'ip', value: '203.0.113.77' }, 'ip:203.0.113.77'],
  [{ field: 'seq', value: '12' }, 'seq:12'],
  [{ field: 'resource', type: 'bot', value: 'bot_42' }, 'resource:bot/bot_42'],
  [{ field: 'after', path: ['config', 'a.b'], value: '5' }, 'after./config/a.b:5'],
  [{ field: 'meta', path: ['plan'], value: 'two words' }, 'meta.plan:"two words"'],
])('a value as a term that can be read again: %o', (found, term) => {
  expect(termText(found)).toBe(term);
  expect(termText(found, true)).toBe(`-${term}`);
  expect(parse(term).terms).toHaveLength(1);
});

test('a term is added to a query once', () => {
  expect(withTerm('', 'a:b')).toBe('a:b');
  expect(withTerm('c:d', 'a:b')).toBe('c:d a:b');
  expect(withTerm('c:d a:b', 'a:b')).toBe('c:d a:b');
  expect(withTerm('actor.id:x2', 'actor.id:x')).toBe('actor.id:x2 actor.id:x');
});

test('a failure names the fields that were altered, or else the hashes', () => {
  const failed = { kind: 'failed', fault: 'leaf', seq: 7, expected: 'AAA', found: 'BBB', atMs: 1 } as const;
  expect(failureOf({ ...failed, altered: [{ field: 'actor/name', expected: 'Maria', found: 'Mallory' }] }).failure).toMatchObject({
    seq: 7,
    expected: 'actor/name: Maria',
    found: 'actor/name: Mallory',
  });
  expect(failureOf({ ...failed, altered: [{ field: 'actor/age', found: 5 }] }).failure).toMatchObject({
    expected: 'actor/age: not there',
    found: 'actor/age: 5',
  });
  expect(failureOf({ ...failed, altered: [] }).failure).toMatchObject({ expected: 'AAA', found: 'BBB' });
  expect(isOfLog({ ...failed, altered: [] })).toBe(false);
  expect(isOfLog({ ...failed, fault: 'shrunk', altered: [] })).toBe(true);
});
