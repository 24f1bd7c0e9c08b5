// The way back from one change: the patch to copy, and what it leaves out and why. Nothing is applied from here.

import type { components } from '../../api/schema.ts';
import { resourceText as t } from '../../text/resource.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Time } from '../../ui/time.tsx';
import { type Subject, useReverse } from './use-resource.ts';

type Reverse = components['schemas']['ReverseChange'];

interface UndoDialogProps {
  readonly subject: Subject;
  /** The id of the event. */
  readonly event: string;
  readonly onClose: () => void;
}

export function UndoDialog({ subject, event, onClose }: UndoDialogProps) {
  const query = useReverse(subject, event);
  return (
    <Dialog open onClose={onClose} title={t.reverse.title} width={640}>
      <div className="p-4">
        <Loaded query={query} rows={6} height={28}>
          {(reverse) => <Shown reverse={reverse} />}
        </Loaded>
      </div>
    </Dialog>
  );
}

function Shown({ reverse }: { readonly reverse: Reverse }) {
  const { kind, event, patch, values, notRestorable, changedSince } = reverse;
  const isGone = changedSince.includes('');
  const fields = changedSince.filter((field) => field !== '');
  const text =
    kind === 'create' ? values && JSON.stringify(values, null, 2) : patch.length > 0 ? JSON.stringify(patch, null, 2) : undefined;
  return (
    <div className="space-y-3">
      <p>
        {t.reverse.of(event.action)}, <Time at={event.at} />.{' '}
        {text === undefined && kind !== 'remove' ? t.reverse.nothing : t.reverse.kinds[kind]}
      </p>
      {isGone ? <p className="text-warn">{t.reverse.goneSince}</p> : null}
      <Names title={kind === 'remove' ? t.reverse.changedSinceRemove : t.reverse.changedSince} names={fields} />
      <Names title={t.reverse.notRestorable} names={notRestorable} />
      {text === undefined ? null : (
        <>
          <pre
            tabIndex={0}
            aria-label={t.reverse.title}
            role="region"
            className="max-h-[40vh] overflow-auto rounded-md border border-line bg-bg p-2.5 text-xs whitespace-pre-wrap [overflow-wrap:anywhere]"
          >
            {text}
          </pre>
          <CopyButton text={text} label={kind === 'create' ? t.reverse.copyValues : t.reverse.copy}>
            {kind === 'create' ? t.reverse.copyValues : t.reverse.copy}
          </CopyButton>
        </>
      )}
      <p className="text-xs text-muted">{t.reverse.unchanged}</p>
    </div>
  );
}

function Names({ title, names }: { readonly title: string; readonly names: readonly string[] }) {
  if (names.length === 0) return null;
  return (
    <div className="text-warn">
      <p>{title}</p>
      <ul className="list-disc pl-5">
        {names.map((name) => (
          <li key={name}>
            <code className="break-all">{name}</code>
          </li>
        ))}
      </ul>
    </div>
  );
}
