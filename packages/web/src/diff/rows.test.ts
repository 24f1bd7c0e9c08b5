import type { Change, Json } from '@indelible/core/event';
import { diff } from '@indelible/core/event';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countRows, type Row, rowsOf, rowsOfDeltas } from './rows.ts';

const change = (before: Change['before'], after: Change['after'], more: Partial<Change> = {}): Change => ({
  ...(before && { before }),
  ...(after && { after }),
  fields: diff(before, after),
  ...more,
});
const told = (rows: readonly Row[]): string[] => rows.filter(({ mark }) => mark !== 'same').map(({ id, mark }) => `${mark} ${id}`);

test('changed fields by path, the unchanged ones among all', () => {
  const rows = rowsOf(
    change({ model: 'a', config: { limits: { max: 1 }, on: true } }, { model: 'b', config: { limits: { max: 2 }, on: true } }),
  );
  expect(told(rows)).toEqual(['changed config/limits/max', 'changed model']);
  expect(countRows(rows)).toMatchObject({ changed: 2, same: 1 });
});

test('what was made and what was deleted is told field by field', () => {
  expect(told(rowsOf(change(undefined, { name: 'x', config: { a: 1 } })))).toEqual(['added config/a', 'added name']);
  expect(told(rowsOf(change({ name: 'x', empty: {} }, undefined)))).toEqual(['removed empty', 'removed name']);
});

test('null, missing and empty are three things', () => {
  const rows = rowsOf(change({ a: null, b: '', c: 1 }, { a: '', b: null }));
  expect(rows.map(({ mark, before, after }) => [mark, before, after])).toEqual([
    ['changed', { kind: 'value', value: null }, { kind: 'value', value: '' }],
    ['changed', { kind: 'value', value: '' }, { kind: 'value', value: null }],
    ['removed', { kind: 'value', value: 1 }, { kind: 'absent' }],
  ]);
});

test('a type that changed is said; null has none', () => {
  const rows = rowsOf(change({ n: '1', o: null }, { n: 1, o: 'x' }));
  expect(rows.map(({ retyped }) => retyped)).toEqual([{ from: 'text', to: 'number' }, undefined]);
});

test('items with an id are known by it: one inserted in front changes nothing else', () => {
  const step = (id: string, model: string): Json => ({ id, model });
  const rows = rowsOf(
    change(
      { steps: [step('a', 'm1'), step('b', 'm1'), step('c', 'm1')] },
      { steps: [step('z', 'm1'), step('a', 'm1'), step('b', 'm2'), step('c', 'm1')] },
    ),
  );
  expect(told(rows)).toEqual(['added steps/[id z]', 'changed steps/[id b]/model']);
  expect(rows.every(({ field }) => field === 'steps')).toBe(true);
});

test('an item that only changed its place is moved', () => {
  const rows = rowsOf(change({ steps: [{ id: 1 }, { id: 2 }, { id: 3 }] }, { steps: [{ id: 3 }, { id: 1 }, { id: 2 }] }));
  expect(told(rows)).toEqual(['moved steps/[id 3]']);
  expect(rows.find(({ mark }) => mark === 'moved')?.moved).toEqual({ from: 2, to: 0 });
});

test('items without an id go by their order', () => {
  const rows = rowsOf(change({ rules: [{ if: 'a' }, { if: 'b' }, { if: 'c' }] }, { rules: [{ if: 'a' }, { if: 'x' }, { if: 'c' }] }));
  expect(told(rows)).toEqual(['changed rules/[1]/if']);
  expect(told(rowsOf(change({ rules: [{ if: 'a' }, { if: 'b' }] }, { rules: [{ if: 'b' }] })))).toEqual(['removed rules/[was 0]']);
});

test('lists of plain values are one row with their items', () => {
  const [row] = rowsOf(change({ scopes: ['read', 'write'] }, { scopes: ['read', 'admin'] }));
  expect(row?.mark).toBe('changed');
  expect(row?.items?.map(({ kind, before, after }) => [kind, (after ?? before)?.value])).toEqual([
    ['same', 'read'],
    ['removed', 'write'],
    ['added', 'admin'],
  ]);
});

test('a secret that changed is changed, by its rule; one that did not is the same', () => {
  const secret = { redacted: 'api_key' };
  const rows = rowsOf({ before: { apiKey: secret, old: secret }, after: { apiKey: secret, old: secret }, fields: ['apiKey'] });
  expect(rows.map(({ mark, after }) => [mark, after])).toEqual([
    ['changed', { kind: 'redacted', rule: 'api_key' }],
    ['same', { kind: 'redacted', rule: 'api_key' }],
  ]);
});

test('a secret within a list is told although both lists look the same', () => {
  const hooks = [{ id: 1, secret: { redacted: 'secret' } }];
  const rows = rowsOf({ before: { hooks }, after: { hooks }, fields: ['hooks/0/secret'] });
  expect(rows.find(({ field }) => field === 'hooks/0/secret')).toMatchObject({
    mark: 'changed',
    before: { kind: 'redacted', rule: 'secret' },
  });
});

test('a value that could not be had is unknown, and never nothing', () => {
  const rows = rowsOf({
    before: { a: 1 },
    after: { a: 1, prompt: 'x' },
    fields: ['prompt'],
    unavailable: [{ field: 'prompt', reason: 'toast' }],
  });
  expect(rows.find(({ field }) => field === 'prompt')).toMatchObject({ mark: 'changed', before: { kind: 'unknown', reason: 'toast' } });
  const alone = rowsOf({ before: { a: 1 }, after: { a: 2 }, fields: ['a'], unavailable: [{ field: 'body', reason: 'toast' }] });
  expect(alone.find(({ field }) => field === 'body')).toMatchObject({ mark: 'unknown', after: { kind: 'unknown', reason: 'toast' } });
});

test('a value too large is told by its size and digest', () => {
  const omitted = { omitted: 'too large', bytes: 300_000, sha256: 'ab' };
  const [row] = rowsOf({ after: { body: omitted }, fields: ['body'], unavailable: [{ field: 'body', reason: 'too large' }] });
  expect(row).toMatchObject({ mark: 'added', before: { kind: 'absent' }, after: { kind: 'omitted', bytes: 300_000 } });
});

test('the deltas of two states', () => {
  const rows = rowsOfDeltas([
    { field: 'config/a', before: 1, after: 2, kind: 'changed' },
    { field: 'secret', before: { redacted: 'secret' }, after: { redacted: 'secret' }, kind: 'changed' },
    { field: 'gone', before: 'x', kind: 'removed' },
  ]);
  expect(told(rows)).toEqual(['changed config/a', 'changed secret', 'removed gone']);
});

test('property: equal sides have no changed row, ids are unique, every changed field is told', () => {
  const value = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;
  const record = fc.dictionary(fc.constantFrom('a', 'b', 'c/d', 'e~f', 'id'), value, { maxKeys: 4 });
  fc.assert(
    fc.property(record, record, (before, after) => {
      expect(told(rowsOf(change(before, before)))).toEqual([]);
      const rows = rowsOf(change(before, after));
      expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
      expect(told(rows).length === 0).toBe(diff(before, after).length === 0);
    }),
  );
});
