// What was taken out and what was put in: by element, sign and spoken word, and by colour last of all.

import type { ReactNode } from 'react';
import { diffText } from '../text/diff.ts';

interface MarkedProps {
  readonly children: ReactNode;
  /** A piece of a text, struck through or underlined; a whole value needs neither, its row has a sign. */
  readonly piece?: boolean;
  readonly className?: string;
}

/** @example <Removed>small-1</Removed> */
export function Removed({ children, piece = false, className = '' }: MarkedProps) {
  return (
    <del className={`rounded-sm bg-bad-soft px-0.5 text-bad ${piece ? 'line-through decoration-1' : 'no-underline'} ${className}`}>
      <span className="sr-only">{diffText.removedBegin}</span>
      {children}
      <span className="sr-only">{diffText.end}</span>
    </del>
  );
}

/** @example <Added>large-2</Added> */
export function Added({ children, piece = false, className = '' }: MarkedProps) {
  return (
    <ins
      className={`rounded-sm bg-good-soft px-0.5 text-good ${piece ? 'underline decoration-1 underline-offset-2' : 'no-underline'} ${className}`}
    >
      <span className="sr-only">{diffText.addedBegin}</span>
      {children}
      <span className="sr-only">{diffText.end}</span>
    </ins>
  );
}

/** The one or the other, or neither. */
export function Marked({ as, ...rest }: MarkedProps & { readonly as: 'removed' | 'added' | undefined }) {
  if (as === 'removed') return <Removed {...rest} />;
  if (as === 'added') return <Added {...rest} />;
  return <span className={rest.className}>{rest.children}</span>;
}
