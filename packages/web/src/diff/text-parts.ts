// Two texts as one, word by word: what both have, what was taken out, what was put in. Long texts are told apart by
// line first, so that the work is bounded.

import { align } from './align.ts';

export interface TextPart {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
}

/** Longer texts are compared by line before they are compared by word. */
const WORDS_CHARS_MAX = 8_000;
/** A changed stretch longer than this is shown as replaced: nobody reads it word by word. */
const STRETCH_CHARS_MAX = 20_000;
/** Two texts are one that was changed when they share this much of the longer one, or of the shorter one. */
const COMMON_OF_LONGER_MIN = 0.25;
const COMMON_OF_SHORTER_MIN = 0.6;
/** What stands between two changes and is no longer than this joins them, where it is not a word. */
const JOINT_CHARS_MAX = 3;
const SLIDE_CHARS_MAX = 500;

const WORDS = new Intl.Segmenter('en', { granularity: 'word' });
const NOT_A_WORD = /^[^\p{L}\p{N}]*$/u;

/**
 * The parts of two texts. The parts that are not `added` make up `before`, those that are not `removed` make up `after`.
 *
 * @example textParts('a small model', 'a large model')
 * // [same "a ", removed "small", added "large", same " model"]
 */
export function textParts(before: string, after: string): TextPart[] {
  if (before === after) return parts(['same', before]);
  const raw = before.length + after.length > WORDS_CHARS_MAX ? byLine(before, after) : byWord(before, after);
  const tidy = slid(tidied(raw));
  return isAlike(tidy, before, after) ? tidy : parts(['removed', before], ['added', after]);
}

function parts(...given: readonly (readonly [TextPart['kind'], string])[]): TextPart[] {
  return given.flatMap(([kind, text]) => (text === '' ? [] : [{ kind, text }]));
}

function byLine(before: string, after: string): TextPart[] {
  const lines = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  return between(lines(before), lines(after)).flatMap((part, index, all) => {
    const next = all[index + 1];
    // What was added in the place of something comes with what it replaced.
    if (part.kind === 'added' && all[index - 1]?.kind === 'removed') return [];
    return part.kind === 'removed' && next?.kind === 'added' ? stretch(part.text, next.text) : [part];
  });
}

/** A changed stretch by word, unless it is too long or its two sides have little in common. */
function stretch(before: string, after: string): TextPart[] {
  const words = before.length + after.length > STRETCH_CHARS_MAX ? [] : tidied(byWord(before, after));
  return isAlike(words, before, after) ? words : parts(['removed', before], ['added', after]);
}

function byWord(before: string, after: string): TextPart[] {
  const words = (text: string): string[] => Array.from(WORDS.segment(text), ({ segment }) => segment);
  return between(words(before), words(after));
}

function between(before: readonly string[], after: readonly string[]): TextPart[] {
  const result: TextPart[] = [];
  let beforeAt = 0;
  let afterAt = 0;
  for (const run of [...align(before, after), { before: before.length, after: after.length, length: 0 }]) {
    result.push(
      ...parts(
        ['removed', before.slice(beforeAt, run.before).join('')],
        ['added', after.slice(afterAt, run.after).join('')],
        ['same', before.slice(run.before, run.before + run.length).join('')],
      ),
    );
    beforeAt = run.before + run.length;
    afterAt = run.after + run.length;
  }
  return result;
}

/** Changes with nothing but a blank or a sign between them become one: "red car" to "blue bus" is one change, not two. */
function tidied(raw: readonly TextPart[]): TextPart[] {
  const result: TextPart[] = [];
  let removed = '';
  let added = '';
  const flush = (): void => {
    result.push(...parts(['removed', removed], ['added', added]));
    removed = '';
    added = '';
  };
  raw.forEach((part, index) => {
    const isJoint = index > 0 && index < raw.length - 1 && part.text.length <= JOINT_CHARS_MAX && NOT_A_WORD.test(part.text);
    if (part.kind !== 'added' && (part.kind === 'removed' || isJoint)) removed += part.text;
    if (part.kind !== 'removed' && (part.kind === 'added' || isJoint)) added += part.text;
    if (part.kind !== 'same' || isJoint) return;
    flush();
    result.push(part);
  });
  flush();
  return result;
}

/**
 * What was only put in, or only taken out, can often stand in several places: after "a." a new "b." may be ".b" or "b.". Where
 * there are whole lines in it, it begins where a line begins.
 */
function slid(tidy: readonly TextPart[]): TextPart[] {
  const result = [...tidy];
  for (let at = 1; at < result.length; at++) {
    const [previous, part, next] = [result[at - 1] as TextPart, result[at] as TextPart, result[at + 1] ?? { kind: 'same', text: '' }];
    if (part.kind === 'same' || previous.kind !== 'same' || next.kind !== 'same' || !part.text.includes('\n')) continue;
    const whole = previous.text + part.text + next.text;
    const from = slideTo(whole, previous.text.length, part.text.length);
    result[at - 1] = { kind: 'same', text: whole.slice(0, from) };
    result[at] = { kind: part.kind, text: whole.slice(from, from + part.text.length) };
    result[at + 1] = { kind: 'same', text: whole.slice(from + part.text.length) };
  }
  return result.filter(({ text }) => text !== '');
}

/** The nearest place for `length` characters at `from` that leaves the rest as it is and begins a line; `from` if there is none. */
function slideTo(whole: string, from: number, length: number): number {
  const begins = (at: number): boolean => whole[at] === '\n' || at === 0 || whole[at - 1] === '\n';
  if (begins(from)) return from;
  for (let at = from; at > 0 && from - at < SLIDE_CHARS_MAX && whole[at - 1] === whole[at - 1 + length]; at--)
    if (begins(at - 1)) return at - 1;
  for (let at = from; at + length < whole.length && at - from < SLIDE_CHARS_MAX && whole[at] === whole[at + length]; at++) {
    if (begins(at + 1)) return at + 1;
  }
  return from;
}

function isAlike(tidy: readonly TextPart[], before: string, after: string): boolean {
  const letters = (text: string): number => text.replace(/\s+/g, '').length;
  const common = tidy.reduce((sum, { kind, text }) => (kind === 'same' ? sum + letters(text) : sum), 0);
  const [shorter, longer] = [letters(before), letters(after)].sort((a, b) => a - b) as [number, number];
  return common > 0 && (common >= COMMON_OF_LONGER_MIN * longer || common >= COMMON_OF_SHORTER_MIN * shorter);
}
