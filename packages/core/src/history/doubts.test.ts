// Doubts, when they end, and what does not end them.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject } from '../event/types.ts';
import { at, created, event, ms, row, updated } from './history.test.fixture.ts';
import { stateAt } from './state.ts';
import { startsAnew } from './telling.ts';
import type { HistoryEvent } from './types.ts';

const gaps = [{ from: at(4), to: at(6), detail: 'slot lost' }];
const truncated = (minute: number): HistoryEvent => ({ ...event(minute, 'truncated', 'delete'), resource: { type: 'bot' } });

test('only what shows the whole resource ends the doubt of a gap', () => {
  const touched = event(8, 'published', 'update', undefined, 'api');
  const partly = event(9, 'renamed', 'update', { before: { a: 1 }, after: { a: 2 } }, 'api');
  const events = [created(1, { a: 1, b: 1 }), touched, partly];
  expect(stateAt(events, ms(9), gaps).doubts.map(({ kind }) => kind)).toEqual(['values_missing', 'gap']);
  expect(stateAt([...events, updated(10, { a: 2, b: 1 }, { a: 3, b: 1 })], ms(10), gaps).doubts).toEqual([]);
  expect(stateAt([...events, event(10, 'deleted', 'delete')], ms(10), gaps).doubts).toEqual([]);
});

test('an unrecorded change is over for the fields that were set again', () => {
  const events = [created(1, { a: 1, b: 1, c: 1 }), updated(5, { a: 7, b: 7, c: 1 }, { a: 7, b: 7, c: 2 })];
  expect(stateAt(events, ms(5)).doubts).toMatchObject([{ kind: 'unrecorded_change', fields: ['a', 'b'] }]);
  const later = [...events, updated(6, { a: 7, b: 7, c: 2 }, { a: 8, b: 7, c: 2 })];
  expect(stateAt(later, ms(6)).doubts).toEqual([{ kind: 'unrecorded_change', fields: ['b'], after: at(1), before: at(5) }]);
  expect(stateAt([...later, updated(7, { a: 8, b: 7, c: 2 }, { a: 8, b: 8, c: 2 })], ms(7)).doubts).toEqual([]);
});

test('an event whose values were erased is known, and the next one tells what it changed', () => {
  const events = [created(1, { a: 1, b: 1 }), event(2, 'updated', 'update'), updated(3, { a: 5, b: 1 }, { a: 5, b: 2 })];
  expect(stateAt(events, ms(2)).doubts).toEqual([{ kind: 'values_missing', event: 'e2', at: at(2), action: 'bot.updated' }]);
  const state = stateAt(events, ms(3));
  // It was recorded, so nothing is said of an unrecorded change; that it set a is likely, and not certain.
  expect(state.doubts).toMatchObject([{ kind: 'values_missing', event: 'e2' }]);
  expect(state).toMatchObject({
    values: { a: 5, b: 2 },
    fields: [
      { field: 'a', value: 5 },
      { field: 'b', setBy: { event: 'e3' } },
    ],
  });
  expect(state.fields[0]?.setBy).toBeUndefined();
  expect(stateAt([...events, updated(4, { a: 5, b: 2 }, { a: 6, b: 2 })], ms(4)).doubts).toEqual([]);
  expect(stateAt([created(1, { a: 1 }), event(2, 'updated', 'update'), updated(3, { a: 1 }, { a: 2 })], ms(3)).doubts).toEqual([]);
});

test('a value that is not known is doubted once, until it is known', () => {
  const unavailable = [{ field: 'body', reason: 'stored out of line' }];
  const change = (from: number): HistoryEvent =>
    event(from, 'updated', 'update', { before: { id: from }, after: { id: from + 1 }, fields: ['id'], unavailable });
  const events = [change(2), change(3), change(4)];
  expect(stateAt(events, ms(4)).doubts).toEqual([{ kind: 'field_unknown', field: 'body', reason: 'stored out of line', event: 'e4' }]);
  expect(stateAt([...events, updated(5, { id: 5 }, { id: 5, body: 'new' })], ms(5)).doubts).toEqual([]);
});

test('a sender may say of a part of a value that it could not be had', () => {
  const unavailable = [{ field: 'config/limits', reason: 'not sent' }];
  const events = [event(1, 'created', 'create', { after: { config: { max: 1 } }, unavailable }, 'api')];
  expect(stateAt(events, ms(1)).doubts).toMatchObject([{ kind: 'field_unknown', field: 'config/limits' }]);
  const told = event(2, 'updated', 'update', { before: { config: { max: 1 } }, after: { config: { max: 1, limits: 3 } } }, 'api');
  expect(stateAt([...events, told], ms(2)).doubts).toEqual([]);
});

