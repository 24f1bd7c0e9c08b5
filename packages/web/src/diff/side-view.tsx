// One side of a field: its value, or a word for why there is none.

import type { Json } from '@indelible/core/event';
import type { ReactNode } from 'react';
import { diffText } from '../text/diff.ts';
import { LongText } from './folded.tsx';
import { Marked } from './marked.tsx';
import { isList, isRecord, shown, type Side, textShown } from './values.ts';

/** Puts something around a value, such as a menu: filter for it, copy it. */
export type WrapValue = (drawn: ReactNode, value: Json, field: string, at: 'before' | 'after') => ReactNode;

interface SideViewProps {
  readonly side: Side;
  readonly field: string;
  /** Which side it is. */
  readonly at: 'before' | 'after';
  readonly as?: 'removed' | 'added' | undefined;
  readonly wrapValue?: WrapValue | undefined;
}

/** @example <SideView side={row.before} field={row.field} at="before" as="removed" /> */
export function SideView({ side, field, at, as, wrapValue }: SideViewProps) {
  switch (side.kind) {
    case 'absent':
      return <Word>{diffText.absent}</Word>;
    case 'unknown':
      return <Word>{diffText.unknown}</Word>;
    case 'redacted':
      return <Word>{diffText.redacted(side.rule)}</Word>;
    case 'omitted':
      return <Word>{diffText.omitted(side.bytes)}</Word>;
    case 'value': {
      const drawn = (
        <Marked as={as} className={isBlock(side) ? 'block px-1.5 py-1 whitespace-pre-wrap' : 'whitespace-pre-wrap'}>
          <ValueText value={side.value} />
        </Marked>
      );
      return wrapValue === undefined ? drawn : wrapValue(drawn, side.value, field, at);
    }
  }
}

/** A value alone. */
export function ValueText({ value }: { readonly value: Json }) {
  const word = emptyWord(value);
  if (word !== undefined) return <span className="font-sans italic">{word}</span>;
  return (
    <bdi className="font-mono text-[0.94em] [overflow-wrap:anywhere]">
      <LongText text={typeof value === 'string' ? textShown(value) : shown(value)} />
    </bdi>
  );
}

function emptyWord(value: Json): string | undefined {
  if (value === null) return diffText.null;
  if (value === '') return diffText.emptyText;
  if (isList(value)) return value.length === 0 ? diffText.emptyList : undefined;
  return isRecord(value) && Object.keys(value).length === 0 ? diffText.emptyObject : undefined;
}

/** True for a value that stands on lines of its own. */
export function isBlock(side: Side): boolean {
  if (side.kind !== 'value') return false;
  const text = shown(side.value);
  return text.length > 90 || text.includes('\n');
}

function Word({ children }: { readonly children: string }) {
  return <span className="text-muted italic">{children}</span>;
}
