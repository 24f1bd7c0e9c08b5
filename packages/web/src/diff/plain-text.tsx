// A text as it is, but for characters that nobody would see: those that steer, hide or turn the direction of others.

import type { ReactNode } from 'react';
import { diffText } from '../text/diff.ts';

const HIDDEN = /([\p{Cc}\u00ad\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff])/u;
const SEEN = new Set(['\n', '\t']);

/** @example <PlainText text={value} /> */
export function PlainText({ text }: { readonly text: string }): ReactNode {
  if (!HIDDEN.test(text)) return text;
  return text.split(HIDDEN).map((piece, place) => {
    if (place % 2 === 0 || SEEN.has(piece)) return piece;
    const code = `U+${(piece.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
    return (
      // Two pieces may be alike; their place alone tells them apart.
      <span
        key={String(place)}
        title={diffText.hiddenCharacter(code)}
        className="mx-px rounded bg-warn-soft px-0.5 text-2xs text-warn select-none"
      >
        {code}
      </span>
    );
  });
}
