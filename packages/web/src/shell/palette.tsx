// The palette: pages, tenants, and the page of any id that is pasted. A combobox: the focus stays in the input.

import { quotedValue } from '@indelible/core/query';
import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useDeferredValue, useState } from 'react';
import { useApi } from '../api/client.ts';
import { tenantsQuery } from '../api/queries.ts';
import { t } from '../text/en.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { useGo, useLinks } from './links.ts';
import { couldBeId, lookUp } from './look-up.ts';
import { shownPages } from './navigation.tsx';
import { tenantLabel, useTenant } from './tenant-switch.tsx';

interface Choice {
  readonly key: string;
  readonly kind: string;
  readonly label: string;
  readonly choose: () => void;
}

const LIST = 'palette-choices';
const TENANTS_SHOWN = 5;

export function Palette({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  return (
    <Dialog open={open} onClose={onClose} title={t.palette.title} bare>
      {open ? <Choices onClose={onClose} /> : null}
    </Dialog>
  );
}

function Choices({ onClose }: { readonly onClose: () => void }) {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const typed = text.trim();
  const { choices, isLooking } = useChoices(typed);
  const current = Math.min(at, choices.length - 1);
  const choose = (choice: Choice | undefined): void => {
    if (choice === undefined) return;
    onClose();
    choice.choose();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && choices.length > 0) {
      event.preventDefault();
      setAt((current + step + choices.length) % choices.length);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      choose(choices[current]);
    }
  };
  return (
    <div className="flex flex-col">
      <div className="flex items-center gap-2 border-b border-line px-3">
        <Icon name="explore" className="text-muted" />
        <input
          role="combobox"
          aria-label={t.palette.placeholder}
          aria-expanded={choices.length > 0}
          aria-controls={LIST}
          aria-activedescendant={choices.length > 0 ? `${LIST}-${String(current)}` : undefined}
          aria-autocomplete="list"
          autoComplete="off"
          spellCheck={false}
          placeholder={t.palette.placeholder}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
          className="h-11 min-w-0 flex-1 bg-transparent text-base outline-none placeholder:text-faint"
        />
      </div>
      <div id={LIST} role="listbox" aria-label={t.palette.title} className="max-h-[50vh] overflow-y-auto p-1">
        {choices.map(({ key, kind, label, choose: _, ...rest }, place) => (
          <div
            {...rest}
            key={key}
            id={`${LIST}-${String(place)}`}
            role="option"
            tabIndex={-1}
            aria-selected={place === current}
            onPointerMove={() => setAt(place)}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => choose(choices[place])}
            onKeyDown={onKeyDown}
            className="flex min-h-8 items-center gap-3 rounded px-2 aria-selected:bg-raised"
          >
            <span className="w-16 shrink-0 text-xs text-muted">{kind}</span>
            <span className="truncate">{label}</span>
          </div>
        ))}
      </div>
      <p role="status" className="px-3 pb-2 text-xs text-muted empty:hidden">
        {isLooking ? t.palette.looking : ''}
      </p>
    </div>
  );
}

function useChoices(typed: string): { readonly choices: readonly Choice[]; readonly isLooking: boolean } {
  const { api, tenant } = useApi();
  const links = useLinks();
  const go = useGo();
  const { change } = useTenant();
  const asked = useDeferredValue(typed);
  const { data: tenants } = useQuery({ ...tenantsQuery(asked), placeholderData: (before) => before });
  const { data: found = [], isFetching } = useQuery({
    queryKey: [tenant, 'look-up', asked],
    queryFn: ({ signal }) => lookUp(api, links, asked, signal),
    enabled: couldBeId(asked),
  });
  const begins = (label: string): boolean => label.toLowerCase().includes(typed.toLowerCase());
  const pages = shownPages().filter((page) => begins(t.shell.pages[page]));
  const others = (tenants?.tenants ?? []).filter((name) => name !== tenant && begins(tenantLabel(name))).slice(0, TENANTS_SHOWN);
  const choices = [
    ...found.map(({ kind, label, href }): Choice => ({ key: href, kind, label, choose: () => go(href) })),
    ...pages.map((page): Choice => ({ key: page, kind: t.palette.page, label: t.shell.pages[page], choose: () => go(links.page(page)) })),
    ...others.map((name): Choice => ({
      key: `tenant ${name}`,
      kind: t.palette.tenant,
      label: tenantLabel(name),
      choose: () => change(name),
    })),
    ...(typed === ''
      ? []
      : [
          { key: 'search', kind: t.shell.pages.explore, label: t.palette.search(typed), choose: () => go(links.explore(searchFor(typed))) },
        ]),
  ];
  return { choices, isLooking: isFetching };
}

/** Words are searched for as they stand, in quotes: signs of the language in them mean nothing. */
function searchFor(text: string): string {
  const value = quotedValue(text);
  return value.startsWith('"') ? value : `"${value.replace(/[\\"]/g, '\\$&')}"`;
}
