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

/** As the server would write it, with a place that it never writes. */
function written(position: object, nowMs = state.nowMs): string {
  return writeCursor(print, { nowMs, position: { ...state.position, ...position } });
}

/** As somebody else would. */
function altered(content: object): string {
  const whole = JSON.parse(Buffer.from(writeCursor(print, state), 'base64url').toString('utf8')) as object;
  return Buffer.from(JSON.stringify({ ...whole, ...content })).toString('base64url');
}

test.each([
  ['nothing', ''],
  ['no base64url', '%%%'],
  ['no JSON', Buffer.from('{').toString('base64url')],
  ['no object', Buffer.from('null').toString('base64url')],
  ['another version', altered({ v: 1 })],
  ['a text for a time', written({ occurredMs: "1'; drop table x; --" as unknown as number })],
  ['a time beyond the calendar', written({ occurredMs: 9e15 })],
  ['the first time that a date can hold', written({ occurredMs: -8_640_000_000_000_000 })],
  ['the last time that a date can hold, for now', written({}, 8_640_000_000_000_000)],
  ['a fraction for a sequence number', written({ seq: 0.5 })],
  ['another place', altered({ s: 8 })],
  ['another time', altered({ o: 1_780_000_000_000 })],
  ['another now', altered({ n: 1_780_000_000_001 })],
  ['far too much', 'A'.repeat(100_000)],
])('a cursor of %s is refused', (_, cursor) => {
  expect(() => readCursor(print, cursor)).toThrow(expect.objectContaining({ code: 'cursor_invalid' }));
});
