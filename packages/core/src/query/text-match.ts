// Text against text: from the pieces of a value to an exact text or a glob, and whether either fits.

import type { TextMatch } from './ast.ts';
import type { Piece } from './tokens.ts';

/** The pieces as one text; `*` is an ordinary character in it. */
export function joinPieces(pieces: readonly Piece[]): string {
  return pieces.map((piece) => piece.text).join('');
}

/** A bare `*` makes a glob; a quoted one is an ordinary character. `**` is `*`. */
export function toTextMatch(pieces: readonly Piece[]): TextMatch {
  const parts = [''];
  for (const piece of pieces) {
    const [first = '', ...rest] = piece.quoted ? [piece.text] : piece.text.split('*');
    parts[parts.length - 1] += first;
    for (const part of rest) parts.push(part);
  }
  if (parts.length === 1) return { kind: 'equals', value: parts[0] ?? '' };
  return { kind: 'glob', parts: parts.filter((part, index) => part !== '' || index === 0 || index === parts.length - 1) };
}

/**
 * Whether a text fits; case counts. No backtracking: each piece is taken where it first occurs.
 *
 * @example textMatches({ kind: 'glob', parts: ['bot.', ''] }, 'bot.updated') // true
 */
export function textMatches(match: TextMatch, text: string): boolean {
  if (match.kind === 'equals') return text === match.value;
  const first = match.parts[0] ?? '';
  const last = match.parts.at(-1) ?? '';
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let at = first.length;
  for (const part of match.parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
