// A key that was just made: it is shown once.

import type { ReactNode } from 'react';
import { settingsText as s } from '../../text/settings.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { SecretOnce } from '../../ui/secret-once.tsx';

interface MadeKeyProps {
  readonly secret: string;
  readonly children?: ReactNode;
  readonly onClose: () => void;
}

export function MadeKey({ secret, children, onClose }: MadeKeyProps) {
  return (
    <Dialog open onClose={onClose} title={s.keys.madeTitle}>
      <div className="space-y-3 p-4">
        <SecretOnce label={s.keys.key} secret={secret} warning={s.once} />
        {children}
        <div className="flex justify-end">
          <Button look="primary" onClick={onClose}>
            {s.done}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
