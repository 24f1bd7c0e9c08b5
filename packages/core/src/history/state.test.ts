import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject } from '../event/types.ts';
import { at, created, event, ms, row, updated } from './history.test.fixture.ts';
import { stateAt } from './state.ts';
import type { HistoryEvent } from './types.ts';
import { versionsOf } from './versions.ts';

test('before it was made it was absent; afterwards each field names who set it', () => {
  const events = [
    created(1, { model: 'a', config: { max: 1, min: 0 } }),
    updated(5, { model: 'a', config: { max: 1, min: 0 } }, { model: 'a', config: { max: 2, min: 0 } }),
  ];
  expect(stateAt(events, ms(0))).toEqual({ standing: 'absent', values: {}, fields: [], doubts: [], knownSince: at(1) });
  const state = stateAt(events, ms(9));
  expect(state).toMatchObject({ standing: 'present', values: { model: 'a', config: { max: 2, min: 0 } }, doubts: [], knownSince: at(1) });
  expect(state.fields.map(({ field, value, setBy }) => [field, value, setBy?.actor?.id])).toEqual([
    ['config/max', 2, 'usr_5'],
    ['config/min', 0, 'usr_1'],
    ['model', 'a', 'usr_1'],
  ]);
  expect(stateAt(events, ms(4)).values).toEqual({ model: 'a', config: { max: 1, min: 0 } });
});

test('before the first event that is known nothing is, and who set what it did not change is not known', () => {
  const events = [updated(5, { a: 1, b: 1 }, { a: 1, b: 2 })];
  expect(stateAt(events, ms(1)).standing).toBe('unknown');
  expect(stateAt(events, ms(5)).fields).toEqual([
    { field: 'a', value: 1 },
    { field: 'b', value: 2, setBy: expect.objectContaining({ event: 'e5' }) },
  ]);
});

test('an observed row was so then or earlier', () => {
  const state = stateAt([event(3, 'observed', 'read', { after: { a: 1 } })], ms(4));
  expect(state.fields).toEqual([{ field: 'a', value: 1, setBy: expect.objectContaining({ event: 'e3', observed: true }) }]);
  expect(stateAt([event(3, 'observed', 'read', { after: { a: 1 } })], ms(2)).standing).toBe('unknown');
});

test('deleted, and made again', () => {
  const events = [created(1, { a: 1 }), event(2, 'deleted', 'delete', { before: { a: 1 } }), created(3, { b: 2 })];
  expect(stateAt(events, ms(2))).toMatchObject({ standing: 'deleted', values: {}, fields: [], last: { event: 'e2' } });
  expect(stateAt(events, ms(3))).toMatchObject({ standing: 'present', values: { b: 2 } });
  expect(stateAt([created(1, { a: 1 }), event(2, 'truncated', 'delete')], ms(2)).standing).toBe('deleted');
});

test('a sender that tells only what changed does not remove the rest', () => {
  const events = [
    event(1, 'created', 'create', { after: { a: 1, b: 1 } }, 'api'),
    event(2, 'updated', 'update', { before: { b: 1 }, after: { b: 2 } }, 'api'),
    event(3, 'updated', 'update', { before: { a: 1 }, after: {} }, 'api'),
  ];
  expect(stateAt(events, ms(2)).values).toEqual({ a: 1, b: 2 });
  expect(stateAt(events, ms(3)).values).toEqual({ b: 2 });
});

test('a value that was found otherwise than it was left tells of an unrecorded change', () => {
  const state = stateAt([created(1, { a: 1, b: 1 }), updated(5, { a: 7, b: 1 }, { a: 7, b: 2 })], ms(6));
  expect(state.doubts).toEqual([{ kind: 'unrecorded_change', fields: ['a'], after: at(1), before: at(5) }]);
  expect(state.fields.map(({ field, setBy }) => [field, setBy?.event])).toEqual([
    ['a', undefined],
    ['b', 'e5'],
  ]);
});

