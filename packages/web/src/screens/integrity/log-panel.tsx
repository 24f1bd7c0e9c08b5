// A log as it publishes itself: how large it is, its root, its name, the key that signs it.

import type { components } from '../../api/schema.ts';
import { formatCount } from '../../text/format.ts';
import { integrityText as t } from '../../text/integrity.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Facts, Panel } from '../../ui/panel.tsx';

interface LogPanelProps {
  readonly title: string;
  readonly log: components['schemas']['PublishedLog'];
  readonly help?: string;
}

export function LogPanel({ title, log, help }: LogPanelProps) {
  return (
    <Panel title={title}>
      {help === undefined ? null : <p className="px-3 pt-2.5 text-muted">{help}</p>}
      <Facts
        rows={[
          [t.logs.size, formatCount(log.size)],
          [t.logs.root, <Copied key="root" text={log.root} label={t.logs.copyRoot} />],
          [t.logs.origin, <Copied key="origin" text={log.origin} label={t.logs.copyOrigin} />],
          [t.logs.key, <Copied key="key" text={log.vkey} label={t.logs.copyKey} />],
        ]}
      />
      <details className="border-t border-line px-3 py-1.5">
        <summary className="min-h-[24px] cursor-pointer text-muted">{t.logs.show}</summary>
        <div className="flex items-start gap-1">
          <pre className="min-w-0 flex-1 text-xs break-all whitespace-pre-wrap">{log.checkpoint}</pre>
          <CopyButton text={log.checkpoint} label={t.logs.copyNote} />
        </div>
      </details>
    </Panel>
  );
}

function Copied({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <span className="flex items-start gap-1">
      <code className="min-w-0 flex-1 break-all">{text}</code>
      <span className="-my-1">
        <CopyButton text={text} label={label} />
      </span>
    </span>
  );
}
