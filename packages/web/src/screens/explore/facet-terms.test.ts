import { parse, print } from '@indelible/core/query';
import { expect, test } from 'vitest';
import { selectionOf, withoutFacet, withPick, withTerm } from './facet-terms.ts';

const after = (q: string, ...[facet, value, pick]: readonly [Parameters<typeof withPick>[1], string, Parameters<typeof withPick>[3]]) =>
  print(withPick(parse(q), facet, value, pick));

test('a facet shows what is picked and what is excluded', () => {
  expect(selectionOf(parse('outcome:(denied OR failure) -category:access free'), 'outcome')).toEqual({
    included: ['denied', 'failure'],
    excluded: [],
    elsewhere: [],
  });
  expect(selectionOf(parse('-resource:bot -resource:(team OR key)'), 'resource').excluded).toEqual(['bot', 'team', 'key']);
});

test('a shape that a facet cannot show is named, and stays', () => {
  for (const shape of [
    '(outcome:denied OR actor:maria)',
    'action:bot.*',
    '-(outcome:denied action:x.y)',
    'resource:bot/bot_42',
    'actor:maria',
  ]) {
    const facet = shape.includes('bot.*')
      ? 'action'
      : shape.startsWith('resource')
        ? 'resource'
        : shape.startsWith('actor')
          ? 'actor.id'
          : 'outcome';
    expect(selectionOf(parse(shape), facet).elsewhere).toEqual([print(parse(shape))]);
    expect(print(withoutFacet(parse(shape), facet))).toBe(print(parse(shape)));
    expect(after(shape, facet, 'failure', 'out')).toContain(print(parse(shape)));
  }
  // Two that must both hold are no list.
  expect(selectionOf(parse('outcome:denied outcome:failure'), 'outcome')).toEqual({
    included: ['denied'],
    excluded: [],
    elsewhere: ['outcome:failure'],
  });
});

test('picking, adding, excluding and taking back', () => {
  expect(after('', 'outcome', 'denied', 'in')).toBe('outcome:denied');
  expect(after('outcome:denied free', 'outcome', 'failure', 'in')).toBe('free outcome:(denied OR failure)');
  expect(after('outcome:(denied OR failure)', 'outcome', 'denied', 'out')).toBe('outcome:failure -outcome:denied');
  expect(after('outcome:denied', 'outcome', 'denied', 'none')).toBe('');
  expect(after('', 'actor.id', 'a "b" OR (c)', 'in')).toBe('actor.id:"a \\"b\\" OR (c)"');
  expect(selectionOf(parse(after('', 'source', 'or', 'in')), 'source').included).toEqual(['or']);
});

test('a value is filtered for and out', () => {
  expect(withTerm('actor:maria', '-outcome:success')).toBe('actor:maria -outcome:success');
  expect(withTerm('outcome:success', '-outcome:success')).toBe('-outcome:success');
  expect(withTerm('outcome:success', 'outcome:success')).toBe('outcome:success');
  expect(withTerm('a OR b', 'outcome:denied')).toBe('(a OR b) outcome:denied');
});
