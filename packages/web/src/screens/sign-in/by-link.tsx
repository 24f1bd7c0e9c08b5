// Coming in by a one-time link. What it asks for (address, name, password, code) the server says, for only it knows what the link
// was made for.

import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { answerOf, clientOf } from '../../api/client.ts';
import { codeOf, ProblemError } from '../../api/problem.ts';
import { t } from '../../text/en.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { useComeIn } from './come-in.ts';
import { SignInFault } from './fault.tsx';

type Asked = 'email' | 'name' | 'password' | 'code';

/** What belongs to what the server asks for first: an owner says all of it, who was invited name and password. */
const WITH: Readonly<Record<Asked, readonly Asked[]>> = {
  email: ['email', 'name', 'password'],
  password: ['name', 'password'],
  name: ['name'],
  code: ['password', 'code'],
};

const KINDS: Readonly<Record<Asked, { readonly type: string; readonly autoComplete: string }>> = {
  email: { type: 'email', autoComplete: 'username' },
  name: { type: 'text', autoComplete: 'name' },
  password: { type: 'password', autoComplete: 'new-password' },
  code: { type: 'text', autoComplete: 'one-time-code' },
};

export function ByLink({ token }: { readonly token: string }) {
  const comeIn = useComeIn();
  const [asked, setAsked] = useState<readonly Asked[]>([]);
  const [values, setValues] = useState<Readonly<Partial<Record<Asked, string>>>>({});
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => {
      const given = Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (value.trim() === '' ? [] : [[name, value]])));
      return answerOf(clientOf().POST('/v1/sign-in/link', { body: { token, ...given } }));
    },
    onSuccess: comeIn,
    onError: (fault) => {
      const wanted = wantedBy(fault);
      if (wanted !== undefined) setAsked((now) => [...new Set([...now, ...WITH[wanted]])]);
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    mutate();
  };
  const wanted = wantedBy(error);
  // That something is missing is no fault of whoever was not asked for it yet.
  const isFault = wanted === undefined || (values[wanted] ?? '') !== '';
  const fieldFault =
    wanted !== undefined && isFault && error instanceof ProblemError ? error.problem.detail.replace(/^\w+: /, '') : undefined;
  return (
    <form onSubmit={submit} className="space-y-4">
      <h1 className="text-lg font-semibold">{t.signIn.linkTitle}</h1>
      <p className="text-muted">{t.signIn.linkText}</p>
      {asked.map((name) => (
        <Field
          {...KINDS[name]}
          key={name}
          label={t.signIn.linkFields[name]}
          help={t.signIn.linkHelp[name]}
          fault={name === wanted ? fieldFault : undefined}
          value={values[name] ?? ''}
          onChange={(event) => setValues((now) => ({ ...now, [name]: event.target.value }))}
        />
      ))}
      {wanted === undefined ? <SignInFault error={error} says={asked.length === 0 ? t.signIn.linkGone : t.signIn.linkRefused} /> : null}
      <Button type="submit" look="primary" disabled={isPending} className="h-8 w-full">
        {isPending ? t.signIn.checking : t.signIn.linkOpen}
      </Button>
    </form>
  );
}

/** Which field the server asks for, or finds fault with. */
function wantedBy(error: unknown): Asked | undefined {
  if (codeOf(error) === 'second_factor_needed') return 'code';
  const pointer = error instanceof ProblemError ? error.problem.pointer?.replace(/^\//, '') : undefined;
  return (['email', 'name', 'password', 'code'] as const).find((name) => name === pointer);
}
