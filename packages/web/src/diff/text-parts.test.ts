import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldParts, foldValue } from './fold.ts';
import { type TextPart, textParts } from './text-parts.ts';

const marks = { same: '', removed: '-', added: '+' };
const told = (parts: readonly TextPart[]): string[] => parts.map(({ kind, text }) => marks[kind] + text);
const side = (parts: readonly TextPart[], without: TextPart['kind']): string =>
  parts.map(({ kind, text }) => (kind === without ? '' : text)).join('');

test('property: the parts make up both texts', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.array(fc.constantFrom('the ', 'bot ', 'answers\n', '🤖', '答え', '. ')).map((words) => words.join('')),
  );
  fc.assert(
    fc.property(text, text, (before, after) => {
      const parts = textParts(before, after);
      expect(side(parts, 'added')).toBe(before);
      expect(side(parts, 'removed')).toBe(after);
      expect(parts.every((part) => part.text !== '')).toBe(true);
      expect(
        foldParts(parts)
          .map((part) => part.text)
          .join(''),
      ).toBe(parts.map((part) => part.text).join(''));
    }),
  );
});

test('words, not letters', () => {
  expect(told(textParts('You are a helpful bot of Acme.', 'You are a friendly bot of Acme.'))).toEqual([
    'You are a ',
    '-helpful',
    '+friendly',
    ' bot of Acme.',
  ]);
});

test('two changed words with a blank between them are one change', () => {
  expect(told(textParts('please say yes sir to every guest', 'please say no madam to every guest'))).toEqual([
    'please say ',
    '-yes sir',
    '+no madam',
    ' to every guest',
  ]);
});

test('lines that were put in begin where a line begins', () => {
  const before = 'Be patient with everybody.\nBe exact in what you say.';
  expect(told(textParts(before, `${before}\nBe brief.`))).toEqual([before, '+\nBe brief.']);
  expect(told(textParts(before, before.replace('\n', '\nBe brief with all.\n')))).toEqual([
    'Be patient with everybody.\n',
    '+Be brief with all.\n',
    'Be exact in what you say.',
  ]);
});

test('texts that share a sign or nothing are two texts', () => {
  expect(told(textParts('small-1', 'large-2'))).toEqual(['-small-1', '+large-2']);
  expect(told(textParts('', 'new'))).toEqual(['+new']);
});

test('what was appended to a short text is added to it', () => {
  expect(told(textParts('Ticket 4812', `Ticket 4812${' and more of it'.repeat(20)}`))[0]).toBe('Ticket 4812');
});

test('a character is never split: emoji, joined marks, and words of languages without blanks', () => {
  expect(told(textParts('team 👨‍👩‍👧 of Berlin now', 'team 👨‍👩‍👦 of Berlin now'))).toEqual(['team ', '-👨‍👩‍👧', '+👨‍👩‍👦', ' of Berlin now']);
});

test('a long text: lines first, then the words of the lines that changed', () => {
  const lines = Array.from({ length: 2_000 }, (_, at) => `Line ${at} says what the bot must do.`);
  const after = lines.with(1_000, 'Line 1000 says what the bot must never do.').toSpliced(1_500, 1);
  const parts = textParts(lines.join('\n'), after.join('\n'));
  expect(told(parts).filter((part) => /^[-+]/.test(part))).toEqual(['+never ', '-Line 1500 says what the bot must do.\n']);
});

test('long stretches that did not change are folded, those beside a change are not', () => {
  const filler = 'nothing new here, '.repeat(40);
  const folded = foldParts(textParts(`${filler}red${filler}`, `${filler}blue${filler}`));
  expect(folded.map(({ kind }) => kind)).toEqual(['folded', 'same', 'removed', 'added', 'same', 'folded']);
});

test('a large value is folded by characters or lines; one that is a little larger is not', () => {
  expect(foldValue('x'.repeat(850))).toBeUndefined();
  expect(foldValue('word '.repeat(2_000))?.rest).toBeGreaterThan(8_000);
  expect(foldValue('a line of text here\n'.repeat(100))?.head.split('\n')).toHaveLength(14);
});

test('what slides to a line at the very end loses nothing', () => {
  const before = 'One line.\nTwo.';
  const after = 'One line.\nTwo.\nThree lines.\nTwo.';
  const parts = textParts(before, after);
  expect(side(parts, 'removed')).toBe(after);
  expect(side(parts, 'added')).toBe(before);
});
