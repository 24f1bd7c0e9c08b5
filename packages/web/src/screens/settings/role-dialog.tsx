// Giving somebody another role in place of the one that they have.

import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { answerOf, useApi } from '../../api/client.ts';
import { settingsText as s } from '../../text/settings.ts';
import { t } from '../../text/en.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { FormFault } from '../../ui/form-fault.tsx';
import { type Person, useRefresh } from './queries.ts';
import { bodyOf, type Given, RoleChoice } from './role-choice.tsx';

export function RoleDialog({ person: { id, name, role, scope }, onClose }: { readonly person: Person; readonly onClose: () => void }) {
  const { api } = useApi();
  const refresh = useRefresh('people');
  const [given, setGiven] = useState<Given>({ role, scope: scope ?? '' });
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => answerOf(api.POST('/v1/roles', { body: { person: id, ...bodyOf(given) } })),
    onSuccess: async () => {
      onClose();
      await refresh();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    mutate();
  };
  return (
    <Dialog open onClose={onClose} title={s.people.changeTitle(name)} width={440}>
      <form onSubmit={submit} className="space-y-4 p-4">
        <RoleChoice value={given} onChange={setGiven} />
        <p className="text-muted">{s.people.changeText}</p>
        <FormFault error={error} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t.common.cancel}</Button>
          <Button type="submit" look="primary" disabled={isPending}>
            {s.people.change}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
