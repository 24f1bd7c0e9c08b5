// Saving what is asked for under a name.

import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { mayShare, useStanding } from '../api/standing.ts';
import { t } from '../text/en.ts';
import { viewsText as v } from '../text/views.ts';
import { Button } from '../ui/button.tsx';
import { Checkbox } from '../ui/checkbox.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { FormFault } from '../ui/form-fault.tsx';
import { AskedOf } from './asked-of.tsx';
import { type Asked, type SavedView, useViewChanges } from './queries.ts';

interface SaveViewDialogProps {
  readonly asked: Asked;
  readonly onSaved: (view: SavedView) => void;
  readonly onClose: () => void;
}

export function SaveViewDialog({ asked, onSaved, onClose }: SaveViewDialogProps) {
  const { save } = useViewChanges();
  const shares = mayShare(useStanding());
  const [name, setName] = useState('');
  const [shared, setShared] = useState(false);
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => save({ ...asked, name: name.trim(), shared }),
    onSuccess: (view) => {
      onSaved(view);
      onClose();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    mutate();
  };
  return (
    <Dialog open onClose={onClose} title={v.saveTitle} width={440}>
      <form onSubmit={submit} className="space-y-4 p-4">
        <Field label={v.name} required maxLength={100} autoComplete="off" value={name} onChange={(event) => setName(event.target.value)} />
        <div className="space-y-1">
          <p className="text-sm font-medium">{v.what}</p>
          <p className="rounded-md border border-line bg-raised p-2 text-xs">
            <AskedOf asked={asked} />
          </p>
        </div>
        <Checkbox label={v.shared} help={shares ? v.sharedHelp : v.sharedNot} checked={shared} disabled={!shares} onChange={setShared} />
        <FormFault error={error} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t.common.cancel}</Button>
          <Button type="submit" look="primary" disabled={isPending || name.trim() === ''}>
            {t.common.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
