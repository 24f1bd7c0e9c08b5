// Revoking a key, after saying what that does.

import { answerOf, useApi } from '../../api/client.ts';
import { settingsText as s } from '../../text/settings.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { type ApiKey, useRefresh } from './queries.ts';

export function RevokeKey({ apiKey: { id, name }, onClose }: { readonly apiKey: ApiKey; readonly onClose: () => void }) {
  const { api } = useApi();
  const refresh = useRefresh('keys');
  const revoke = async (): Promise<void> => {
    await answerOf(api.POST('/v1/keys/{id}/revoke', { params: { path: { id } } }));
    await refresh();
  };
  return (
    <ConfirmDialog title={s.keys.revokeTitle(name)} action={s.keys.revoke} onConfirm={revoke} onClose={onClose}>
      <p>{s.keys.revokeText}</p>
    </ConfirmDialog>
  );
}
