// A window over the page that keeps the focus until it is closed.

import { Dialog as Base } from '@base-ui/react/dialog';
import type { ReactNode } from 'react';
import { t } from '../text/en.ts';
import { buttonClass } from './button.tsx';
import { Icon } from './icon.tsx';

export interface DialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly children: ReactNode;
  /** Hides the title from sight alone. */
  readonly bare?: boolean;
  /** Of its box, in CSS pixels. */
  readonly width?: number;
}

/** @example <Dialog open={open} onClose={close} title="Invite somebody">...</Dialog> */
export function Dialog({ open, onClose, title, children, bare = false, width = 520 }: DialogProps) {
  return (
    <Base.Root open={open} onOpenChange={(isOpen) => (isOpen ? undefined : onClose())}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-[oklch(0_0_0/0.35)]" />
        <Base.Popup
          style={{ maxWidth: width }}
          className="fixed top-[10vh] left-1/2 z-50 flex max-h-[80vh] w-[calc(100vw-24px)] -translate-x-1/2 flex-col overflow-hidden rounded-xl border border-line bg-surface shadow-pop"
        >
          <div className={bare ? 'sr-only' : 'flex items-center gap-2 border-b border-line px-4 py-3'}>
            <Base.Title className="flex-1 text-base font-semibold">{title}</Base.Title>
            {bare ? null : (
              <Base.Close className={buttonClass('quiet', true)} aria-label={t.common.close}>
                <Icon name="cross" />
              </Base.Close>
            )}
          </div>
          <div className="min-h-0 flex-1 overflow-y-auto">{children}</div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
