// The fenced blocks of a document, and the comparison of output that a document shows with what a command printed.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The text of a document, by its path from the root of the repository. */
export function document(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

export interface Block {
  readonly language: string;
  readonly text: string;
}

/** Every fenced block of a text, in order. */
export function blocksOf(text: string): Block[] {
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', body = '']) => ({ language, text: body }));
}

/** Parts of a line that another run prints otherwise: times, ids, hashes, numbers, and what the document leaves out ("…"). */
const VARYING: readonly (readonly [shown: RegExp, printed: string])[] = [
  [/…/, '.*'],
  [
    /\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|\+00)?)?/,
    '\\d{4}-\\d\\d-\\d\\d(?:[ T]\\d\\d:\\d\\d(?::\\d\\d(?:\\.\\d+)?)?(?:Z|\\+00)?)?',
  ],
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/, '[0-9a-f-]{36}'],
  [/[A-Za-z0-9+/]{43}=/, '[A-Za-z0-9+/]{43}='],
  [/(?<=_)(?=[a-f]*\d)[0-9a-f]{8,}/, '[0-9a-f]+'],
  [/\d[\d,.]*/, '\\d[\\d,.]*'],
  [/\s+/, '\\s+'],
];
const ANY = new RegExp(VARYING.map(([shown]) => `(${shown.source})`).join('|'), 'g');

/** A pattern for what a shown line may be in another run: all its words, and anything of the kind in place of what varies. */
export function patternOf(line: string): RegExp {
  let pattern = '';
  let end = 0;
  for (const found of line.trim().matchAll(ANY)) {
    const kind = found.slice(1).findIndex((part) => part !== undefined);
    pattern += escaped(line.trim().slice(end, found.index)) + (VARYING[kind]?.[1] ?? '');
    end = found.index + found[0].length;
  }
  return new RegExp(`^\\s*${pattern}${escaped(line.trim().slice(end))}\\s*$`);
}

/** The lines that a document shows and a command did not print, in the order in which they are shown. */
export function missingLines(shown: string, printed: string): string[] {
  const lines = printed.split('\n');
  let from = 0;
  return shown
    .split('\n')
    .filter((line) => line.trim() !== '' && line.trim() !== '…')
    .filter((line) => {
      const pattern = patternOf(line);
      const at = lines.findIndex((each, index) => index >= from && pattern.test(each));
      if (at === -1) return true;
      from = at + 1;
      return false;
    });
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
