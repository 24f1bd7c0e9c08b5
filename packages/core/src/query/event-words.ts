// The words of one event for all the free text that is asked of it: however many terms and queries there are, its texts are
// read once, and not at all where nobody asks.

import type { AuditEvent } from '../event/types.ts';
import type { TextTerm } from './ast.ts';
import { searchableTexts } from './searchable.ts';
import { searchWords } from './words.ts';

export interface EventWords {
  /** Whether the words of a term stand one behind the other in one text of the event. */
  readonly hold: (term: Pick<TextTerm, 'words' | 'prefix'>) => boolean;
}

/** Stands between two texts. No word is empty, so no phrase goes across it. */
const BREAK = '';

/** @example eventWords({ context: { reason: 'Ticket 48' } }).hold({ words: ['ticket', '48'], prefix: false }) // true */
export function eventWords(event: Partial<AuditEvent>): EventWords {
  let all: readonly string[] | undefined;
  let distinct: ReadonlySet<string> | undefined;
  return {
    hold: (term) => {
      if (all === undefined) {
        all = readWords(event);
        return standIn(all, term);
      }
      // From the second term on a set pays: most words that are asked for are nowhere.
      distinct ??= new Set(all);
      return mayStandIn(distinct, term) && (term.words.length === 1 || standIn(all, term));
    },
  };
}

function readWords(event: Partial<AuditEvent>): readonly string[] {
  const all: string[] = [];
  for (const text of searchableTexts(event)) {
    for (const word of searchWords(text)) all.push(word);
    all.push(BREAK);
  }
  return all;
}

/** Whether each word of a term is there; of a single word that is the whole answer. */
function mayStandIn(distinct: ReadonlySet<string>, { words, prefix }: Pick<TextTerm, 'words' | 'prefix'>): boolean {
  const whole = prefix ? words.slice(0, -1) : words;
  if (!whole.every((word) => distinct.has(word))) return false;
  const begun = words.at(-1) ?? '';
  if (!prefix || distinct.has(begun)) return true;
  for (const word of distinct) if (word.startsWith(begun)) return true;
  return false;
}

function standIn(all: readonly string[], { words, prefix }: Pick<TextTerm, 'words' | 'prefix'>): boolean {
  const last = words.length - 1;
  for (let start = 0; start + last < all.length; start++) {
    let at = 0;
    while (at < last && all[start + at] === words[at]) at++;
    if (at < last) continue;
    const [found = BREAK, word = ''] = [all[start + last], words[last]];
    if (prefix ? found.startsWith(word) : found === word) return true;
  }
  return false;
}
