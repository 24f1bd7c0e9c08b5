// Signing in by address and password. The code of the second factor is asked for when the server asks for it.

import { useMutation } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { answerOf, clientOf } from '../../api/client.ts';
import { codeOf } from '../../api/problem.ts';
import { t } from '../../text/en.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { useComeIn } from './come-in.ts';
import { SignInFault } from './fault.tsx';

export function ByPassword() {
  const next = useSearch({ strict: false, select: (search) => ('next' in search ? search.next : undefined) });
  const comeIn = useComeIn();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [needsCode, setNeedsCode] = useState(false);
  const { mutate, isPending, error } = useMutation({
    mutationFn: () =>
      answerOf(clientOf().POST('/v1/sign-in', { body: { email: email.trim(), password, ...(code === '' ? {} : { code: code.trim() }) } })),
    onSuccess: comeIn,
    onError: (fault) => codeOf(fault) === 'second_factor_needed' && setNeedsCode(true),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    mutate();
  };
  return (
    <form onSubmit={submit} className="space-y-4">
      <h1 className="text-lg font-semibold">{t.signIn.title}</h1>
      {next === undefined || next === '/' ? null : <p className="text-muted">{t.signIn.ended}</p>}
      <Field
        label={t.signIn.email}
        type="email"
        autoComplete="username"
        required
        value={email}
        onChange={(event) => setEmail(event.target.value)}
      />
      <Field
        label={t.signIn.password}
        type="password"
        autoComplete="current-password"
        required
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      {needsCode ? (
        <Field
          label={t.signIn.code}
          help={t.signIn.codeHelp}
          inputMode="numeric"
          autoComplete="one-time-code"
          required
          ref={(input) => input?.focus()}
          value={code}
          onChange={(event) => setCode(event.target.value)}
        />
      ) : null}
      <SignInFault error={error} says={needsCode ? t.signIn.wrongCode : t.signIn.wrong} />
      <Button type="submit" look="primary" disabled={isPending} className="h-8 w-full">
        {isPending ? t.signIn.checking : t.signIn.submit}
      </Button>
    </form>
  );
}
