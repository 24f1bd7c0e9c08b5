// What need not be seen at once: long stretches that did not change, and the rest of values that are large.

import type { TextPart } from './text-parts.ts';

export type FoldedPart = TextPart | { readonly kind: 'folded'; readonly text: string };

/** An unchanged stretch is folded when more than this would go. */
const FOLD_CHARS_MIN = 160;
/** What stays of it beside a change, at least; up to a blank. */
const NEAR_CHARS = 72;
/** A value is shown up to this many characters and lines, and folded beyond. */
const VALUE_CHARS_MAX = 800;
const VALUE_LINES_MAX = 14;

/** The texts of all parts, one after the other, stay the same. */
export function foldParts(parts: readonly TextPart[]): FoldedPart[] {
  return parts.flatMap((part, index): FoldedPart[] => {
    if (part.kind !== 'same') return [part];
    const { text } = part;
    const from = index === 0 ? 0 : cutAfter(text, NEAR_CHARS);
    const to = index === parts.length - 1 ? text.length : cutBefore(text, text.length - NEAR_CHARS);
    if (to - from < FOLD_CHARS_MIN) return [part];
    const same = (piece: string): FoldedPart[] => (piece === '' ? [] : [{ kind: 'same', text: piece }]);
    return [...same(text.slice(0, from)), { kind: 'folded', text: text.slice(from, to) }, ...same(text.slice(to))];
  });
}

/** The end of the word at a place, if it is near. */
function cutAfter(text: string, at: number): number {
  const blank = /\s/.exec(text.slice(at, at + NEAR_CHARS));
  return whole(text, blank === null ? at : at + blank.index);
}

function cutBefore(text: string, at: number): number {
  const near = text.slice(Math.max(0, at - NEAR_CHARS), Math.max(0, at));
  const blank = /\s\S*$/.exec(near);
  return whole(text, blank === null ? Math.max(0, at) : at - near.length + blank.index + 1);
}

/** Never between the halves of a character. */
function whole(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff ? at - 1 : at;
}

/** The beginning of a large value, and how many characters the rest has; undefined for one that is shown whole. */
export function foldValue(text: string): { readonly head: string; readonly rest: number } | undefined {
  let end = text.length > VALUE_CHARS_MAX ? cutAfter(text, VALUE_CHARS_MAX - NEAR_CHARS) : text.length;
  let at = -1;
  for (let line = 0; line < VALUE_LINES_MAX; line++) {
    at = text.indexOf('\n', at + 1);
    if (at < 0) break;
  }
  if (at >= 0) end = Math.min(end, at);
  return text.length - end < FOLD_CHARS_MIN ? undefined : { head: text.slice(0, end), rest: text.length - end };
}
