// Making a viewer token by hand: what limits it, how long it lasts, whom it is for; then the token, which is shown once.

import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { answerOf, useApi } from '../../api/client.ts';
import type { components } from '../../api/schema.ts';
import { t } from '../../text/en.ts';
import { settingsText as s } from '../../text/settings.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { FormFault } from '../../ui/form-fault.tsx';
import { SecretOnce } from '../../ui/secret-once.tsx';
import { Select } from '../../ui/select.tsx';
import { useRefresh } from './queries.ts';

const LASTING = [600, 3_600, 28_800, 86_400] as const;
const OPTIONS = LASTING.map((seconds) => ({ value: String(seconds), label: s.tokens.lasting[seconds] }));

const EMPTY = { type: '', id: '', actor: '', scope: '', viewer: '', lasts: '3600' };
type Wanted = typeof EMPTY;

function bodyOf({ type, id, actor, scope, viewer, lasts }: Wanted) {
  return {
    expiresInSeconds: Number(lasts),
    ...(type === '' ? {} : { resource: { type, id } }),
    ...(actor === '' ? {} : { actor }),
    ...(scope === '' ? {} : { scope }),
    ...(viewer === '' ? {} : { viewer: { id: viewer } }),
  };
}

interface MakeTokenProps {
  /** What it is limited to, to begin with. */
  readonly scope?: string;
  readonly onClose: () => void;
}

export function MakeToken({ scope = '', onClose }: MakeTokenProps) {
  const { api } = useApi();
  const refresh = useRefresh('viewer-tokens');
  const [wanted, setWanted] = useState({ ...EMPTY, scope });
  const [isTried, setIsTried] = useState(false);
  const { mutate, data, isPending, error } = useMutation({
    mutationFn: () => answerOf(api.POST('/v1/viewer-tokens', { body: bodyOf(wanted) })),
    onSuccess: refresh,
  });
  if (data !== undefined) return <MadeToken made={data} onClose={onClose} />;
  const field = (name: Exclude<keyof Wanted, 'lasts'>) => ({
    value: wanted[name],
    autoComplete: 'off',
    spellCheck: false,
    onChange: (event: { readonly target: HTMLInputElement }) => setWanted({ ...wanted, [name]: event.target.value.trim() }),
  });
  const isHalf = (wanted.type === '') !== (wanted.id === '');
  const isWhole = wanted.type === '' && wanted.actor === '' && wanted.scope === '';
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setIsTried(true);
    if (!isHalf) mutate();
  };
  return (
    <Dialog open onClose={onClose} title={s.tokens.makeTitle}>
      <form onSubmit={submit} className="space-y-4 p-4">
        <div className="grid grid-cols-1 gap-3 sm:grid-cols-2">
          <Field label={s.tokens.resourceType} className="mono" placeholder="bot" {...field('type')} />
          <Field
            label={s.tokens.resourceId}
            className="mono"
            placeholder="bot_42"
            {...field('id')}
            fault={isHalf && isTried ? s.tokens.both : undefined}
          />
        </div>
        <Field label={s.tokens.actor} className="mono" placeholder="usr_maria" {...field('actor')} />
        <Field
          label={s.tokens.scope}
          help={s.tokens.scopeHelp}
          className="mono"
          autoComplete="off"
          spellCheck={false}
          value={wanted.scope}
          onChange={(event) => setWanted({ ...wanted, scope: event.target.value })}
        />
        <Select label={s.tokens.lasts} value={wanted.lasts} options={OPTIONS} onChange={(lasts) => setWanted({ ...wanted, lasts })} />
        <Field label={s.tokens.viewer} help={s.tokens.viewerHelp} className="mono" {...field('viewer')} />
        {isWhole ? <p className="text-warn">{s.tokens.whole}</p> : null}
        <FormFault error={error} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t.common.cancel}</Button>
          <Button type="submit" look="primary" disabled={isPending}>
            {s.tokens.make}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function MadeToken({ made, onClose }: { readonly made: components['schemas']['ViewerToken']; readonly onClose: () => void }) {
  return (
    <Dialog open onClose={onClose} title={s.tokens.madeTitle}>
      <div className="space-y-3 p-4">
        <SecretOnce label={s.tokens.token} secret={made.token} warning={s.once} />
        <p className="break-words text-muted">{s.tokens.madeText(made.id)}</p>
        <div className="flex justify-end">
          <Button look="primary" onClick={onClose}>
            {s.done}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
