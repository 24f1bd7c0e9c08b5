// Asks before something is done that cannot be undone, or that others notice: it says what will happen.

import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { t } from '../text/en.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { FormFault } from './form-fault.tsx';

interface ConfirmDialogProps {
  /** A question. */
  readonly title: string;
  /** What will happen. */
  readonly children: ReactNode;
  /** What the button says: the deed, and not yes. */
  readonly action: string;
  readonly look?: 'danger' | 'primary';
  /** It is closed when this is done; what it throws is shown. */
  readonly onConfirm: () => Promise<unknown>;
  readonly onClose: () => void;
}

/** @example {asked ? <ConfirmDialog title="Revoke it?" action="Revoke" onConfirm={revoke} onClose={close}>...</ConfirmDialog> : null} */
export function ConfirmDialog({ title, children, action, look = 'danger', onConfirm, onClose }: ConfirmDialogProps) {
  const { mutate, isPending, error } = useMutation({ mutationFn: onConfirm, onSuccess: onClose });
  return (
    <Dialog open onClose={onClose} title={title} width={440}>
      <div className="space-y-3 p-4">
        <div className="space-y-2">{children}</div>
        <FormFault error={error} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t.common.cancel}</Button>
          <Button look={look} disabled={isPending} onClick={() => mutate()}>
            {action}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
