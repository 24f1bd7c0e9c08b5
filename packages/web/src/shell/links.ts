// Where things are: the address of each page, with what is kept on all of them (tenant and zone), and going there.

import { useRouter, useSearch } from '@tanstack/react-router';
import { type MouseEvent, useMemo } from 'react';
import { writeSearch } from './search.ts';

export type Page = 'overview' | 'explore' | 'integrity' | 'exports' | 'settings';

const PAGES: Readonly<Record<Page, string>> = {
  overview: '/',
  explore: '/explore',
  integrity: '/integrity',
  exports: '/exports',
  settings: '/settings',
};

export interface Links {
  readonly page: (page: Page) => string;
  readonly explore: (q: string, range?: string) => string;
  readonly event: (id: string) => string;
  readonly resource: (type: string, id: string) => string;
  readonly actor: (id: string) => string;
  readonly settings: (section: string) => string;
}

/** @param kept tenant and zone @example linksOf({ tenant: 'org_acme' }).event(id) // '/events/0197...?tenant=org_acme' */
export function linksOf(kept: Readonly<Record<string, string | undefined>>): Links {
  const at = (path: string, search: Readonly<Record<string, string | undefined>> = {}): string =>
    path + writeSearch({ ...search, ...kept });
  const part = encodeURIComponent;
  return {
    page: (page) => at(PAGES[page]),
    explore: (q, range) => at('/explore', { q, range }),
    event: (id) => at(`/events/${part(id)}`),
    resource: (type, id) => at(`/resources/${part(type)}/${part(id)}`),
    actor: (id) => at(`/actors/${part(id)}`),
    settings: (section) => at(`/settings/${part(section)}`),
  };
}

/** The addresses of pages, for the tenant and the zone that are looked at. */
export function useLinks(): Links {
  const { tenant, zone } = useSearch({ strict: false });
  return useMemo(() => linksOf({ tenant, zone }), [tenant, zone]);
}

/** Goes to an address of this application without loading it again. */
export function useGo(): (href: string) => void {
  const router = useRouter();
  return (href) => router.history.push(href);
}

/** Whether a click is for us: others open a tab, a window or a download. */
export function isPlainClick(event: MouseEvent): boolean {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}
