// Signing in by the provider that the operator has set up: the way there, and the code of the second factor on the way back.

import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { answerOf, clientOf } from '../../api/client.ts';
import { t } from '../../text/en.ts';
import { Button, buttonClass } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { useComeIn } from './come-in.ts';
import { SignInFault } from './fault.tsx';

/** Nothing where no provider is set up. The provider is another site: the browser goes there. */
export function SsoLink() {
  const { data } = useQuery({
    queryKey: ['sign-in methods'],
    queryFn: ({ signal }) => answerOf(clientOf().GET('/v1/sign-in/methods', { signal })),
  });
  if (data?.sso === undefined) return null;
  return (
    <a href={data.sso.path} className={`${buttonClass()} mt-3 h-8 w-full`}>
      {t.signIn.withProvider(data.sso.label)}
    </a>
  );
}

export function SsoCode() {
  const comeIn = useComeIn();
  const [code, setCode] = useState('');
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => answerOf(clientOf().POST('/v1/sign-in/sso/code', { body: { code: code.trim() } })),
    onSuccess: comeIn,
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    mutate();
  };
  return (
    <form onSubmit={submit} className="space-y-4">
      <h1 className="text-lg font-semibold">{t.signIn.title}</h1>
      <Field
        label={t.signIn.code}
        help={t.signIn.codeHelp}
        inputMode="numeric"
        autoComplete="one-time-code"
        required
        value={code}
        onChange={(event) => setCode(event.target.value)}
      />
      <SignInFault error={error} says={t.signIn.wrongCode} />
      <Button type="submit" look="primary" disabled={isPending} className="h-8 w-full">
        {isPending ? t.signIn.checking : t.signIn.submit}
      </Button>
    </form>
  );
}
