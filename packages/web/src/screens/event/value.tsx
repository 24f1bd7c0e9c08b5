// A value that one can go on with: filter for it, filter it out, copy it, open its page.

import { useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useShortcuts } from '../../keyboard/use-shortcuts.ts';
import { useGo, useLinks } from '../../shell/links.ts';
import { eventText } from '../../text/event.ts';
import { useCopy } from '../../ui/copy-button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Menu, type MenuItem } from '../../ui/menu.tsx';
import { type Found, termText, withTerm } from './terms.ts';

interface ValueProps {
  /** How it is copied and named. */
  readonly text: string;
  /** How a query finds it; absent where none does. */
  readonly found?: Found | undefined;
  /** The address of its page. */
  readonly href?: string | undefined;
  readonly children: ReactNode;
}

/** @example <Value text={ip} found={{ field: 'ip', value: ip }}>{ip}</Value> */
export function Value({ text, found, href, children }: ValueProps) {
  const go = useGo();
  const links = useLinks();
  const { copy } = useCopy();
  const { q = '', range } = useSearch({ strict: false });
  const filter = (negated: boolean): void => {
    if (found !== undefined) go(links.explore(withTerm(q, termText(found, negated)), range));
  };
  const items: MenuItem[] = [
    ...(found === undefined
      ? []
      : [
          { label: eventText.value.filterFor, icon: 'filter' as const, onSelect: () => filter(false) },
          { label: eventText.value.filterOut, icon: 'filterOut' as const, onSelect: () => filter(true) },
        ]),
    { label: eventText.value.copy, icon: 'copy', onSelect: () => copy(text) },
    ...(href === undefined ? [] : [{ label: eventText.value.open, icon: 'external' as const, onSelect: () => go(href) }]),
  ];
  const [isFocused, setFocused] = useState(false);
  return (
    <span onFocus={() => setFocused(true)} onBlur={() => setFocused(false)} className="group/value relative inline-block max-w-full">
      <span className="[overflow-wrap:anywhere]">{children}</span>
      <Menu
        label={eventText.value.menu(text.slice(0, 80))}
        items={items}
        square
        className="absolute! -top-0.5 left-full ml-px h-6! w-6! bg-surface! opacity-0 group-hover/value:opacity-100 focus-visible:opacity-100 aria-expanded:opacity-100 pointer-coarse:opacity-70"
      >
        <Icon name="more" size={14} />
      </Menu>
      {isFocused && found !== undefined ? <ValueKeys onFilter={filter} /> : null}
    </span>
  );
}

/** In force while a value has the focus. */
function ValueKeys({ onFilter }: { readonly onFilter: (negated: boolean) => void }) {
  useShortcuts(eventText.keysTitle, [
    { keys: 'f', says: eventText.value.filterFor, run: () => onFilter(false) },
    { keys: 'F', says: eventText.value.filterOut, run: () => onFilter(true) },
  ]);
  return null;
}
