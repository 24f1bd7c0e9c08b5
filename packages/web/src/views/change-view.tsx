// The windows in which a view is renamed, shared, made private, or deleted for everybody.

import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { t } from '../text/en.ts';
import { viewsText as v } from '../text/views.ts';
import { Button } from '../ui/button.tsx';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { FormFault } from '../ui/form-fault.tsx';
import { type SavedView, useViewChanges } from './queries.ts';

interface ChangeProps {
  readonly view: SavedView;
  readonly onClose: () => void;
}

export function RenameView({ view: { id, name: former }, onClose }: ChangeProps) {
  const { change } = useViewChanges();
  const [name, setName] = useState(former);
  const { mutate, isPending, error } = useMutation({ mutationFn: () => change(id, { name: name.trim() }), onSuccess: onClose });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    mutate();
  };
  return (
    <Dialog open onClose={onClose} title={v.renameTitle} width={440}>
      <form onSubmit={submit} className="space-y-4 p-4">
        <Field label={v.name} required maxLength={100} autoComplete="off" value={name} onChange={(event) => setName(event.target.value)} />
        <FormFault error={error} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t.common.cancel}</Button>
          <Button type="submit" look="primary" disabled={isPending || name.trim() === ''}>
            {v.rename}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Shares a private view, or makes a shared one private. */
export function ShareView({ view: { id, name, shared }, onClose }: ChangeProps) {
  const { change } = useViewChanges();
  const [title, text, action] = shared ? [v.unshareTitle(name), v.unshareText, v.unshare] : [v.shareTitle(name), v.shareText, v.share];
  return (
    <ConfirmDialog title={title} action={action} look="primary" onConfirm={() => change(id, { shared: !shared })} onClose={onClose}>
      <p>{text}</p>
    </ConfirmDialog>
  );
}

/** Of a shared one: a private one is deleted at once, and can be had back. */
export function DeleteShared({ view: { id, name }, onClose }: ChangeProps) {
  const { remove } = useViewChanges();
  return (
    <ConfirmDialog title={v.deleteSharedTitle(name)} action={v.delete} onConfirm={() => remove(id)} onClose={onClose}>
      <p>{v.deleteSharedText}</p>
    </ConfirmDialog>
  );
}
