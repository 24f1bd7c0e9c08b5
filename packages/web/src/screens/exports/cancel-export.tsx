// Cancelling an export that is under way, after asking.

import { useQueryClient } from '@tanstack/react-query';
import { answerOf, useApi } from '../../api/client.ts';
import { exportsText as x } from '../../text/exports.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { exportQuery } from './queries.ts';

export function useCancelExport(): (id: string) => Promise<void> {
  const api = useApi();
  const queryClient = useQueryClient();
  return async (id) => {
    const job = await answerOf(api.api.POST('/v1/exports/{id}/cancel', { params: { path: { id } } }));
    queryClient.setQueryData(exportQuery(api, id).queryKey, job);
    await queryClient.invalidateQueries({ queryKey: [api.tenant, 'exports'] });
  };
}

export function CancelExport({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const cancel = useCancelExport();
  return (
    <ConfirmDialog title={x.cancelTitle} action={x.cancel} onConfirm={() => cancel(id)} onClose={onClose}>
      <p>{x.cancelText}</p>
    </ConfirmDialog>
  );
}
