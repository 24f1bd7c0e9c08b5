// Text for a terminal: nothing in it can drive the terminal, and it fits into a number of columns.

// Control characters could drive a terminal, and direction marks could reorder a line.
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
// Wide in every terminal: emoji, CJK, Hangul, Kana and the full-width forms (Unicode, annex 11).
const WIDE =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]/u;

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The text with a space in place of every character that a terminal would obey. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, ' ');
}

/** How many columns a text takes. */
export function width(text: string): number {
  let columns = 0;
  for (const { segment } of segmenter.segment(text)) columns += WIDE.test(segment) ? 2 : 1;
  return columns;
}

/** The beginning of a text that fits into a number of columns; what was cut off shows as an ellipsis. */
export function cut(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  let taken = '';
  let left = columns - 1;
  for (const { segment } of segmenter.segment(text)) {
    left -= width(segment);
    if (left < 0) break;
    taken += segment;
  }
  return columns < 1 ? '' : `${taken}…`;
}

/**
 * Two versions of a text, each in as many columns: where they are too long, what both begin with is left out up to the word
 * in which they part, so that the difference is seen.
 *
 * @example cutApart('You are kind. You wait.', 'You are kind. You run.', 12) // ['…You wait.', '…You run.']
 */
export function cutApart(before: string, after: string, columns: number): readonly [string, string] {
  const start = width(before) <= columns && width(after) <= columns ? 0 : partingOf(before, after, columns);
  const shown = (text: string): string => (start === 0 ? cut(text, columns) : cut(`…${text.slice(start)}`, columns));
  return [shown(before), shown(after)];
}

/** Where to begin so that what follows shows the first difference of two texts: 0 where the beginning does. */
function partingOf(before: string, after: string, columns: number): number {
  const others = segmenter.segment(after)[Symbol.iterator]();
  let seen = 0;
  let word = 0;
  let previous = 0;
  for (const { segment, index } of segmenter.segment(before)) {
    if (others.next().value?.segment !== segment) break;
    seen += width(segment);
    if (segment !== ' ') continue;
    previous = word;
    word = index + 1;
  }
  // One word more than needed, so that the eye finds the place.
  return seen < columns / 2 ? 0 : previous === 0 ? word : previous;
}

/** Cut or filled with spaces to exactly that many columns. */
export function fit(text: string, columns: number): string {
  const short = cut(text, columns);
  return short + ' '.repeat(Math.max(0, columns - width(short)));
}
