// A cheap look for the words of free text in the stored text of an event, before it is read and checked in memory.

import { HINT_WORDS_MAX } from '../limits.ts';
import type { ConditionContext } from '../store/read-events.ts';

/**
 * Lets through every event that may hold the words, or words that begin like them. Words and texts meet in lower case and
 * compatibility form (core's searchWords), which the database does not know; but for texts of ASCII alone it is their lower
 * case, and they hold no other words. What JCS escapes is no character of a word.
 *
 * It has one parameter, however many words there are, and brings a text into lower case once.
 */
export function mayHoldWords(words: readonly string[], { bind }: ConditionContext): string {
  const isAscii = (word: string): boolean => /^\w+$/.test(word);
  const beyondAscii = 'octet_length(e.disclosures) <> length(e.disclosures)';
  if (!words.every(isAscii)) return beyondAscii;
  // Long words are rare ones, mostly.
  const longest = [...new Set(words)].sort((a, b) => b.length - a.length).slice(0, HINT_WORDS_MAX);
  const patterns = longest.map((word) => `%${word.replaceAll('_', '\\_')}%`);
  return `(${beyondAscii} or lower(e.disclosures collate "C") like all (${bind(patterns)}::text[]))`;
}
