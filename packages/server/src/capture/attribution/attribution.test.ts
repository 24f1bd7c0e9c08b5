// When a message proves who acted: genuine, in time, and in its own database.

import { makeRedaction } from '@indelible/core';
import { newNonce, sealMessage } from '@indelible/sdk';
import { expect, test } from 'vitest';
import { UNATTRIBUTED, openAttribution, provesIn, weakened } from './attribution.ts';

const KEY = 'a key for tests';
const SENT_AT = Date.UTC(2026, 10, 22, 20);
const HOUR_MS = 60 * 60 * 1_000;
const MINUTE_MS = 60 * 1_000;
const redaction = makeRedaction();

function open(database?: string, key: string | undefined = KEY): ReturnType<typeof openAttribution> {
  const payload = { v: 1, nonce: newNonce(), t: SENT_AT, actor: { type: 'user', id: 'usr_maria' } } as const;
  return openAttribution(sealMessage({ ...payload, ...(database !== undefined && { database }) }, key), KEY, redaction);
}

test.each([
  ['at once', 0, true],
  ['a day later', 24 * HOUR_MS, true],
  ['more than a day later', 24 * HOUR_MS + 1, false],
  ['a month later, when its nonce is forgotten', 31 * 24 * HOUR_MS, false],
  ['by a clock five minutes behind', -5 * MINUTE_MS, true],
  ['by a clock further behind', -5 * MINUTE_MS - 1, false],
])('committed %s', (_, later, proven) => {
  expect(provesIn(open(), SENT_AT + later, 'app')).toBe(proven);
});

test('a message to another database proves nothing in this one; one that names none does', () => {
  expect(provesIn(open('app'), SENT_AT, 'app')).toBe(true);
  expect(provesIn(open('staging'), SENT_AT, 'app')).toBe(false);
  expect(provesIn(open(''), SENT_AT, 'app')).toBe(false);
  expect(provesIn(open(), SENT_AT, 'app')).toBe(true);
});

test('a message under another key, or without a time, proves nothing at all', () => {
  expect(provesIn(open('app', 'another'), SENT_AT, 'app')).toBe(false);
  expect(provesIn({ ...open('app'), sentAt: undefined }, SENT_AT, 'app')).toBe(false);
  expect(provesIn(openAttribution('no message', KEY, redaction), SENT_AT, 'app')).toBe(false);
});

test('weakened, what was verified is asserted, and nothing is made stronger than it was', () => {
  const { attributed } = open();
  expect(attributed.actor).toMatchObject({ id: 'usr_maria', attribution: 'verified' });
  expect(weakened(attributed).actor).toEqual({ ...attributed.actor, attribution: 'asserted' });
  expect(weakened(UNATTRIBUTED)).toEqual(UNATTRIBUTED);
});
