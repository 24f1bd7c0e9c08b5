// Taking a change back: what is set, and that nothing is where somebody has changed it since.

import { expect, test } from 'vitest';
import { valuesToSet } from './undo.ts';

const undoing = {
  kind: 'patch',
  patch: [
    { op: 'test', path: '/model', value: 'small-1' },
    { op: 'test', path: '/config/temperature', value: 0.9 },
    { op: 'test', path: '/updated_at', value: 'then' },
    { op: 'replace', path: '/model', value: 'large-2' },
    { op: 'add', path: '/config/temperature', value: 0.2 },
    { op: 'replace', path: '/updated_at', value: 'before' },
  ],
} as const;

test('the values from before, without the columns that the database keeps', () => {
  const row = { model: 'small-1', config: { temperature: 0.9 }, updated_at: 'now' };
  expect([...(valuesToSet(undoing, row) ?? [])]).toEqual([
    ['/model', 'large-2'],
    ['/config/temperature', 0.2],
  ]);
});

test('nothing where it was changed again, where there is no row, or where no patch undoes it', () => {
  expect(valuesToSet(undoing, { model: 'medium-2', config: { temperature: 0.9 } })).toBeUndefined();
  expect(valuesToSet(undoing, { model: 'small-1', config: {} })).toBeUndefined();
  expect(valuesToSet(undoing, undefined)).toBeUndefined();
  expect(valuesToSet({ kind: 'remove', patch: [] }, {})).toBeUndefined();
});

test('pointers are read as RFC 6901 says', () => {
  const odd = {
    kind: 'patch',
    patch: [
      { op: 'test', path: '/a~1b/~0', value: [1] },
      { op: 'replace', path: '/c', value: null },
    ],
  } as const;
  expect([...(valuesToSet(odd, { 'a/b': { '~': [1] } }) ?? [])]).toEqual([['/c', null]]);
});
