// Setting up a second factor: the password, then the secret and the backup codes, which are shown once, then the first code.

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { answerOf, clientOf } from '../../api/client.ts';
import { sessionQuery } from '../../api/queries.ts';
import type { components } from '../../api/schema.ts';
import { t } from '../../text/en.ts';
import { settingsText as s } from '../../text/settings.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { FormFault } from '../../ui/form-fault.tsx';
import { QrCode } from '../../ui/qr-code.tsx';

type Prepared = components['schemas']['SecondFactor'];

export function SetUpFactor({ onClose }: { readonly onClose: (isDone: boolean) => void }) {
  const [password, setPassword] = useState('');
  const { mutate, data, isPending, error } = useMutation({
    mutationFn: () => answerOf(clientOf().POST('/v1/second-factor', { body: { password } })),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    mutate();
  };
  return (
    <Dialog open onClose={() => onClose(false)} title={s.security.factor} width={560}>
      {data === undefined ? (
        <form onSubmit={submit} className="space-y-4 p-4">
          <Field
            label={s.security.ownPassword}
            type="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
          <FormFault error={error} />
          <div className="flex justify-end gap-2">
            <Button onClick={() => onClose(false)}>{t.common.cancel}</Button>
            <Button type="submit" look="primary" disabled={isPending}>
              {s.security.begin}
            </Button>
          </div>
        </form>
      ) : (
        <Confirm prepared={data} onClose={onClose} />
      )}
    </Dialog>
  );
}

function Confirm({ prepared, onClose }: { readonly prepared: Prepared; readonly onClose: (isDone: boolean) => void }) {
  const queryClient = useQueryClient();
  const [code, setCode] = useState('');
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => answerOf(clientOf().POST('/v1/second-factor/confirm', { body: { code: code.trim() } })),
    onSuccess: (signedIn) => {
      queryClient.setQueryData(sessionQuery().queryKey, signedIn);
      onClose(true);
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    mutate();
  };
  return (
    <form onSubmit={submit} className="space-y-5 p-4">
      <Secret uri={prepared.uri} />
      <BackupCodes codes={prepared.backupCodes} />
      <Field
        label={s.security.confirm}
        help={s.security.confirmHelp}
        inputMode="numeric"
        autoComplete="one-time-code"
        minLength={6}
        maxLength={6}
        required
        value={code}
        onChange={(event) => setCode(event.target.value)}
      />
      <FormFault error={error} />
      <div className="flex justify-end gap-2">
        <Button onClick={() => onClose(false)}>{t.common.cancel}</Button>
        <Button type="submit" look="primary" disabled={isPending}>
          {s.security.confirmButton}
        </Button>
      </div>
    </form>
  );
}

function Secret({ uri }: { readonly uri: string }) {
  const secret = new URL(uri).searchParams.get('secret') ?? '';
  return (
    <div className="flex flex-wrap gap-4">
      <QrCode text={uri} label={s.security.scanAlt} />
      <div className="min-w-0 flex-1 basis-[200px] space-y-2">
        <p className="font-medium">{s.security.scan}</p>
        <p className="text-muted">{s.security.orType}</p>
        <div className="flex items-start gap-1">
          <code className="min-w-0 flex-1 rounded-md border border-line bg-raised p-2 text-xs break-words select-all">
            {groups(secret)}
          </code>
          <CopyButton text={secret} label={`${t.common.copy}: ${s.security.secret}`} />
        </div>
        <a href={uri} className="text-accent hover:underline">
          {s.security.uri}
        </a>
      </div>
    </div>
  );
}

/** Four letters at a time are easier to type. */
function groups(secret: string): string {
  return secret.replace(/.{4}(?=.)/g, '$& ');
}

function BackupCodes({ codes }: { readonly codes: readonly string[] }) {
  return (
    <div className="space-y-1">
      <div className="flex items-center gap-2">
        <span className="flex-1 font-medium">{s.security.backup}</span>
        <CopyButton text={codes.join('\n')} label={s.security.copyCodes}>
          {s.security.copyCodes}
        </CopyButton>
      </div>
      <ul className="grid grid-cols-2 gap-x-4 gap-y-1 rounded-md border border-line bg-raised p-2 sm:grid-cols-3">
        {codes.map((code) => (
          <li key={code}>
            <code className="text-xs select-all">{code}</code>
          </li>
        ))}
      </ul>
      <p className="text-xs text-warn">{s.security.backupText}</p>
    </div>
  );
}
