// An event that is not what the log signed: what was altered, what it said before, and what to do. It cannot be overlooked.

import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../api/client.ts';
import { memoryIn } from '../../proof/memory.ts';
import type { FailedEvent } from '../../proof/verify-shown-event.ts';
import { proofText } from '../../text/event.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Icon } from '../../ui/icon.tsx';
import { isOfLog, sideText } from './failure.ts';

export function FailedNotice({ verdict }: { readonly verdict: FailedEvent }) {
  const { fault, reason, signed, altered, sections = [], expected, found } = verdict;
  const ofLog = isOfLog(verdict);
  return (
    <div role="alert" className="flex gap-3 rounded-lg border border-bad bg-bad-soft px-4 py-3">
      <Icon name="warning" className="mt-0.5 text-bad" />
      <div className="min-w-0 flex-1 space-y-2.5">
        <div>
          <h2 className="font-semibold text-bad">{ofLog ? proofText.failedLog : proofText.failed}</h2>
          <p>
            {proofText.faults[fault]} {signed === true ? proofText.signedLeaf : ''}
          </p>
          {reason === undefined || fault === 'leaf' || fault === 'disclosure' ? null : <p className="text-xs text-muted">{reason}</p>}
        </div>
        {altered.length === 0 ? null : <AlteredTable altered={altered} />}
        {fault === 'leaf' || fault === 'disclosure' ? (
          <p className="text-muted">{altered.length > 0 ? proofText.alteredHow : proofText.alteredUnknown(sections)}</p>
        ) : null}
        {expected === undefined && found === undefined ? null : (
          <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 text-xs">
            <dt className="text-muted">{fault === 'leaf' ? proofText.expectedLeaf : proofText.expectedHash}</dt>
            <dd className="mono break-all">{expected}</dd>
            <dt className="text-muted">{fault === 'leaf' ? proofText.foundLeaf : proofText.foundHash}</dt>
            <dd className="mono break-all">{found}</dd>
          </dl>
        )}
        <div>
          <h3 className="font-medium">{proofText.doNow}</h3>
          <ol className="list-decimal space-y-0.5 pl-5">
            {(ofLog ? proofText.keySteps : proofText.steps).map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
        </div>
        {ofLog ? <Forget /> : null}
      </div>
    </div>
  );
}

function AlteredTable({ altered }: { readonly altered: FailedEvent['altered'] }) {
  return (
    <table aria-label={proofText.altered} className="w-full max-w-[640px] border-collapse text-left">
      <thead>
        <tr className="text-xs text-muted">
          <th scope="col" className="py-0.5 pr-4 font-medium">
            {proofText.field}
          </th>
          <th scope="col" className="py-0.5 pr-4 font-medium">
            {proofText.expected}
          </th>
          <th scope="col" className="py-0.5 font-medium">
            {proofText.found}
          </th>
        </tr>
      </thead>
      <tbody>
        {altered.map((one) => (
          <tr key={one.field} className="border-t border-bad/25 align-top">
            <th scope="row" className="py-1 pr-4 font-medium [overflow-wrap:anywhere]">
              {one.field}
            </th>
            <td className="mono py-1 pr-4 [overflow-wrap:anywhere]">{sideText(one, 'expected')}</td>
            <td className="mono py-1 text-bad [overflow-wrap:anywhere]">{sideText(one, 'found')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** For a change of key or log that somebody explained: asked twice. */
function Forget() {
  const { tenant } = useApi();
  const queryClient = useQueryClient();
  const [asked, setAsked] = useState(false);
  const forget = async (): Promise<void> => {
    memoryIn(localStorage).forget(tenant);
    await queryClient.invalidateQueries({ queryKey: [tenant, 'event-proof'] });
  };
  return (
    <>
      <Button look="danger" onClick={() => setAsked(true)}>
        {proofText.forget}
      </Button>
      {asked ? (
        <ConfirmDialog title={`${proofText.forget}?`} action={proofText.forgetConfirm} onConfirm={forget} onClose={() => setAsked(false)}>
          <p>{proofText.forgetText}</p>
        </ConfirmDialog>
      ) : null}
    </>
  );
}
