import { stripVTControlCharacters } from 'node:util';
import type { Doubt } from '@indelible/core';
import { expect, test } from 'vitest';
import type { ReverseAnswer } from '../query/reverse.ts';
import type { StateAnswer } from '../query/state.ts';
import { alignedTable } from './state-table.ts';
import { compareLines, doubtText, reverseLines, stateLines } from './state-text.ts';
import { width } from './text-width.ts';

const at = '2026-11-22T20:00:00.123Z';
const setBy = { event: 'e1', seq: 1, at, action: 'bot.updated', actor: { type: 'user', id: 'usr_1', attribution: 'verified' } } as const;
const state: StateAnswer = {
  resource: { type: 'bot', id: '1' },
  at,
  standing: 'present',
  values: {},
  fields: [
    { field: 'prompt', value: 'You are a helpful assistant. '.repeat(30), setBy },
    { field: `long/${'x'.repeat(80)}`, value: { a: [1] }, setBy: { ...setBy, observed: true } },
    { field: 'old', value: '' },
  ],
  doubts: [],
};

test('a table is no wider than the terminal, and whole without one', () => {
  for (const columns of [90, 120, 200]) {
    const lines = stateLines(state, { columns, zone: 'UTC' }).map(stripVTControlCharacters);
    for (const line of lines) expect(width(line)).toBeLessThanOrEqual(columns);
    expect(lines.join('\n')).toMatch(/seen, not set/);
    expect(lines.join('\n')).toMatch(/old +"" +not known/);
  }
  const whole = stripVTControlCharacters(stateLines(state, { columns: undefined, zone: 'UTC' }).join('\n'));
  expect(whole).toContain('You are a helpful assistant. '.repeat(30).trimEnd());
  expect(
    alignedTable(
      [{ title: 'A', right: true }, { title: 'B' }],
      [
        ['1', 'x'],
        ['100', 'y'],
      ],
      undefined,
    ).map(stripVTControlCharacters),
  ).toEqual(['  A  B', '  1  x', '100  y']);
});

test('each doubt in words', () => {
  const doubts: Doubt[] = [
    { kind: 'gap', from: at, detail: 'changes may be missing' },
    { kind: 'gap', from: at, to: at, detail: 'changes may be missing' },
    { kind: 'unrecorded_change', fields: ['a', 'b'], after: at, before: at },
    { kind: 'values_missing', event: 'e1', at, action: 'bot.updated' },
    { kind: 'field_unknown', field: '', reason: 'the row was too large', event: 'e1' },
  ];
  expect(doubts.map((doubt) => doubtText(doubt, { zone: '+01:00' }))).toEqual([
    'changes may be missing, from 2026-11-22 21:00:00 on',
    'changes may be missing, from 2026-11-22 21:00:00 to 2026-11-22 21:00:00',
    'a, b: changed between 2026-11-22 21:00:00 and 2026-11-22 21:00:00, and that was not recorded',
    'bot.updated e1 of 2026-11-22 21:00:00 does not say what it changed: its values were not sent, or were erased',
    'some fields: not known, because the row was too large',
  ]);
});

const COLOUR = new RegExp(`${String.fromCodePoint(27)}\\[\\d+m`, 'g');
const ESCAPE = '\u001b]0;owned\u0007\u001b[2J\u009b31m\u202e';

test('nothing in a state can drive the terminal', () => {
  const hostile: StateAnswer = {
    ...state,
    resource: { type: 'bot', id: ESCAPE, name: ESCAPE },
    fields: [{ field: ESCAPE, value: ESCAPE, setBy: { ...setBy, action: ESCAPE, actor: { ...setBy.actor, id: ESCAPE } } }],
    doubts: [{ kind: 'field_unknown', field: ESCAPE, reason: ESCAPE, event: 'e1' }],
    last: { ...setBy, action: ESCAPE },
  };
  const compared = compareLines(
    {
      resource: hostile.resource,
      from: hostile,
      to: hostile,
      deltas: [{ field: ESCAPE, before: ESCAPE, after: { [ESCAPE]: ESCAPE }, kind: 'changed', setBy }],
      patch: [],
      notRestorable: [ESCAPE],
    },
    { columns: 100, zone: 'UTC' },
  );
  for (const line of [...stateLines(hostile, { columns: 100, zone: 'UTC' }), ...compared])
    expect(line.replaceAll(COLOUR, '')).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
});

test.each<[ReverseAnswer['kind'], readonly string[], string]>([
  ['patch', ['n', 'cfg/x'], '! left out, because they were changed again since: n, cfg/x'],
  ['patch', [''], '! it was removed since: there is nothing left to undo'],
  ['remove', ['n'], '! changed again since, and lost if it is removed: n'],
  ['remove', [''], '! it was removed since: there is nothing left to undo'],
  ['create', [''], '! it was made again since'],
])('the reverse of a change, %s, of which %j was changed again since', (kind, changedSince, line) => {
  const event = { id: 'e1', seq: 1, at, action: 'bot.updated' };
  const answer: ReverseAnswer = { resource: { type: 'bot', id: '1' }, event, kind, patch: [], notRestorable: [], changedSince };
  const lines = reverseLines(answer, { columns: 100, zone: 'UTC' }).map(stripVTControlCharacters);
  expect(lines.at(-1)).toBe(line);
  expect(reverseLines({ ...answer, changedSince: [] }, { columns: 100, zone: 'UTC' })).toHaveLength(lines.length - 1);
});
