// Creating a key: what it is for, what it may, until when and from where; then the key, which is shown once.

import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { answerOf, useApi } from '../../api/client.ts';
import { settingsText as s } from '../../text/settings.ts';
import { t } from '../../text/en.ts';
import { Button } from '../../ui/button.tsx';
import { Checkbox } from '../../ui/checkbox.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field, inputClass } from '../../ui/field.tsx';
import { FormFault } from '../../ui/form-fault.tsx';
import { Select } from '../../ui/select.tsx';
import { type ApiKey, useRefresh } from './queries.ts';
import { MadeKey } from './made-key.tsx';

type Scope = ApiKey['scopes'][number];
const SCOPES = ['ingest', 'read', 'embed', 'admin'] as const satisfies readonly Scope[];
const DAY_MS = 86_400_000;
const EXPIRIES = { never: undefined, d30: 30, d90: 90, d365: 365 } as const;
type Expiry = keyof typeof EXPIRIES;
const EXPIRY_NAMES = ['d90', 'd30', 'd365', 'never'] as const satisfies readonly Expiry[];

/** One address a line, or several with commas. */
export function addressesOf(text: string): string[] {
  return text.split(/[\s,]+/).filter((address) => address !== '');
}

export function CreateKey({ onClose }: { readonly onClose: () => void }) {
  const { api } = useApi();
  const refresh = useRefresh('keys');
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly Scope[]>(['ingest']);
  const [expiry, setExpiry] = useState<Expiry>('d90');
  const [addresses, setAddresses] = useState('');
  const { mutate, data, isPending, error } = useMutation({
    mutationFn: () => {
      const days = EXPIRIES[expiry];
      const expiresAt = days === undefined ? {} : { expiresAt: new Date(Date.now() + days * DAY_MS).toISOString() };
      return answerOf(
        api.POST('/v1/keys', { body: { name: name.trim(), scopes: [...scopes], addresses: addressesOf(addresses), ...expiresAt } }),
      );
    },
    onSuccess: refresh,
  });
  if (data !== undefined) return <MadeKey secret={data.key} onClose={onClose} />;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (scopes.length > 0) mutate();
  };
  return (
    <Dialog open onClose={onClose} title={s.keys.createTitle}>
      <form onSubmit={submit} className="space-y-4 p-4">
        <Field
          label={s.keys.name}
          help={s.keys.nameHelp}
          required
          maxLength={200}
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <ScopeChoice value={scopes} onChange={setScopes} />
        <Select
          label={s.keys.expiry}
          value={expiry}
          options={EXPIRY_NAMES.map((value) => ({ value, label: s.keys.expiries[value] }))}
          onChange={setExpiry}
        />
        <Addresses value={addresses} onChange={setAddresses} />
        <FormFault error={error} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t.common.cancel}</Button>
          <Button type="submit" look="primary" disabled={isPending || scopes.length === 0}>
            {s.keys.create}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function ScopeChoice({ value, onChange }: { readonly value: readonly Scope[]; readonly onChange: (value: readonly Scope[]) => void }) {
  return (
    <fieldset className="space-y-1.5">
      <legend className="mb-1 text-sm font-medium">{s.keys.scopes}</legend>
      {SCOPES.map((scope) => (
        <Checkbox
          key={scope}
          label={scope}
          help={s.keys.scopeHelp[scope]}
          checked={value.includes(scope)}
          onChange={(checked) => onChange(checked ? [...value, scope] : value.filter((one) => one !== scope))}
        />
      ))}
      {value.length === 0 ? <p className="text-xs text-bad">{s.keys.scopeMissing}</p> : null}
    </fieldset>
  );
}

function Addresses({ value, onChange }: { readonly value: string; readonly onChange: (value: string) => void }) {
  const id = useId();
  return (
    <div className="space-y-1">
      <label htmlFor={id} className="block text-sm font-medium">
        {s.keys.addresses}
      </label>
      <textarea
        id={id}
        rows={2}
        spellCheck={false}
        aria-describedby={`${id}-said`}
        className={`${inputClass} mono h-auto py-1.5`}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <p id={`${id}-said`} className="text-xs text-muted">
        {s.keys.addressesHelp}
      </p>
    </div>
  );
}
