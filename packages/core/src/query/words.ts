// What a word is, for search: the same rule reads queries, signatures and texts, so that they find each other.

/** Characters of a word that count; what is longer is cut on both sides alike. */
export const WORD_CHARS_MAX = 64;

const WORD = /[\p{L}\p{N}\p{M}_]+/gu;

/**
 * The words of a text, in their order: runs of letters, digits, marks and underscores, in lower case and compatibility
 * form (Unicode NFKC), so that ﬁ finds fi and Ä finds ä.
 *
 * @example searchWords('GPT-4o: Über "safe"') // ['gpt', '4o', 'über', 'safe']
 */
export function searchWords(text: string): string[] {
  const found = text.normalize('NFKC').toLowerCase().match(WORD) ?? [];
  return found.map((word) => (word.length > WORD_CHARS_MAX ? word.slice(0, WORD_CHARS_MAX).toWellFormed() : word));
}
