// What this browser knows of the log by itself: the key that it met, and the checkpoints that it verified.

import { useState } from 'react';
import { memoryIn } from '../../proof/memory.ts';
import { proofText } from '../../text/event.ts';
import { formatCount } from '../../text/format.ts';
import { integrityText as t } from '../../text/integrity.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Facts, Panel } from '../../ui/panel.tsx';
import { Time } from '../../ui/time.tsx';
import { forgetSeen, readSeen, type Seen } from './seen.ts';

const ROWS_MAX = 10;

export function Remembered({ tenant }: { readonly tenant: string }) {
  // What is remembered is read anew whenever the page is drawn; to forget draws it.
  const [, setForgotten] = useState(0);
  const known = memoryIn(localStorage).recall(tenant);
  const seen = readSeen(localStorage, tenant);
  return (
    <Panel title={t.known.title}>
      {known === undefined ? (
        <p className="px-3 py-2.5 text-muted">{t.known.none}</p>
      ) : (
        <>
          <Facts
            rows={[
              [t.known.key, <Time key="since" at={iso(known.sinceMs)} />],
              [t.known.last, <Time key="last" at={iso(known.atMs)} />],
              [t.known.size, formatCount(known.size)],
              [
                t.known.root,
                <code key="root" className="break-all">
                  {known.root}
                </code>,
              ],
            ]}
          />
          {seen.length === 0 ? null : <SeenTable seen={seen} />}
          <div className="flex flex-wrap items-center gap-2 border-t border-line px-3 py-2">
            <p className="min-w-0 flex-1 basis-64 text-xs text-muted">{t.known.help}</p>
            <Forget tenant={tenant} onForgotten={() => setForgotten((times) => times + 1)} />
          </div>
        </>
      )}
    </Panel>
  );
}

/** For somebody who has learned why the key or the log changed. */
function Forget({ tenant, onForgotten }: { readonly tenant: string; readonly onForgotten: () => void }) {
  const [isAsked, setAsked] = useState(false);
  const forget = async (): Promise<void> => {
    memoryIn(localStorage).forget(tenant);
    forgetSeen(localStorage, tenant);
    onForgotten();
  };
  return (
    <>
      <Button onClick={() => setAsked(true)}>{t.known.forget}</Button>
      {isAsked ? (
        <ConfirmDialog title={`${proofText.forget}?`} action={proofText.forgetConfirm} onConfirm={forget} onClose={() => setAsked(false)}>
          <p>{proofText.forgetText}</p>
        </ConfirmDialog>
      ) : null}
    </>
  );
}

function SeenTable({ seen }: { readonly seen: readonly Seen[] }) {
  return (
    <table aria-label={t.known.history} className="tabular w-full border-t border-line text-xs">
      <thead className="text-left text-muted">
        <tr>
          {t.known.columns.map((column) => (
            <th key={column} scope="col" className="h-7 px-3 font-medium">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className="divide-y divide-line">
        {seen.slice(0, ROWS_MAX).map(({ size, root, atMs }) => (
          <tr key={`${String(size)} ${root}`}>
            <td className="px-3 py-1">
              <Time at={iso(atMs)} />
            </td>
            <td className="px-3">{formatCount(size)}</td>
            <td className="max-w-24 truncate px-3" title={root}>
              <code>{root}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
