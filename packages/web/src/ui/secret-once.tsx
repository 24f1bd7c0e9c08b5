// A secret that is shown once: to be copied, and never to be seen again.

import { t } from '../text/en.ts';
import { CopyButton } from './copy-button.tsx';

interface SecretOnceProps {
  readonly label: string;
  readonly secret: string;
  /** That it is shown once. */
  readonly warning: string;
}

/** @example <SecretOnce label="Key" secret={made.key} warning="It is shown this once." /> */
export function SecretOnce({ label, secret, warning }: SecretOnceProps) {
  return (
    <div className="space-y-1">
      <div className="flex items-center gap-2">
        <span className="flex-1 text-sm font-medium">{label}</span>
        <CopyButton text={secret} label={`${t.common.copy}: ${label}`}>
          {t.common.copy}
        </CopyButton>
      </div>
      <code className="block rounded-md border border-line bg-raised p-2 text-xs break-all select-all">{secret}</code>
      <p className="text-xs text-warn">{warning}</p>
    </div>
  );
}
