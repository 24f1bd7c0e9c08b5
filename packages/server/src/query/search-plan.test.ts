import { parse } from '@indelible/core';
import { expect, test } from 'vitest';
import { hashWord } from '../store/search-signature.ts';
import { searchPlan } from './search-plan.ts';

const clock = { nowMs: Date.UTC(2026, 10, 20), zone: 'UTC' };
const plan = (q: string): ReturnType<typeof searchPlan> => searchPlan(parse(q), clock);

test.each(['', 'actor:maria', '-ticket', 'ticket OR bill', '(ticket actor:x) OR bill', 'tick*', '-"ticket 48"', '-(ticket OR bill)'])(
  'the index cannot narrow %j',
  (q) => {
    expect(plan(q)).toBeUndefined();
  },
);

test('every whole word that must be there is asked for, once, the longest first', () => {
  expect(plan('"Ticket 48" bill ticket')?.words).toEqual(['ticket', 'bill', '48'].map(hashWord));
  expect(plan('"ticket 48"*')?.words).toEqual([hashWord('ticket')]);
  expect(plan('ticket -bill (x OR y)')?.words).toEqual([hashWord('ticket')]);
  expect(plan('"a bb ccc dddd eeeee ffffff ggggggg hhhhhhhh iiiiiiiii jjjjjjjjjj"')?.words).toHaveLength(8);
});

test('times and terms with an index of their own are told', () => {
  expect(plan('ticket')).toMatchObject({ occurredFromMs: -Infinity, occurredToMs: Infinity, hasIndexedTerm: false });
  expect(plan('ticket at:2026-11-01..2026-11-07 actor.id:maria')).toMatchObject({
    occurredFromMs: Date.UTC(2026, 10, 1),
    occurredToMs: Date.UTC(2026, 10, 8),
    hasIndexedTerm: true,
  });
  expect(plan('ticket -at:2026 -actor.id:maria')).toMatchObject({ occurredFromMs: -Infinity, hasIndexedTerm: false });
});
