// The frame of every page: navigation, tenant, account, the strip of trust, and the windows that keys open.

import { Outlet } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useKeyboard, useShortcuts } from '../keyboard/use-shortcuts.ts';
import { t } from '../text/en.ts';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { Keys } from '../ui/kbd.tsx';
import { AccountMenu } from './account-menu.tsx';
import { type Page, useGo, useLinks } from './links.ts';
import { Navigation, shownPages } from './navigation.tsx';
import { TenantSwitch } from './tenant-switch.tsx';
import { FailureNotice, TrustStrip } from './trust-strip.tsx';

const Palette = lazy(async () => ({ default: (await import('./palette.tsx')).Palette }));
const HelpDialog = lazy(async () => ({ default: (await import('../keyboard/help-dialog.tsx')).HelpDialog }));

type Window = 'palette' | 'help';

const PAGE_KEYS: readonly (readonly [Page, string])[] = [
  ['overview', 'g o'],
  ['explore', 'g e'],
  ['integrity', 'g i'],
  ['exports', 'g x'],
  ['settings', 'g s'],
];

export function Frame() {
  const [open, setOpen] = useState<Window | undefined>();
  const links = useLinks();
  const go = useGo();
  useKeyboard();
  useShortcuts(t.keyboard.everywhere, [
    { keys: 'Mod+k', says: t.keyboard.palette, run: () => setOpen('palette') },
    { keys: '?', says: t.keyboard.help, run: () => setOpen('help') },
    ...PAGE_KEYS.filter(([page]) => shownPages().includes(page)).map(([page, keys]) => ({
      keys,
      says: t.keyboard.go(t.shell.pages[page]),
      run: () => go(links.page(page)),
    })),
  ]);
  const close = (): void => setOpen(undefined);
  return (
    <div className="flex h-dvh flex-col md:flex-row">
      <a href="#content" className="sr-only z-50 rounded bg-surface px-3 py-2 focus:not-sr-only focus:absolute">
        {t.shell.skip}
      </a>
      <aside className="contents md:flex md:w-[196px] md:shrink-0 md:flex-col md:gap-3 md:border-r md:border-line md:p-2">
        <header className="flex shrink-0 items-center gap-1 border-b border-line px-2 py-1.5 md:flex-col md:items-stretch md:border-b-0 md:p-0">
          <TenantSwitch />
          <Button look="quiet" className="ml-auto md:ml-0 md:justify-start" onClick={() => setOpen('palette')}>
            <Icon name="explore" />
            <span className="hidden md:inline">{t.shell.search}</span>
            <span className="ml-auto hidden md:inline">
              <Keys keys="Mod+k" />
            </span>
            <span className="sr-only md:hidden">{t.shell.search}</span>
          </Button>
          <span className="md:hidden">
            <AccountMenu onHelp={() => setOpen('help')} />
          </span>
        </header>
        <Navigation />
        <div className="mt-auto hidden md:block">
          <AccountMenu onHelp={() => setOpen('help')} />
        </div>
      </aside>
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <FailureNotice />
        <main id="content" tabIndex={-1} className="min-h-0 flex-1 overflow-y-auto outline-none">
          <Outlet />
        </main>
        <TrustStrip />
      </div>
      <Suspense fallback={null}>
        {open === 'palette' ? <Palette open onClose={close} /> : null}
        {open === 'help' ? <HelpDialog open onClose={close} /> : null}
      </Suspense>
    </div>
  );
}
