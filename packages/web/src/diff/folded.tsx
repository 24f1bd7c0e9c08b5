// A button in the place of what need not be seen at once, and what it opens.

import { type ReactNode, useState } from 'react';
import { foldValue } from './fold.ts';
import { PlainText } from './plain-text.tsx';
import { diffText } from '../text/diff.ts';

const FOLD_CLASS =
  'mx-0.5 inline-flex min-h-6 items-center rounded border border-dashed border-line-strong px-1.5 font-sans text-xs text-muted hover:bg-raised hover:text-text';

/** @example <Folded label="1,240 characters unchanged">{text}</Folded> */
export function Folded({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  const [open, setOpen] = useState(false);
  if (open) return children;
  return (
    <button type="button" className={FOLD_CLASS} aria-expanded={false} onClick={() => setOpen(true)}>
      {label}
    </button>
  );
}

/** A text whose rest is folded when it is long. */
export function LongText({ text }: { readonly text: string }) {
  const folded = foldValue(text);
  if (folded === undefined) return <PlainText text={text} />;
  const bytes = new TextEncoder().encode(text).length;
  return (
    <>
      <PlainText text={folded.head} />
      <Folded label={diffText.showRest(folded.rest, bytes)}>
        <PlainText text={text.slice(folded.head.length)} />
      </Folded>
    </>
  );
}
