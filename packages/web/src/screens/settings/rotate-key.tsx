// Putting a key in the place of another one, which stays good for a while.

import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { answerOf, useApi } from '../../api/client.ts';
import { useZone } from '../../shell/zone.tsx';
import { t } from '../../text/en.ts';
import { formatDateTime, formatZone } from '../../text/format.ts';
import { settingsText as s } from '../../text/settings.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { FormFault } from '../../ui/form-fault.tsx';
import { Select } from '../../ui/select.tsx';
import { MadeKey } from './made-key.tsx';
import { type ApiKey, useRefresh } from './queries.ts';

const OVERLAPS = [0, 3_600, 86_400, 604_800, 2_592_000] as const;
const OPTIONS = OVERLAPS.map((seconds) => ({ value: String(seconds), label: s.keys.overlaps[seconds] }));

export function RotateKey({ former, onClose }: { readonly former: ApiKey; readonly onClose: () => void }) {
  const { api } = useApi();
  const { zone } = useZone();
  const refresh = useRefresh('keys');
  const [overlap, setOverlap] = useState('86400');
  const { mutate, data, isPending, error } = useMutation({
    mutationFn: () =>
      answerOf(api.POST('/v1/keys/{id}/rotate', { params: { path: { id: former.id } }, body: { overlapSeconds: Number(overlap) } })),
    onSuccess: refresh,
  });
  if (data !== undefined) {
    const until = data.former.expiresAt ?? data.former.revokedAt;
    return (
      <MadeKey secret={data.key} onClose={onClose}>
        {until === undefined ? null : <p>{s.keys.formerUntil(`${formatDateTime(until, zone)} ${formatZone(zone, until)}`)}</p>}
      </MadeKey>
    );
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    mutate();
  };
  return (
    <Dialog open onClose={onClose} title={s.keys.rotateTitle(former.name)} width={440}>
      <form onSubmit={submit} className="space-y-4 p-4">
        <p>{s.keys.rotateText}</p>
        <Select label={s.keys.overlap} value={overlap} options={OPTIONS} onChange={setOverlap} />
        <FormFault error={error} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t.common.cancel}</Button>
          <Button type="submit" look="primary" disabled={isPending}>
            {s.keys.rotate}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
