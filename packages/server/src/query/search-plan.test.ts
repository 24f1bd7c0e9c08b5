import { parse } from '@indelible/core';
import { expect, test } from 'vitest';
import { hashWord } from '../store/search-signature.ts';
import { searchPlan } from './search-plan.ts';

const clock = { nowMs: Date.UTC(2026, 10, 20), zone: 'UTC' };
const plan = (q: string): ReturnType<typeof searchPlan> => searchPlan(parse(q), clock);

test.each([
  '',
  'actor:maria',
  '-ticket',
  'ticket OR bill OR actor:x',
  'ti*',
  '-"ticket 48"',
  '-(ticket OR bill)',
  '-changed:model',
  'changed:mod*',
])('the index cannot narrow %j', (q) => {
  expect(plan(q)).toBeUndefined();
});

/** The tokens of each clause's alternatives. */
function asked(q: string, tokens: readonly string[]): string[][][] | undefined {
  const found = plan(q);
  const names = new Map(tokens.map((token) => [hashWord(token).first, token]));
  return found?.clauses.map((alternatives) =>
    alternatives.map((all) => all.map((token) => names.get(found.tokens[token]?.first ?? -1) ?? '?')),
  );
}

test('every whole word that must be there is asked for, once, the longest first', () => {
  expect(asked('"Ticket 48" bill ticket', ['ticket', 'bill', '48'])).toEqual([[['ticket']], [['bill']], [['48']]]);
  expect(asked('ticket -bill (actor:x OR y)', ['ticket'])).toEqual([[['ticket']]]);
  expect(plan('"a bb ccc dddd eeeee ffffff ggggggg hhhhhhhh iiiiiiiii jjjjjjjjjj"')?.tokens).toHaveLength(8);
});

test('a beginning of a word is asked for by the longest that the index has', () => {
  expect(asked('"ticket 48"*', ['ticket'])).toEqual([[['ticket']]]);
  expect(asked('tick*', ['tic*'])).toEqual([[['tic*']]]);
  expect(asked('"the quarterly"*', ['the', 'quarter*'])).toEqual([[['quarter*']], [['the']]]);
});

test('changed fields are asked for, and alternatives are', () => {
  expect(asked('changed:config/limits', ['changed:config/limits'])).toEqual([[['changed:config/limits']]]);
  expect(asked('changed:(model OR name) ticket', ['changed:model', 'changed:name', 'ticket'])).toEqual([
    [['ticket']],
    [['changed:model'], ['changed:name']],
  ]);
  // Of what must be there together, the longest word of each alternative.
  expect(asked('(ticket changed:model actor:x) OR "a bill"', ['changed:model', 'bill'])).toEqual([[['changed:model'], ['bill']]]);
  // More alternatives than are asked for.
  expect(plan('a1 OR a2 OR a3 OR a4 OR a5 OR a6 OR a7 OR a8 OR a9')).toBeUndefined();
});

test('what the index finds is mostly what is meant where nothing else is asked for', () => {
  for (const q of ['ticket', 'ticket changed:model at:-7d', 'ticket OR bill', '"a b"*']) expect(plan(q)?.isWhole ?? true).toBe(true);
  for (const q of ['ticket -bill', 'ticket outcome:denied', 'ticket ti*']) expect(plan(q)?.isWhole).toBe(false);
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
