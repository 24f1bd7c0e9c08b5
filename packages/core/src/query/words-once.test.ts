// A query costs what one reading of the event costs, whatever is asked of it.

import { expect, test } from 'vitest';
import { QUERY_WORDS_MAX } from '../limits.ts';
import { readingOf } from './event-reading.ts';
import { matches } from './matches.ts';
import { parse } from './parse.ts';

const CONTEXT = { seq: 1, nowMs: 0 };

/** An event that counts how often its text is read. */
function counted(text: string): { readonly event: object; readonly reads: () => number } {
  let reads = 0;
  const context = {
    get reason(): string {
      reads++;
      return text;
    },
  };
  return { event: { context }, reads: () => reads };
}

const many = Array.from({ length: QUERY_WORDS_MAX }, (_, index) => `absent${index}`);

test.each([
  ['joined by OR', many.join(' OR ')],
  ['excluded', many.map((word) => `-${word}`).join(' ')],
  ['in groups', `(${many.slice(0, 30).join(' OR ')}) OR -(${many.slice(30, -2).join(' OR ')}) OR "ticket 47"`],
  ['as beginnings', many.map((word) => `${word}*`).join(' OR ')],
])('the text of an event is read once for all terms, %s', (_, q) => {
  const { event, reads } = counted('about ticket 48');
  expect(matches(parse(q), event, CONTEXT)).toBe(q.includes('-'));
  expect(reads()).toBe(1);
});

test('it is read once for many queries that share its words, and not at all where nobody asks', () => {
  const { event, reads } = counted('about ticket 48');
  const reading = readingOf(event);
  expect(matches(parse('action:x OR seq:1'), event, { ...CONTEXT, reading })).toBe(true);
  expect(reads()).toBe(0);
  for (const [q, holds] of [
    ['ticket', true],
    ['"ticket 48"', true],
    ['"ticket 4"', false],
    ['"ticket 4"*', true],
    ['tick*', true],
    ['"about tick"', false],
    ['"48 about"', false],
    ['absent', false],
    ['absent*', false],
  ] as const)
    expect({ q, holds: matches(parse(q), event, { ...CONTEXT, reading }) }).toEqual({ q, holds });
  expect(reads()).toBe(1);
});

test('a phrase stands in one text, whichever term asks for it first', () => {
  const event = { actor: { type: 'user', id: 'u', name: 'red green', email: 'blue white', attribution: 'asserted' } } as const;
  for (const first of ['red', '"green blue"', 'gre*']) {
    const reading = readingOf(event);
    const holds = (q: string): boolean => matches(parse(q), event, { ...CONTEXT, reading });
    holds(first);
    expect(['"green blue"', '"red green"', '"blue white"', '"white red"', '"red green blue"'].map(holds)).toEqual([
      false,
      true,
      true,
      false,
      false,
    ]);
  }
});

test('values below a path, and changed fields, are read once for all terms', () => {
  let reads = 0;
  const counting = <Value>(value: Value): Value[] => {
    return new Proxy([value], {
      get: (target, name, receiver) => {
        if (name === '0') reads++;
        return Reflect.get(target, name, receiver) as unknown;
      },
    });
  };
  const terms = (term: (index: number) => string): string => Array.from({ length: 120 }, (_, index) => term(index)).join(' OR ');
  const value = { change: { after: { list: counting(7) }, fields: [] } };
  expect(matches(parse(terms((index) => `after.list:${index + 8} OR after.list:>${index + 8}`)), value, CONTEXT)).toBe(false);
  expect(reads).toBe(1);
  reads = 0;
  const changed = { change: { fields: counting('config/limits/max') } };
  expect(matches(parse(terms((index) => `changed:*x${index}`)), changed, CONTEXT)).toBe(false);
  expect(reads).toBeLessThanOrEqual(2);
  expect(matches(parse('changed:config/lim* changed:config -changed:limits'), changed, CONTEXT)).toBe(true);
});

test('the words of free text are limited over all terms, and the error says where', () => {
  const last = `"${many.slice(1).join(' ')}"`;
  expect(parse(`first ${last} action:bot.updated`).terms).toHaveLength(3);
  expect(() => parse(`first ${last} one -more`)).toThrow(
    expect.objectContaining({
      code: 'query_invalid',
      message: `The query has more than ${QUERY_WORDS_MAX} words of free text.`,
      details: expect.objectContaining({ position: `first ${last} `.length, expected: 'fewer words' }) as unknown,
    }),
  );
});
