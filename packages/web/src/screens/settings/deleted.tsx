// That a private view is deleted, with the way back: it is saved again as it was.

import { useMutation } from '@tanstack/react-query';
import { viewsText as v } from '../../text/views.ts';
import { t } from '../../text/en.ts';
import { Button } from '../../ui/button.tsx';
import { FormFault } from '../../ui/form-fault.tsx';
import { Icon } from '../../ui/icon.tsx';
import { type SavedView, useViewChanges } from '../../views/queries.ts';

export function Deleted({ view, onDone }: { readonly view: SavedView; readonly onDone: () => void }) {
  const { save } = useViewChanges();
  const { mutate, isPending, error } = useMutation({ mutationFn: () => save(view), onSuccess: onDone });
  return (
    <div role="status" className="mb-3 flex flex-wrap items-center gap-2 rounded-md border border-line bg-raised px-3 py-1.5">
      <span className="min-w-0 flex-1 break-words">{v.deleted(view.name)}</span>
      <FormFault error={error} />
      <Button disabled={isPending} onClick={() => mutate()}>
        {v.undo}
      </Button>
      <Button look="quiet" square aria-label={t.common.close} onClick={onDone}>
        <Icon name="cross" />
      </Button>
    </div>
  );
}
