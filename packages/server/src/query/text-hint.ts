// A cheap look for the words of free text in the stored text of an event, before it is read and checked in memory.

import type { ConditionContext } from '../store/read-events.ts';

/**
 * Lets through every event that may hold the words, or words that begin like them. Words and texts meet in lower case and
 * compatibility form (core's searchWords), which the database does not know; but for texts of ASCII alone it is their lower
 * case, and they hold no other words. What JCS escapes is no character of a word.
 */
export function mayHoldWords(words: readonly string[], { bind }: ConditionContext): string {
  const isAscii = (word: string): boolean => /^\w+$/.test(word);
  const beyondAscii = 'octet_length(e.disclosures) <> length(e.disclosures)';
  if (!words.every(isAscii)) return beyondAscii;
  const held = words.map((word) => `strpos(lower(e.disclosures collate "C"), ${bind(word)}) > 0`);
  return `(${beyondAscii} or (${held.join(' and ')}))`;
}
