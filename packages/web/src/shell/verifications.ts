// What was verified in this browser, and how it ended: told by whoever verifies, shown by the strip on every page.

import { useSyncExternalStore } from 'react';

export interface Verification {
  readonly tenant: string;
  readonly atMs: number;
  /** What was checked, as the beginning of a sentence: `Event 812`, `The log up to 5,214`. */
  readonly what: string;
  /** Undefined when it held. */
  readonly failure?: VerificationFailure;
}

export interface VerificationFailure {
  readonly reason: string;
  /** Of the entry that does not hold, where it is known. */
  readonly seq?: number;
  readonly expected?: string;
  readonly found?: string;
}

let latest: readonly Verification[] = [];
const listeners = new Set<() => void>();

/**
 * A failure stays until the page is loaded again, whatever holds afterwards.
 *
 * @example noteVerification({ tenant, atMs: Date.now(), what: 'Event 812' })
 */
export function noteVerification(made: Verification): void {
  const others = latest.filter(({ tenant, failure }) => tenant !== made.tenant || (failure === undefined) !== (made.failure === undefined));
  latest = [...others, made];
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export interface Verified {
  /** The last that held. */
  readonly held?: Verification;
  /** The last that failed. */
  readonly failed?: Verification & { readonly failure: VerificationFailure };
}

export function useVerified(tenant: string): Verified {
  const all = useSyncExternalStore(subscribe, () => latest);
  const own = all.filter((one) => one.tenant === tenant);
  const held = own.find(({ failure }) => failure === undefined);
  const failed = own.find((one): one is Verification & { failure: VerificationFailure } => one.failure !== undefined);
  return { ...(held === undefined ? {} : { held }), ...(failed === undefined ? {} : { failed }) };
}
