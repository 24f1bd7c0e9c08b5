// What can be done with a value of a row: filter for it, filter it out, copy it, open its page.

import { parse } from '@indelible/core/query';
import { type Links, useGo, useLinks } from '../../shell/links.ts';
import { t } from '../../text/en.ts';
import { MenuPopup } from '../../ui/menu.tsx';
import type { Value } from './list.tsx';

interface ValueMenuProps {
  readonly value: Value | undefined;
  readonly onClose: () => void;
  readonly onFilter: (term: string) => void;
}

export function ValueMenu({ value, onClose, onFilter }: ValueMenuProps) {
  const links = useLinks();
  const go = useGo();
  const { term = '', text = '' } = value ?? {};
  const page = pageOf(links, term);
  return (
    <MenuPopup
      anchor={value?.anchor}
      onClose={onClose}
      label={t.explore.valueMenu}
      head={<p className="mono max-w-[320px] truncate px-2 py-1 text-xs text-muted">{term}</p>}
      items={[
        { label: t.explore.filterFor, icon: 'filter', onSelect: () => onFilter(term) },
        { label: t.explore.filterOut, icon: 'filterOut', onSelect: () => onFilter(`-${term}`) },
        { label: t.explore.copyValue, icon: 'copy', onSelect: () => void navigator.clipboard.writeText(idOf(term) ?? text) },
        ...(page === undefined ? [] : [{ label: t.explore.openPage, icon: 'external' as const, onSelect: () => go(page) }]),
      ]}
    />
  );
}

/** The id that a term asks for; undefined for other terms. */
function idOf(term: string): string | undefined {
  const [node] = term === '' ? [] : parse(term).terms;
  if (node?.kind !== 'field') return undefined;
  if (node.match.kind === 'equals') return node.match.value;
  return node.match.kind === 'resource' && node.match.id?.kind === 'equals' ? node.match.id.value : undefined;
}

/** The page of what a term names: of an actor or a resource. */
export function pageOf(links: Links, term: string): string | undefined {
  const [node] = term === '' ? [] : parse(term).terms;
  const id = idOf(term);
  if (node?.kind !== 'field' || id === undefined) return undefined;
  if (node.field === 'actor.id' || node.field === 'onbehalfof') return links.actor(id);
  if (node.match.kind !== 'resource' || node.match.type.kind !== 'equals') return undefined;
  return links.resource(node.match.type.value, id);
}
