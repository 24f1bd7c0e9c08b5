// The pages: at the side, and at the bottom of a phone.

import { useLocation } from '@tanstack/react-router';
import { t } from '../text/en.ts';
import { Anchor } from '../ui/anchor.tsx';
import { Icon } from '../ui/icon.tsx';
import { type Page, useLinks } from './links.ts';

/** Those whose screen is there. */
const SHOWN: readonly { readonly page: Page; readonly path: string }[] = [
  { page: 'overview', path: '/' },
  { page: 'explore', path: '/explore' },
  { page: 'integrity', path: '/integrity' },
  { page: 'exports', path: '/exports' },
  { page: 'settings', path: '/settings' },
];

/** The pages in their order; whoever makes a screen adds it to `SHOWN`. */
export function shownPages(): readonly Page[] {
  return SHOWN.map(({ page }) => page);
}

export function Navigation() {
  const links = useLinks();
  const here = useLocation({ select: ({ pathname }) => pathname });
  return (
    <nav
      aria-label={t.shell.navigation}
      className="order-last flex shrink-0 justify-around border-t border-line bg-surface px-1 py-1 md:order-none md:flex-col md:justify-start md:gap-0.5 md:border-t-0 md:bg-transparent md:p-0"
    >
      {SHOWN.map(({ page, path }) => (
        <Anchor
          key={page}
          href={links.page(page)}
          aria-current={(path === '/' ? here === '/' : here.startsWith(path)) ? 'page' : undefined}
          className="flex min-h-9 flex-1 flex-col items-center justify-center gap-0.5 rounded-md px-2 text-2xs text-muted hover:bg-raised hover:text-text aria-[current=page]:text-accent md:min-h-7 md:flex-none md:flex-row md:justify-start md:gap-2.5 md:text-sm md:font-medium md:aria-[current=page]:bg-raised md:aria-[current=page]:text-text"
        >
          <Icon name={page} />
          {t.shell.pages[page]}
        </Anchor>
      ))}
    </nav>
  );
}
