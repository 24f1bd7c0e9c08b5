import { expect, test } from 'vitest';
import { fingerprint, readCursor, writeCursor } from './cursor.ts';

const print = fingerprint('events', 7, 'desc', 'actor:maria');
const state = { nowMs: 1_780_000_000_000, position: { occurredMs: -62_135_596_800_000, seq: 9_007_199_254_740_991 } };

test('a cursor reads back as what it was', () => {
  expect(readCursor(print, writeCursor(print, state))).toEqual(state);
});

test.each([
  ['another kind', fingerprint('history', 7, 'desc', 'actor:maria')],
  ['another tenant', fingerprint('events', 8, 'desc', 'actor:maria')],
  ['another order', fingerprint('events', 7, 'asc', 'actor:maria')],
  ['another question', fingerprint('events', 7, 'desc', 'actor:joe')],
])('a cursor of %s is refused', (_, other) => {
  expect(() => readCursor(other, writeCursor(print, state))).toThrow(expect.objectContaining({ code: 'cursor_invalid' }));
});

function forged(content: object): string {
  return Buffer.from(JSON.stringify(content)).toString('base64url');
}

test.each([
  ['nothing', ''],
  ['no base64url', '%%%'],
  ['no JSON', Buffer.from('{').toString('base64url')],
  ['no object', Buffer.from('null').toString('base64url')],
  ['another version', forged({ v: 2, q: print, n: 1, o: 1, s: 1 })],
  ['a text for a time', forged({ v: 1, q: print, n: 1, o: "1'; drop table x; --", s: 1 })],
  ['a time beyond the calendar', forged({ v: 1, q: print, n: 1, o: 9e15, s: 1 })],
  ['a fraction for a sequence number', forged({ v: 1, q: print, n: 1, o: 1, s: 0.5 })],
  ['far too much', 'A'.repeat(100_000)],
])('a cursor of %s is refused', (_, cursor) => {
  expect(() => readCursor(print, cursor)).toThrow(expect.objectContaining({ code: 'cursor_invalid' }));
});
