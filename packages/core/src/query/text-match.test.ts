import fc from 'fast-check';
import { expect, test } from 'vitest';
import { textMatches, toTextMatch } from './text-match.ts';

const bare = (text: string) => toTextMatch([{ text, quoted: false, position: 0 }]);

test('bare stars make globs, quoted ones do not', () => {
  expect(bare('bot.updated')).toEqual({ kind: 'equals', value: 'bot.updated' });
  expect(bare('bot.*')).toEqual({ kind: 'glob', parts: ['bot.', ''] });
  expect(bare('**a**b')).toEqual({ kind: 'glob', parts: ['', 'a', 'b'] });
  expect(bare('**')).toEqual({ kind: 'glob', parts: ['', ''] });
  const mixed = [
    { text: 'a*', quoted: true, position: 0 },
    { text: '*b', quoted: false, position: 4 },
  ];
  expect(toTextMatch(mixed)).toEqual({ kind: 'glob', parts: ['a*', 'b'] });
});

test('the ends of a glob do not overlap', () => {
  expect(textMatches(bare('ab*ba'), 'aba')).toBe(false);
  expect(textMatches(bare('ab*ba'), 'abba')).toBe(true);
  expect(textMatches(bare('a*b*c'), 'abc')).toBe(true);
  expect(textMatches(bare('a*c*c'), 'ac')).toBe(false);
  expect(textMatches(bare('Bot*'), 'bot')).toBe(false);
  expect(textMatches(bare('*'), '')).toBe(true);
});

test('a glob matches as the regular expression of it does', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
  const subject = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 });
  fc.assert(
    fc.property(letters, subject, (pattern, text) => {
      const model = new RegExp(`^${pattern.replace(/\*+/g, '.*')}$`);
      expect(textMatches(bare(pattern), text)).toBe(model.test(text));
    }),
    { numRuns: 1_000 },
  );
});
