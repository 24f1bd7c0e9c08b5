import { expect, test } from 'vitest';
import { HINT_WORDS_MAX } from '../limits.ts';
import { makeBinder } from '../store/binder.ts';
import { mayHoldWords } from './text-hint.ts';

const NAMES = { tenantId: '$1', recordedFrom: '$2', recordedTo: '$3' };

function hint(words: readonly string[]): { text: string; values: unknown[] } {
  const { bind, values } = makeBinder();
  return { text: mayHoldWords(words, { bind, values, names: NAMES }), values };
}

test('the longest words are looked for, each once, in a text that is brought into lower case once', () => {
  const words = Array.from({ length: 60 }, (_, index) => 'w'.repeat((index % 20) + 1));
  const { text, values } = hint(words);
  expect(text.match(/lower\(/g)).toHaveLength(1);
  expect(values).toEqual([Array.from({ length: HINT_WORDS_MAX }, (_, index) => `%${'w'.repeat(20 - index)}%`)]);
  expect(hint(['one']).text).toBe(text);
});

test('an underscore is itself, and words that lower() does not know are left to the check', () => {
  expect(hint(['snake_case', 'a']).values).toEqual([['%snake\\_case%', '%a%']]);
  expect(hint(['a', 'über'])).toEqual({ text: 'octet_length(e.disclosures) <> length(e.disclosures)', values: [] });
});
