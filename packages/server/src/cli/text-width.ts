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

/** Cut or filled with spaces to exactly that many columns. */
export function fit(text: string, columns: number): string {
  const short = cut(text, columns);
  return short + ' '.repeat(Math.max(0, columns - width(short)));
}
