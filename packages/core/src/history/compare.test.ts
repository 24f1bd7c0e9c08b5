import { expect, test } from 'vitest';
import { compareStates } from './compare.ts';
import { created, event, ms, updated } from './history.test.fixture.ts';
import { stateAt } from './state.ts';

const hidden = { redacted: 'password' };
const events = [
  created(1, { id: 1, model: 'a', config: { max: 1 }, password: hidden, tags: ['x'] }),
  updated(
    2,
    { id: 1, model: 'a', config: { max: 1 }, password: hidden, tags: ['x'] },
    { id: 1, model: 'b', config: { max: 1, min: 0 }, password: hidden, tags: ['x', 'y'] },
  ),
  event(3, 'updated', 'update', {
    before: { id: 1, model: 'b', config: { max: 1, min: 0 }, password: hidden, tags: ['x', 'y'] },
    after: { id: 1, model: 'b', config: { max: 1, min: 0 }, password: hidden, tags: ['x', 'y'] },
    fields: ['password'],
  }),
  event(4, 'deleted', 'delete', { before: { id: 1 } }),
];

test('what differs between two instants, who set it, and the way from the one to the other', () => {
  const { deltas, patch, notRestorable } = compareStates(stateAt(events, ms(1)), stateAt(events, ms(3)));
  expect(deltas.map(({ field, kind, before, after, setBy }) => [field, kind, before, after, setBy?.event])).toEqual([
    ['config/min', 'added', undefined, 0, 'e2'],
    ['model', 'changed', 'a', 'b', 'e2'],
    ['password', 'changed', hidden, hidden, 'e3'],
    ['tags', 'changed', ['x'], ['x', 'y'], 'e2'],
  ]);
  expect(patch).toEqual([
    { op: 'replace', path: '/model', value: 'b' },
    { op: 'add', path: '/config/min', value: 0 },
    { op: 'replace', path: '/tags', value: ['x', 'y'] },
  ]);
  expect(notRestorable).toEqual(['password']);
});

test('one instant does not differ from itself, and backwards is the other way round', () => {
  const [one, two] = [stateAt(events, ms(1)), stateAt(events, ms(2))];
  expect(compareStates(one, one)).toEqual({ deltas: [], patch: [], notRestorable: [] });
  expect(compareStates(two, one).deltas).toContainEqual({ field: 'config/min', before: 0, kind: 'removed' });
  expect(compareStates(two, stateAt(events, ms(4))).deltas.every(({ kind }) => kind === 'removed')).toBe(true);
});

test('a secret of a resource that is made anew cannot be written by a patch', () => {
  const before = stateAt(events, ms(0));
  expect(compareStates(before, stateAt(events, ms(1)))).toMatchObject({ notRestorable: ['password'] });
});
