// Changing one's own password.

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { answerOf, clientOf } from '../../api/client.ts';
import { sessionQuery } from '../../api/queries.ts';
import { settingsText as s } from '../../text/settings.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { FormFault } from '../../ui/form-fault.tsx';

export function PasswordForm() {
  const queryClient = useQueryClient();
  const { data: session } = useQuery(sessionQuery());
  const [current, setCurrent] = useState('');
  const [fresh, setFresh] = useState('');
  const { mutate, isPending, isSuccess, error } = useMutation({
    mutationFn: () => answerOf(clientOf().POST('/v1/password', { body: { current, password: fresh } })),
    onSuccess: async () => {
      setCurrent('');
      setFresh('');
      await queryClient.invalidateQueries({ queryKey: ['sessions'] });
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    mutate();
  };
  return (
    <form onSubmit={submit} className="panel space-y-4 p-4">
      <div>
        <h3 className="font-semibold">{s.security.password}</h3>
        <p className="text-muted">{s.security.passwordText}</p>
      </div>
      {/* So that a password manager knows whose it is. */}
      <input type="text" name="username" autoComplete="username" hidden readOnly value={session?.person.email ?? ''} />
      <Field
        label={s.security.current}
        type="password"
        autoComplete="current-password"
        required
        value={current}
        onChange={(event) => setCurrent(event.target.value)}
      />
      <Field
        label={s.security.fresh}
        help={s.security.freshHelp}
        type="password"
        autoComplete="new-password"
        required
        value={fresh}
        onChange={(event) => setFresh(event.target.value)}
      />
      <FormFault error={error} />
      <div className="flex flex-wrap items-center gap-3">
        <Button type="submit" look="primary" disabled={isPending}>
          {s.security.changePassword}
        </Button>
        <span role="status" className="text-good">
          {isSuccess && current === '' ? s.security.passwordChanged : ''}
        </span>
      </div>
    </form>
  );
}