test('a gap is a doubt until an event shows the resource again', () => {
  const events = [created(1, { a: 1 }), updated(9, { a: 1 }, { a: 2 })];
  const gaps = [{ from: at(4), to: at(6), detail: 'slot lost' }];
  expect(stateAt(events, ms(3), gaps).doubts).toEqual([]);
  expect(stateAt(events, ms(5), gaps).doubts).toEqual([{ kind: 'gap', from: at(4), to: at(6), detail: 'slot lost' }]);
  expect(stateAt(events, ms(8), gaps).doubts).toHaveLength(1);
  expect(stateAt(events, ms(9), gaps).doubts).toEqual([]);
  expect(stateAt([], ms(9), [{ from: at(4), detail: 'open' }])).toMatchObject({ standing: 'unknown', doubts: [{ kind: 'gap' }] });
});

test('an update whose values are gone, or were never sent, is a doubt', () => {
  const state = stateAt([created(1, { a: 1 }), event(2, 'updated', 'update')], ms(2));
  expect(state).toMatchObject({ standing: 'present', values: { a: 1 }, doubts: [{ kind: 'values_missing', event: 'e2' }] });
});

test('a value that could not be had stays what it was, or is unknown', () => {
  const unavailable = [{ field: 'body', reason: 'stored out of line' }];
  const change = { before: { id: 1 }, after: { id: 2 }, fields: ['id'], unavailable };
  const kept = stateAt([created(1, { id: 1, body: 'long' }), event(2, 'updated', 'update', change)], ms(2));
  expect(kept).toMatchObject({ values: { id: 2, body: 'long' }, doubts: [] });
  const unknown = stateAt([event(2, 'updated', 'update', change)], ms(2));
  expect(unknown.doubts).toEqual([{ kind: 'field_unknown', field: 'body', reason: 'stored out of line', event: 'e2' }]);
});

test('a secret that changed is said to have been set by the event that changed it', () => {
  const hidden = { redacted: 'password' };
  const events = [
    event(1, 'created', 'create', { after: { password: hidden }, fields: ['password'] }),
    event(2, 'updated', 'update', { before: { password: hidden }, after: { password: hidden }, fields: ['password'] }),
  ];
  expect(stateAt(events, ms(2)).fields).toEqual([{ field: 'password', value: hidden, setBy: expect.objectContaining({ event: 'e2' }) }]);
});

const states = fc.array(fc.option(row, { nil: undefined, freq: 3 }), { minLength: 1, maxLength: 8 });

test('what was captured gives back every state, at every instant', () => {
  fc.assert(
    fc.property(states, (rows) => {
      const events: HistoryEvent[] = [];
      let before: JsonObject | undefined;
      rows.forEach((after, minute) => {
        if (before === undefined && after !== undefined) events.push(created(minute, after));
        else if (before !== undefined && after === undefined) events.push(event(minute, 'deleted', 'delete', { before }));
        else if (before !== undefined && after !== undefined) events.push(updated(minute, before, after));
        before = after;
      });
      rows.forEach((expected, minute) => {
        const state = stateAt(events, ms(minute));
        expect(state.values).toEqual(expected ?? {});
        expect(state.doubts).toEqual([]);
        expect(state.fields.every(({ setBy }) => setBy !== undefined)).toBe(true);
      });
    }),
  );
});

test('versions count what changed the resource, and leave out what only looked at it', () => {
  const events = [
    created(1, { a: 1 }),
    event(2, 'viewed', 'read'),
    updated(3, { a: 1 }, { a: 2 }),
    event(4, 'deleted', 'delete', { before: { a: 2 } }),
  ];
  expect(versionsOf(events).map(({ version, kind, event: id, changes }) => [version, kind, id, changes.length])).toEqual([
    [1, 'created', 'e1', 1],
    [2, 'changed', 'e3', 1],
    [3, 'deleted', 'e4', 1],
  ]);
});
