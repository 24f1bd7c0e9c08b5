// The proof: what was checked in this browser, when, and by which key; never a tick alone.

import { toBase64 } from '@indelible/core/ledger';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect } from 'react';
import { answerOf, useApi } from '../../api/client.ts';
import type { Event } from '../../api/queries.ts';
import type { HeldEvent } from '../../proof/verify-shown-event.ts';
import { noteVerification } from '../../shell/verifications.ts';
import { useZone } from '../../shell/zone.tsx';
import { t } from '../../text/en.ts';
import { proofText } from '../../text/event.ts';
import { formatCount, formatDateTime, formatRelative } from '../../text/format.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton, useCopy } from '../../ui/copy-button.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Icon, type IconName } from '../../ui/icon.tsx';
import { Ago } from './ago.tsx';
import { failureOf } from './failure.ts';
import { isForbidden, type ProofResult, proofQuery } from './queries.ts';
import { Fact, Facts, Section } from './section.tsx';

/** Where the header's mark leads. */
export const PROOF_PLACE = 'proof';

/** What the proof of an event came to; told to the strip of trust as well. */
export function useProof(id: string) {
  const api = useApi();
  const query = useQuery(proofQuery(api, id));
  const { data } = query;
  const { tenant } = api;
  useEffect(() => {
    if (data === undefined || data.kind === 'unsealed' || data.kind === 'unable') return;
    if (data.kind === 'held') noteVerification({ tenant, atMs: data.atMs, what: proofText.what(data.event.seq) });
    else noteVerification({ tenant, atMs: data.atMs, ...failureOf(data) });
  }, [data, tenant]);
  return query;
}

export type ProofQuery = ReturnType<typeof useProof>;

export function ProofSection({ event, query }: { readonly event: Event; readonly query: ProofQuery }) {
  const actions = (
    <>
      <CopyProof id={event.id} />
      <Button look="quiet" disabled={query.isFetching} onClick={() => void query.refetch()}>
        <Icon name="refresh" size={14} />
        {proofText.again}
      </Button>
    </>
  );
  return (
    <Section title={proofText.title} actions={actions}>
      <div id={PROOF_PLACE} tabIndex={-1} className="panel scroll-mt-28 outline-none space-y-2 px-3 py-2.5">
        <State query={query} />
        <Facts>
          <Fact label={proofText.place}>
            <span className="tabular">{formatCount(event.seq)}</span>
          </Fact>
          <Fact label={proofText.log}>
            <code className="break-all">{event.log}</code>
          </Fact>
          {query.data?.kind === 'held' ? <HeldFacts verdict={query.data} /> : null}
        </Facts>
      </div>
    </Section>
  );
}

/** The server's answer as it is: `indelible` and other tools verify it elsewhere. */
function CopyProof({ id }: { readonly id: string }) {
  const { api } = useApi();
  const { copied, copy } = useCopy();
  const { mutate, isPending } = useMutation({
    mutationFn: () => answerOf(api.GET('/v1/events/{id}/proof', { params: { path: { id } } })),
    onSuccess: (proof) => copy(JSON.stringify(proof, null, 2)),
  });
  return (
    <Button look="quiet" disabled={isPending} onClick={() => mutate()}>
      <Icon name={copied ? 'check' : 'copy'} size={14} />
      {copied ? t.common.copied : proofText.copy}
    </Button>
  );
}

function State({ query }: { readonly query: ProofQuery }) {
  const { data, error } = query;
  if (data === undefined && error !== null) {
    return isForbidden(error) ? (
      <p className="text-muted">{proofText.notAllowed}</p>
    ) : (
      <ErrorState error={error} onRetry={() => void query.refetch()} />
    );
  }
  return <Verdict data={data} />;
}

function Verdict({ data }: { readonly data: ProofResult | undefined }) {
  switch (data?.kind) {
    case undefined:
      return <Line icon="clock">{proofText.working}</Line>;
    case 'unsealed':
      return <Line icon="clock">{proofText.unsealed}</Line>;
    case 'unable':
      return (
        <div>
          <Line icon="warning" ink="text-warn">
            {proofText.unable}
          </Line>
          <p className="text-muted">{proofText.unableHint}</p>
        </div>
      );
    case 'held':
      return <Held verdict={data} />;
    case 'failed':
      return (
        <Line icon="warning" ink="text-bad">
          {proofText.faults[data.fault]}
        </Line>
      );
  }
}

function Line({ icon, ink = '', children }: { readonly icon: IconName; readonly ink?: string; readonly children: ReactNode }) {
  return (
    <p className={`flex items-start gap-2 font-medium ${ink}`} role="status">
      <Icon name={icon} className="mt-px" />
      <span>{children}</span>
    </p>
  );
}

function Held({ verdict: { event, log, atMs } }: { readonly verdict: HeldEvent }) {
  const { zone } = useZone();
  const checks = [
    proofText.shown,
    proofText.sections(event.sections.size),
    ...(event.withheld.length === 0 ? [] : [proofText.withheld(event.withheld)]),
    proofText.inTree(event.seq, event.checkpoint.size),
    proofText.sealed(event.systemCheckpoint.size, formatDateTime(event.sealedAt, zone)),
    keyText(log, zone),
    log.before === undefined ? proofText.noEarlier : proofText.continues(log.before.size, formatRelative(log.before.atMs)),
  ];
  return (
    <>
      <p className="flex items-start gap-2 font-medium">
        <span className="text-good">
          <Icon name="check" className="mt-px" />
        </span>
        <Ago atMs={atMs} says={proofText.held} />
      </p>
      <ul aria-label={proofText.checked} className="list-disc space-y-1 pl-10 text-muted marker:text-faint">
        {checks.map((check) => (
          <li key={check} className="pl-0.5">
            {check}
          </li>
        ))}
      </ul>
    </>
  );
}

function keyText({ before, isNewKey, keySinceMs }: HeldEvent['log'], zone: string): string {
  if (before === undefined) return proofText.keyFirst;
  return isNewKey ? proofText.keyMoved : proofText.keyKnown(formatDateTime(keySinceMs, zone));
}

function HeldFacts({ verdict: { event, leafHash, log } }: { readonly verdict: HeldEvent }) {
  const root = toBase64(event.checkpoint.root);
  return (
    <>
      <Copied label={proofText.leaf} text={leafHash} />
      <Fact label={proofText.checkpoint}>{proofText.checkpointOf(event.checkpoint.size)}</Fact>
      <Copied label={proofText.root} text={root} />
      <Copied label={proofText.key} text={log.vkey} />
    </>
  );
}

function Copied({ label, text }: { readonly label: string; readonly text: string }) {
  return (
    <Fact label={label}>
      <span className="inline-flex max-w-full items-start gap-1">
        <code className="min-w-0 break-all">{text}</code>
        <CopyButton text={text} label={`${proofText.copyOf} ${label}`} />
      </span>
    </Fact>
  );
}
