// All shortcuts that are in force, under their headings.

import { useContext, useSyncExternalStore } from 'react';
import { t } from '../text/en.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Keys } from '../ui/kbd.tsx';
import { KeyboardContext } from './use-shortcuts.ts';

export function HelpDialog({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const keyboard = useContext(KeyboardContext);
  const groups = useSyncExternalStore(keyboard.subscribe, keyboard.groups);
  const titles = [...new Set(groups.map(({ title }) => title))].toReversed();
  return (
    <Dialog open={open} onClose={onClose} title={t.keyboard.title} width={640}>
      <div className="grid gap-x-8 gap-y-5 p-4 sm:grid-cols-2">
        {titles.map((title) => (
          <section key={title}>
            <h3 className="mb-1.5 text-xs font-medium text-muted">{title}</h3>
            <dl className="space-y-0.5">
              {groups
                .filter((group) => group.title === title)
                .flatMap(({ shortcuts }) => shortcuts)
                .map(({ keys, says }) => (
                  <div key={keys} className="flex min-h-6 items-center justify-between gap-4">
                    <dt>{says}</dt>
                    <dd>
                      <Keys keys={keys} />
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
