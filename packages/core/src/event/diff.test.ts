import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deltasOf, diff, sameJson, type FieldDelta } from './diff.ts';
import { stepsOf } from './pointer.ts';
import type { Json, JsonObject } from './types.ts';

type Tree = { [key: string]: Json };

const KEYS = fc.constantFrom('a', 'b', 'c/d', '~', '', '__proto__', 'constructor', '0');
const TREES = fc.letrec<{ tree: Tree; value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<Json>(null, true, 0, 1, 'x', ''),
    tie('tree'),
    fc.array(tie('value'), { maxLength: 3 }),
  ),
  tree: fc.array(fc.tuple(KEYS, tie('value')), { maxLength: 4 }).map((pairs) => {
    const tree: Tree = {};
    for (const [key, value] of pairs) put(tree, key, value);
    return tree;
  }),
})).tree;

/** Assignment would meet the setter of `__proto__`. */
function put(tree: Tree, key: string, value: Json): void {
  Object.defineProperty(tree, key, { value, enumerable: true, configurable: true, writable: true });
}

function removeAt(tree: Tree, steps: readonly string[]): void {
  const [step, ...rest] = steps as [string, ...string[]];
  const inner = tree[step] as Tree;
  if (rest.length > 0) removeAt(inner, rest);
  if (rest.length === 0 || (!Array.isArray(inner) && Object.keys(inner).length === 0)) delete tree[step];
}

function setAt(tree: Tree, steps: readonly string[], value: Json): void {
  const [step, ...rest] = steps as [string, ...string[]];
  if (rest.length === 0) return put(tree, step, value);
  if (!Object.hasOwn(tree, step)) put(tree, step, {});
  setAt(tree[step] as Tree, rest, value);
}

function applied(before: JsonObject, deltas: readonly FieldDelta[]): JsonObject {
  const state = structuredClone<Tree>(before);
  for (const delta of deltas) if (delta.kind === 'removed') removeAt(state, stepsOf(delta.field));
  for (const delta of deltas) if (delta.kind !== 'removed') setAt(state, stepsOf(delta.field), delta.after as Json);
  return state;
}

test.each<[string, JsonObject | undefined, JsonObject | undefined, string[]]>([
  ['a value', { model: 'small-1', t: 0.2 }, { model: 'large-2', t: 0.2 }, ['model']],
  ['a nested leaf', { config: { limits: { max: 1, min: 0 } } }, { config: { limits: { max: 2, min: 0 } } }, ['config/limits/max']],
  ['keys that need escaping', { 'a/b': 1, '~': 1 }, { 'a/b': 2, '~': 2 }, ['a~1b', '~0']],
  ['an added and a removed branch', { old: { x: 1 } }, { fresh: { y: { z: 1 } } }, ['fresh/y/z', 'old/x']],
  ['created', undefined, { name: 'B', config: { a: 1, b: {} }, tags: ['x'] }, ['config/a', 'config/b', 'name', 'tags']],
  ['deleted', { name: 'B', config: { a: 1 } }, undefined, ['config/a', 'name']],
  ['arrays of the same length', { steps: [{ m: 1 }, { m: 2 }] }, { steps: [{ m: 1 }, { m: 3 }] }, ['steps/1/m']],
  ['arrays of different lengths', { steps: [1, 2] }, { steps: [1] }, ['steps']],
  ['another kind of value', { a: { b: 1 } }, { a: 5 }, ['a']],
  ['an emptied object', { a: { b: 1 } }, { a: {} }, ['a']],
  ['null is a value', { a: null }, {}, ['a']],
  ['nothing but the order of keys', { a: 1, b: { c: 1, d: 2 } }, { b: { d: 2, c: 1 }, a: 1 }, []],
  ['names of built-in properties', {}, { constructor: 1, toString: 2 }, ['constructor', 'toString']],
  ['neither side', undefined, undefined, []],
])('fields: %s', (_, before, after, fields) => {
  expect(diff(before, after)).toEqual(fields);
});

test('a value under an opaque key is one leaf', () => {
  const opaque = (key: string): boolean => key === 'secret';
  expect(diff({ secret: { a: 1 } }, { secret: { a: 2 } }, opaque)).toEqual(['secret']);
  expect(diff({ secret: { a: 1, b: 2 } }, { secret: { b: 2, a: 1 } }, opaque)).toEqual([]);
  expect(diff({}, { x: { secret: { a: 1 } } }, opaque)).toEqual(['x/secret']);
});

test('the fields are empty exactly when both states are the same', () => {
  fc.assert(
    fc.property(TREES, TREES, (a, b) => {
      expect(diff(a, b).length === 0).toBe(sameJson(a, b));
      expect(diff(a, structuredClone(a))).toEqual([]);
    }),
    { numRuns: 1_000 },
  );
});

test('applying the deltas to the state before gives the state after', () => {
  fc.assert(
    fc.property(TREES, TREES, (before, after) => {
      const state = applied(before, deltasOf({ before, after, fields: diff(before, after) }));
      expect(sameJson(state, after)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test('fields are sorted and do not depend on the order of keys', () => {
  fc.assert(
    fc.property(TREES, TREES, (a, b) => {
      const fields = diff(a, b);
      expect(fields).toEqual([...fields].sort());
      const turned: Tree = {};
      for (const key of Object.keys(a).reverse()) put(turned, key, a[key] as Json);
      expect(diff(turned, b)).toEqual(fields);
    }),
  );
});

test('deltas name what was added, removed and changed, and do not call an unknown earlier value "added"', () => {
  const change = {
    before: { gone: 1, kept: 'x', s: { redacted: 'secret' } },
    after: { kept: 'y', fresh: 2, body: 'long', s: { redacted: 'secret' } },
  };
  expect(
    deltasOf({
      ...change,
      fields: ['body', 'fresh', 'gone', 'kept', 's'],
      unavailable: [{ field: 'body', reason: 'unchanged TOAST value' }],
    }),
  ).toEqual([
    { field: 'body', after: 'long', kind: 'changed' },
    { field: 'fresh', after: 2, kind: 'added' },
    { field: 'gone', before: 1, kind: 'removed' },
    { field: 'kept', before: 'x', after: 'y', kind: 'changed' },
    { field: 's', before: { redacted: 'secret' }, after: { redacted: 'secret' }, kind: 'changed' },
  ]);
});
