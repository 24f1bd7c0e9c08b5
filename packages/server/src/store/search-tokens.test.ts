import { searchWords } from '@indelible/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tokenOfChanged, tokenOfPrefix, tokensOfWord } from './search-tokens.ts';

test('whatever a word begins with leads to it, from three characters on', () => {
  const words = fc.string({ unit: 'grapheme', minLength: 1 }).map((text) => searchWords(text)[0] ?? 'word');
  fc.assert(
    fc.property(words, fc.nat(70), (word, chars) => {
      const begun = word.slice(0, chars);
      const token = tokenOfPrefix(begun);
      if (token === undefined) expect(begun.length).toBeLessThan(3);
      else expect(tokensOfWord(word)).toContain(token);
    }),
  );
});

test('a word has itself and some of its beginnings, and no word is what stands for something else', () => {
  expect(tokensOfWord('quarterly')).toEqual(['quarterly', 'qua*', 'quart*', 'quarter*']);
  expect(tokensOfWord('a')).toEqual(['a']);
  expect(tokenOfPrefix('quarte')).toBe('quart*');
  expect(tokenOfPrefix('qu')).toBeUndefined();
  for (const token of [tokenOfChanged('model'), ...tokensOfWord('quarterly').slice(1)]) expect(searchWords(token)).not.toEqual([token]);
});
