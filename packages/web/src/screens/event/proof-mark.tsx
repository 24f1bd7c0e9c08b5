// In the head of an event: what its proof came to, and the way to it.

import { proofText } from '../../text/event.ts';
import { formatCount } from '../../text/format.ts';
import { Icon } from '../../ui/icon.tsx';
import { Ago } from './ago.tsx';
import type { ProofQuery } from './proof-section.tsx';
import { PROOF_PLACE } from './proof-section.tsx';

export function ProofMark({ seq, query: { data } }: { readonly seq: number; readonly query: ProofQuery }) {
  const count = formatCount(seq);
  const isHeld = data?.kind === 'held';
  const isFailed = data?.kind === 'failed';
  const show = (): void => {
    const place = document.getElementById(PROOF_PLACE);
    place?.scrollIntoView({ block: 'start' });
    place?.focus({ preventScroll: true });
  };
  return (
    <button
      type="button"
      onClick={show}
      className={`inline-flex min-h-6 items-center gap-1 rounded px-1 text-xs hover:bg-raised ${isFailed ? 'font-medium text-bad' : 'text-muted'}`}
    >
      <Icon name={isHeld ? 'integrity' : isFailed ? 'warning' : 'minus'} size={12} className={isHeld ? 'text-good' : ''} />
      {isHeld ? (
        <Ago atMs={data.atMs} says={(ago) => proofText.markHeld(count, ago)} />
      ) : isFailed ? (
        proofText.markFailed(count)
      ) : (
        proofText.markOpen(count)
      )}
    </button>
  );
}
