// A verdict that failed, as one line and two values for the notice on every page.

import type { Json } from '@indelible/core/event';
import type { Altered } from '../../proof/find-original.ts';
import type { FailedEvent } from '../../proof/verify-shown-event.ts';
import type { VerificationFailure } from '../../shell/verifications.ts';
import { proofText } from '../../text/event.ts';

/** @example failureOf(verdict).failure.expected // 'actor/name: Maria' */
export function failureOf(verdict: FailedEvent): { readonly what: string; readonly failure: VerificationFailure } {
  const { fault, seq, expected, found, altered } = verdict;
  const told = altered.length > 0;
  const sides = {
    expected: told ? altered.map((one) => `${one.field}: ${sideText(one, 'expected')}`).join('; ') : expected,
    found: told ? altered.map((one) => `${one.field}: ${sideText(one, 'found')}`).join('; ') : found,
  };
  return {
    what: seq === undefined ? proofText.failedLog : proofText.what(seq),
    failure: {
      reason: proofText.faults[fault],
      ...(seq !== undefined && { seq }),
      ...(sides.expected !== undefined && { expected: sides.expected }),
      ...(sides.found !== undefined && { found: sides.found }),
    },
  };
}

/** One side of an altered field, as text. */
export function sideText(altered: Altered, side: 'expected' | 'found'): string {
  const value: Json | undefined = altered[side];
  if (value === undefined) return proofText.absent;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Whether the log as a whole is another than the one that this browser remembers, whatever the event. */
export function isOfLog({ fault }: FailedEvent): boolean {
  return ['key', 'origin', 'signature', 'shrunk', 'forked'].includes(fault);
}
