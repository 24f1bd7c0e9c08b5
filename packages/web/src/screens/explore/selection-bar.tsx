// What can be done with the events that are selected.

import { t } from '../../text/en.ts';
import { formatCount } from '../../text/format.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';

export function SelectionBar({ ids, onClear }: { readonly ids: ReadonlySet<string>; readonly onClear: () => void }) {
  return (
    <div className="flex min-h-9 items-center gap-2 border-b border-line bg-accent-soft px-3">
      <span role="status">{t.explore.selected(formatCount(ids.size))}</span>
      <CopyButton text={[...ids].join('\n')} label={t.explore.copyIds}>
        {t.explore.copyIds}
      </CopyButton>
      <Button look="quiet" onClick={onClear}>
        {t.explore.unselect}
      </Button>
    </div>
  );
}
