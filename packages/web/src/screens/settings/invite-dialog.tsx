// Inviting somebody: who and as what, then the link, which is shown once.

import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { answerOf, useApi } from '../../api/client.ts';
import { settingsText as s } from '../../text/settings.ts';
import { t } from '../../text/en.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { FormFault } from '../../ui/form-fault.tsx';
import { SecretOnce } from '../../ui/secret-once.tsx';
import { useRefresh } from './queries.ts';
import { bodyOf, type Given, RoleChoice } from './role-choice.tsx';

export function InviteDialog({ onClose }: { readonly onClose: () => void }) {
  const { api } = useApi();
  const refresh = useRefresh('invitations');
  const [email, setEmail] = useState('');
  const [given, setGiven] = useState<Given>({ role: 'auditor', scope: '' });
  const { mutate, data, isPending, error } = useMutation({
    mutationFn: () => answerOf(api.POST('/v1/people/invitations', { body: { email: email.trim(), ...bodyOf(given) } })),
    onSuccess: refresh,
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    mutate();
  };
  if (data !== undefined)
    return (
      <Dialog open onClose={onClose} title={s.people.linkTitle}>
        <div className="space-y-3 p-4">
          <p>{s.people.linkText(email.trim())}</p>
          <SecretOnce label={s.people.link} secret={data.link} warning={s.once} />
          <div className="flex justify-end">
            <Button look="primary" onClick={onClose}>
              {s.done}
            </Button>
          </div>
        </div>
      </Dialog>
    );
  return (
    <Dialog open onClose={onClose} title={s.people.inviteTitle}>
      <form onSubmit={submit} className="space-y-4 p-4">
        <Field
          label={s.people.email}
          help={s.people.emailHelp}
          type="email"
          autoComplete="off"
          required
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <RoleChoice value={given} onChange={setGiven} />
        <FormFault error={error} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t.common.cancel}</Button>
          <Button type="submit" look="primary" disabled={isPending}>
            {s.people.makeLink}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
