import { parse } from '@indelible/core';
import { expect, test } from 'vitest';
import { type Slice, sliceStatement } from '../store/read-events.ts';
import { compile } from './compile.ts';

const NOW_MS = Date.UTC(2026, 10, 22);
const SLICE: Slice = { recorded: { fromMs: 0, toMs: NOW_MS }, order: 'desc', limit: 10 };

function statement(q: string): { text: string; values: unknown[] } {
  return sliceStatement(5, SLICE, compile(parse(q), { nowMs: NOW_MS, zone: 'UTC' }).condition);
}

test('values are parameters, never text', () => {
  const value = "x'); drop table y; --";
  for (const field of ['action', 'actor', 'resource', 'related', 'onbehalfof', 'country', 'tag', 'source']) {
    for (const written of [`"${value}"`, `"${value}"*`, `*/"${value}"`]) {
      expect(statement(`${field}:${written}`).text).not.toContain('drop');
      expect(statement(`-${field}:${written}`).text).not.toContain('drop');
    }
  }
  const { text, values } = statement('actor.id:usr_1');
  expect(text).toContain('e.actor_id = $4');
  expect(values[3]).toBe('usr_1');
});

test('what is special to LIKE is escaped, and stars alone are not', () => {
  expect(statement('actor.id:50%_*\\').values[3]).toBe('50\\%\\_%\\\\');
});

test.each([
  ['seq:7', 7, 7],
  ['seq:>7', 8, Number.MAX_SAFE_INTEGER],
  ['seq:>=7 seq:<20', 7, 19],
  ['seq:5..9 seq:..7', 5, 7],
  ['-seq:5..9', 0, Number.MAX_SAFE_INTEGER],
])('%s needs the sequence numbers %d to %d', (q, from, to) => {
  expect(compile(parse(q), { nowMs: NOW_MS, zone: 'UTC' }).bounds.seq).toEqual({ from, to });
});

test.each([
  ['', Number.NEGATIVE_INFINITY],
  ['at:-24h', NOW_MS - 86_400_000],
  ['at:2026-11 at:2026-11-07..', Date.UTC(2026, 10, 7)],
  ['at:>2026-10', Date.UTC(2026, 10, 1)],
  ['at:<2026-11', Number.NEGATIVE_INFINITY],
  ['-at:2026-11', Number.NEGATIVE_INFINITY],
])('"%s" needs what occurred at %d or later', (q, fromMs) => {
  expect(compile(parse(q), { nowMs: NOW_MS, zone: 'UTC' }).bounds.occurredFromMs).toBe(fromMs);
});
