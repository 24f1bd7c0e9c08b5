// A reverse of a change that is not the last one: nothing is undone that was changed again since, and what was not still is.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { diff, sameJson } from '../event/diff.ts';
import type { Change, Json, JsonObject } from '../event/types.ts';
import { created, event, ms, patched, row, updated } from './history.test.fixture.ts';
import { isObject, isWithin } from './leaves.ts';
import { type CurrentReverse, reverseOf, stillReversible } from './reverse.ts';
import { stateAt } from './state.ts';
import type { CaptureGap, HistoryEvent } from './types.ts';

const NOW = 100;

/** The reverse of one of some events, as things are after all of them. */
function reverse(events: readonly HistoryEvent[], place: number, gaps: readonly CaptureGap[] = []): CurrentReverse {
  const undone = events[place] as HistoryEvent;
  const change = undone.change as Change;
  const found = reverseOf(change);
  if (found === undefined) throw new TypeError('the event made or removed it');
  return stillReversible(found, change.after ?? {}, undone, stateAt(events, ms(NOW), gaps));
}

function at(root: JsonObject, field: string): Json | undefined {
  let value: Json | undefined = root;
  for (const step of field.split('/').map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as JsonObject)[step];
  }
  return value;
}

function isSame(one: Json | undefined, other: Json | undefined): boolean {
  return one === undefined || other === undefined ? one === other : sameJson(one, other);
}

test('a field that was removed and set again is left out and named; the others are undone', () => {
  const [before, after, later] = [{ n: 1, cfg: { x: 1, y: 1 } }, { cfg: { y: 2 } }, { n: 7, cfg: { y: 2 } }];
  const events = [created(1, before), updated(2, before, after), updated(3, after, later)];
  const found = reverse(events, 1);
  expect(found).toEqual({
    patch: [
      { op: 'test', path: '/cfg/y', value: 2 },
      { op: 'replace', path: '/cfg/y', value: 1 },
      { op: 'add', path: '/cfg/x', value: 1 },
    ],
    notRestorable: [],
    changedSince: ['n'],
  });
  expect(patched(later, found.patch)).toEqual({ n: 7, cfg: { x: 1, y: 1 } });
});

test('whatever happens later, the patch fits, changes back what is as it was left, and nothing else', () => {
  fc.assert(
    fc.property(row, row, row, (before, after, later) => {
      const events = [created(1, before), updated(2, before, after), updated(3, after, later)];
      const { patch, changedSince } = reverse(events, 1);
      const result = patched(later, patch);
      const again = diff(after, later);
      for (const field of diff(later, result)) expect(isSame(at(later, field), at(after, field))).toBe(true);
      for (const field of diff(before, after)) {
        if (changedSince.some((name) => isWithin(field, name) || isWithin(name, field))) continue;
        // An object without members is a leaf, and what comes into it since is nobody's to undo.
        if (isObject(at(before, field)) && isObject(at(after, field))) continue;
        expect(isSame(at(before, field), at(result, field))).toBe(true);
      }
      if (again.length === 0) expect(changedSince).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test('what lies in an object that is gone is not put back into it', () => {
  const [before, after, later] = [{ cfg: { x: 1, y: 1 } }, { cfg: { y: 1 } }, {}];
  expect(reverse([created(1, before), updated(2, before, after), updated(3, after, later)], 1)).toMatchObject({
    patch: [],
    changedSince: ['cfg/x'],
  });
});

test('of a resource that was removed since, and of one that was made anew, nothing is left', () => {
  const [before, after] = [{ a: 1 }, { a: 2 }];
  const events = [created(1, before), updated(2, before, after), event(3, 'deleted', 'delete', { before: after })];
  const nothing = { patch: [], notRestorable: [], changedSince: [''] };
  expect(reverse(events, 1)).toEqual(nothing);
  expect(reverse([...events, created(4, after)], 1)).toEqual(nothing);
});

test('in doubt nothing is put where something may be; what a test guards stays', () => {
  const [before, after] = [{ a: 1, n: 1 }, { a: 2 }];
  const events = [created(1, before), updated(2, before, after)];
  const gap = { from: events[1]?.occurredAt ?? '', detail: 'the capture stood still' };
  expect(reverse(events, 1).changedSince).toEqual([]);
  const guarded = [
    { op: 'test', path: '/a', value: 2 },
    { op: 'replace', path: '/a', value: 1 },
  ];
  expect(reverse(events, 1, [gap])).toEqual({ patch: guarded, notRestorable: [], changedSince: ['n'] });
  expect(reverse([...events, event(3, 'updated', 'update')], 1)).toEqual({ patch: guarded, notRestorable: [], changedSince: ['n'] });
});

test('a secret that stands in the place of a value has no test: who set it must be the event', () => {
  const secret = { redacted: 'api_key' };
  const [before, after] = [{ key: 'plain' }, { key: secret }];
  const events = [created(1, before), updated(2, before, after)];
  expect(reverse(events, 1)).toMatchObject({ patch: [{ op: 'replace', path: '/key', value: 'plain' }], changedSince: [] });
  const rotated = event(3, 'updated', 'update', { before: after, after, fields: ['key'] });
  expect(reverse([...events, rotated], 1)).toMatchObject({ patch: [], changedSince: ['key'] });
});
