// The command lines by which somebody outside verifies the log, ready to be copied.

import type { components } from '../../api/schema.ts';
import { integrityText as t } from '../../text/integrity.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Panel } from '../../ui/panel.tsx';
import { commandsOf } from './commands.ts';

interface OutsideProps {
  readonly log: components['schemas']['LogStatus'];
  readonly tenant: string;
}

export function Outside({ log, tenant }: OutsideProps) {
  const { sample, all, checkpoint } = commandsOf(window.location.origin, tenant, log);
  return (
    <Panel title={t.outside.title}>
      <div className="space-y-3 p-3">
        <p className="max-w-[72ch] text-muted">{t.outside.help}</p>
        <Command label={t.outside.install} text={sample} />
        <Command label={t.outside.all} text={all} />
        <Command label={t.outside.public} text={checkpoint} />
        <p className="max-w-[72ch] text-muted">{t.outside.keyNote}</p>
      </div>
    </Panel>
  );
}

function Command({ label, text }: { readonly label: string; readonly text: string }) {
  return (
    <div>
      <p className="mb-1">{label}</p>
      <div className="flex items-start gap-1 rounded-md border border-line bg-bg p-2">
        <pre className="min-w-0 flex-1 text-xs break-all whitespace-pre-wrap">{text}</pre>
        <CopyButton text={text} label={t.outside.copy} />
      </div>
    </div>
  );
}
