// Taking the second factor away, by password and code.

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { answerOf, clientOf } from '../../api/client.ts';
import { sessionQuery } from '../../api/queries.ts';
import { t } from '../../text/en.ts';
import { settingsText as s } from '../../text/settings.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { FormFault } from '../../ui/form-fault.tsx';

export function RemoveFactor({ onClose }: { readonly onClose: () => void }) {
  const queryClient = useQueryClient();
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => answerOf(clientOf().POST('/v1/second-factor/remove', { body: { password, code: code.trim() } })),
    onSuccess: (signedIn) => {
      queryClient.setQueryData(sessionQuery().queryKey, signedIn);
      onClose();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    mutate();
  };
  return (
    <Dialog open onClose={onClose} title={s.security.removeTitle} width={440}>
      <form onSubmit={submit} className="space-y-4 p-4">
        <p>{s.security.removeText}</p>
        <Field
          label={s.security.ownPassword}
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <Field
          label={s.security.code}
          autoComplete="one-time-code"
          minLength={6}
          required
          value={code}
          onChange={(event) => setCode(event.target.value)}
        />
        <FormFault error={error} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t.common.cancel}</Button>
          <Button type="submit" look="danger" disabled={isPending}>
            {s.security.remove}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