test('columns that were left out of a row too large did not change and stay', () => {
  const narrow = (before: JsonObject, after: JsonObject, fields: string[]): HistoryEvent =>
    event(2, 'updated', 'update', { before, after, fields, unavailable: [{ field: '', reason: '1 column is left out' }] });
  const kept = stateAt([created(1, { a: 1, b: 1 }), narrow({ a: 1 }, { a: 2 }, ['a'])], ms(2));
  expect(kept).toMatchObject({ values: { a: 2, b: 1 }, doubts: [] });
  expect(stateAt([narrow({ a: 1 }, { a: 2 }, ['a'])], ms(2)).doubts).toMatchObject([{ kind: 'field_unknown', field: '' }]);
  const nothing = stateAt([created(1, { a: 1, b: 1 }), narrow({}, {}, [])], ms(2));
  expect(nothing).toMatchObject({ values: { a: 1, b: 1 }, doubts: [{ kind: 'values_missing', event: 'e2' }] });
});

test('an observation that finds what was known does not hide who set it', () => {
  const seen = event(5, 'observed', 'read', { after: { a: 1, b: 7 } });
  const state = stateAt([created(1, { a: 1, b: 1 }), seen], ms(5));
  expect(state.fields.map(({ field, setBy }) => [field, setBy?.event, setBy?.observed])).toEqual([
    ['a', 'e1', undefined],
    ['b', 'e5', true],
  ]);
});

test('a truncation removes what is there; what comes into being later was absent then', () => {
  expect(stateAt([created(1, { a: 1 }), truncated(2)], ms(2))).toMatchObject({ standing: 'deleted', last: { event: 'e2' } });
  expect(stateAt([truncated(1), truncated(2), updated(5, { a: 1 }, { a: 2 })], ms(3))).toMatchObject({ standing: 'absent', values: {} });
  expect(stateAt([truncated(1), updated(5, { a: 1 }, { a: 2 })], ms(5))).toMatchObject({ standing: 'present', values: { a: 2 } });
  const deleted = event(2, 'deleted', 'delete', { before: { a: 1 } });
  expect(stateAt([created(1, { a: 1 }), deleted, truncated(3)], ms(3)).last?.event).toBe('e2');
  expect(stateAt([truncated(3), updated(5, { a: 1 }, { a: 2 })], ms(2))).toMatchObject({ standing: 'unknown', knownSince: at(5) });
});

/** What may happen to a resource, whichever state it is in. */
const step = fc.oneof(
  fc.record({ kind: fc.constant('made' as const), after: row }),
  fc.record({ kind: fc.constant('changed' as const), before: row, after: row, api: fc.boolean() }),
  fc.record({ kind: fc.constant('observed' as const), after: row }),
  fc.record({ kind: fc.constantFrom('removed' as const, 'erased' as const, 'viewed' as const, 'truncated' as const) }),
);

function eventOf(happens: typeof step extends fc.Arbitrary<infer Step> ? Step : never, minute: number): HistoryEvent {
  switch (happens.kind) {
    case 'made':
      return created(minute, happens.after);
    case 'changed':
      return event(minute, 'updated', 'update', { before: happens.before, after: happens.after }, happens.api ? 'api' : 'postgres');
    case 'observed':
      return event(minute, 'observed', 'read', { after: happens.after });
    case 'removed':
      return event(minute, 'deleted', 'delete', { before: { a: 1 } });
    case 'erased':
      return event(minute, 'updated', 'update');
    case 'viewed':
      return event(minute, 'viewed', 'read');
    case 'truncated':
      return truncated(minute);
  }
}

test('nothing before the event that made or removed a resource matters to its state', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
      const events = steps.map((happens, minute) => ({ resource: { type: 'bot', id: '1' }, ...eventOf(happens, minute) }));
      const own = events.findLastIndex((candidate) => candidate.resource.id !== undefined && startsAnew(candidate));
      const now = ms(steps.length);
      expect(stateAt(events.slice(Math.max(0, own)), now, gaps)).toEqual(stateAt(events, now, gaps));
    }),
    { numRuns: 500 },
  );
});
