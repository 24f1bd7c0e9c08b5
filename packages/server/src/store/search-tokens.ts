// What the index of text search knows of an event besides its words: what stands for the beginning of a word, and for a
// changed field. No word has the signs that these have, so that they share the signatures of the words.

/** Beginnings of words that are in the index, by their characters; longer ones are led by the longest of these. */
const PREFIX_CHARS = [3, 5, 7] as const;

/** A word as the index has it: itself, and its beginnings. */
export function tokensOfWord(word: string): string[] {
  return [word, ...PREFIX_CHARS.filter((chars) => word.length >= chars).map((chars) => beginning(word, chars))];
}

/**
 * What every word that begins like this has in the index; undefined where it is too short.
 *
 * @example tokenOfPrefix('quarte') // 'quart*'
 */
export function tokenOfPrefix(begun: string): string | undefined {
  const chars = PREFIX_CHARS.findLast((most) => begun.length >= most);
  return chars === undefined ? undefined : beginning(begun, chars);
}

function beginning(word: string, chars: number): string {
  return `${word.slice(0, chars)}*`;
}

/** @param field a changed field, or one above a changed field: "config/limits" */
export function tokenOfChanged(field: string): string {
  return `changed:${field}`;
}
