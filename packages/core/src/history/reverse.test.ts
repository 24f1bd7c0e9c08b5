import fc from 'fast-check';
import { expect, test } from 'vitest';
import { diff } from '../event/diff.ts';
import type { JsonObject } from '../event/types.ts';
import { patched, row } from './history.test.fixture.ts';
import { patchBetween } from './json-patch.ts';
import { reverseOf } from './reverse.ts';

test('a patch turns one object into the other, and the reverse of a change undoes it', () => {
  fc.assert(
    fc.property(row, row, (before, after) => {
      expect(patched(before, patchBetween(before, after))).toEqual(after);
      const reverse = reverseOf({ before, after, fields: diff(before, after) });
      expect(reverse?.notRestorable).toEqual([]);
      expect(patched(after, reverse?.patch ?? [])).toEqual(before);
    }),
  );
});

test('a secret cannot be put back, and is said so', () => {
  const change = {
    before: { model: 'a', api: { key: { redacted: 'api_key' }, url: 'x' } },
    after: { model: 'b', api: { key: { redacted: 'api_key' }, url: 'y' } },
    fields: ['api/key', 'api/url', 'model'],
  };
  expect(reverseOf(change)).toEqual({
    notRestorable: ['api/key'],
    patch: [
      { op: 'test', path: '/model', value: 'b' },
      { op: 'test', path: '/api/url', value: 'y' },
      { op: 'replace', path: '/model', value: 'a' },
      { op: 'replace', path: '/api/url', value: 'x' },
    ],
  });
  expect(reverseOf({ after: { a: 1 }, fields: ['a'] })).toBeUndefined();
});

test('an array that holds a secret is not written back with what stands in its place', () => {
  const step = (key: string, url: string): JsonObject => ({ key: { redacted: key }, url });
  const change = { before: { steps: [step('key', 'x')], a: 1 }, after: { steps: [step('key', 'y')], a: 2 }, fields: ['a', 'steps/0/url'] };
  expect(reverseOf(change)).toEqual({
    notRestorable: ['steps'],
    patch: [
      { op: 'test', path: '/a', value: 2 },
      { op: 'replace', path: '/a', value: 1 },
    ],
  });
});

test('a value that was not sent before cannot be put back, though nobody knows whether it changed', () => {
  const unavailable = [
    { field: 'a', reason: 'no identity' },
    { field: 'long', reason: 'it did not change, and was not sent' },
  ];
  const change = { before: { id: 1 }, after: { id: 1, a: 2 }, fields: [], unavailable };
  expect(reverseOf(change)).toEqual({ patch: [], notRestorable: ['a'] });
  const tooLarge = { before: {}, after: {}, fields: [], unavailable: [{ field: '', reason: 'too large' }] };
  expect(reverseOf(tooLarge)).toEqual({ patch: [], notRestorable: [''] });
  const omitted = { before: { text: { omitted: 'too large', sha256: 'a' } }, after: { text: 'short' }, fields: ['text'] };
  expect(reverseOf(omitted)).toEqual({ patch: [], notRestorable: ['text'] });
});
