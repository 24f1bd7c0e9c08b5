// A text that changed, word by word, with what did not change folded; and a list of plain values, item by item.

import { useMemo } from 'react';
import { diffText } from '../text/diff.ts';
import { type FoldedPart, foldParts } from './fold.ts';
import { Folded } from './folded.tsx';
import type { ListItem } from './list-items.ts';
import { Added, Marked, Removed } from './marked.tsx';
import { PlainText } from './plain-text.tsx';
import { ValueText } from './side-view.tsx';
import type { TextPart } from './text-parts.ts';

/** Which side is drawn; both, where one text shows the two. */
export type Shown = 'both' | 'before' | 'after';

/** @example <PartsView parts={textParts(before, after)} show="both" /> */
export function PartsView({ parts, show }: { readonly parts: readonly TextPart[]; readonly show: Shown }) {
  const folded = useMemo(() => foldParts(parts), [parts]);
  return (
    <bdi className="block font-mono text-[0.94em] leading-relaxed whitespace-pre-wrap [overflow-wrap:anywhere]">
      {folded.map((part, place) => (
        <PartView key={`${String(place)} ${part.kind}`} part={part} show={show} />
      ))}
    </bdi>
  );
}

function PartView({ part, show }: { readonly part: FoldedPart; readonly show: Shown }) {
  const text = <PlainText text={part.text} />;
  switch (part.kind) {
    case 'same':
      return text;
    case 'folded':
      return <Folded label={diffText.unchangedFolded(part.text.length)}>{text}</Folded>;
    case 'removed':
      return show === 'after' ? null : <Removed piece>{text}</Removed>;
    case 'added':
      return show === 'before' ? null : <Added piece>{text}</Added>;
  }
}

type Group =
  | { readonly kind: 'items'; readonly items: readonly ListItem[] }
  | { readonly kind: 'folded'; readonly items: readonly ListItem[] };

const FOLD_ITEMS_MIN = 6;

/** @example <ItemsView items={row.items} show="both" /> */
export function ItemsView({ items, show }: { readonly items: readonly ListItem[]; readonly show: Shown }) {
  const seen = items.filter(({ kind }) => !(show === 'before' && kind === 'added') && !(show === 'after' && kind === 'removed'));
  return (
    <ul className="flex flex-wrap gap-1">
      {groupsOf(seen).map((group) =>
        group.kind === 'folded' ? (
          <li key={keyOf(group.items[0])}>
            <Folded label={diffText.itemsFolded(group.items.length)}>
              <ul className="flex flex-wrap gap-1">
                {group.items.map((item) => (
                  <ItemView key={keyOf(item)} item={item} />
                ))}
              </ul>
            </Folded>
          </li>
        ) : (
          group.items.map((item) => <ItemView key={keyOf(item)} item={item} />)
        ),
      )}
    </ul>
  );
}

function ItemView({ item }: { readonly item: ListItem }) {
  const value = (item.after ?? item.before)?.value ?? null;
  const as = item.kind === 'added' || item.kind === 'removed' ? item.kind : undefined;
  const sign = as === 'added' ? '+ ' : as === 'removed' ? '\u2212 ' : '';
  return (
    <li className="min-w-0">
      <Marked
        as={as}
        piece={as === 'removed'}
        className={`inline-block max-w-full rounded border px-1.5 ${as === undefined ? 'border-line text-muted' : 'border-current/25'}`}
      >
        <span aria-hidden="true">{sign}</span>
        <ValueText value={value} />
      </Marked>
    </li>
  );
}

function keyOf(item: ListItem | undefined): string {
  return `${String(item?.before?.index)} ${String(item?.after?.index)}`;
}

/** Many items in a row that did not change are one fold, but for the one on either side of a change. */
function groupsOf(items: readonly ListItem[]): Group[] {
  const groups: Group[] = [];
  let from = 0;
  for (let at = 0; at <= items.length; at++) {
    if (at < items.length && items[at]?.kind === 'same') continue;
    const stretch = items.slice(from, at);
    const [first, last] = [from === 0 ? 0 : 1, at === items.length ? stretch.length : stretch.length - 1];
    const hidden = stretch.slice(first, Math.max(first, last));
    if (hidden.length < FOLD_ITEMS_MIN) groups.push({ kind: 'items', items: stretch });
    else
      groups.push(
        { kind: 'items', items: stretch.slice(0, first) },
        { kind: 'folded', items: hidden },
        { kind: 'items', items: stretch.slice(last) },
      );
    const changed = items[at];
    if (changed !== undefined) groups.push({ kind: 'items', items: [changed] });
    from = at + 1;
  }
  return groups.filter(({ items: held }) => held.length > 0);
}
