// What an event's page asks for: the event, what happened around it, and its proof.

import type { AuditEvent, EventProof } from '@indelible/core';
import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { type Api, answerOf } from '../../api/client.ts';
import { codeOf, ProblemError } from '../../api/problem.ts';
import type { Event } from '../../api/queries.ts';
import { memoryIn } from '../../proof/memory.ts';
import type { EventSource, EventVerdict, ShownEvent } from '../../proof/verify-shown-event.ts';

const MINUTE_MS = 60_000;
/** A log signs once a second. */
const UNSEALED_MS = 1_500;

/** @param known the event as a list shows it, so that it is on the page at once */
export function eventQuery({ api, tenant }: Api, id: string, known?: Event) {
  return queryOptions({
    queryKey: [tenant, 'event', id],
    queryFn: ({ signal }) => answerOf(api.GET('/v1/events/{id}', { params: { path: { id } }, signal })),
    staleTime: MINUTE_MS,
    ...(known !== undefined && { placeholderData: known }),
  });
}

export function aroundQuery({ api, tenant }: Api, id: string) {
  return queryOptions({
    queryKey: [tenant, 'event-context', id],
    queryFn: ({ signal }) => answerOf(api.GET('/v1/events/{id}/context', { params: { path: { id } }, signal })),
    staleTime: MINUTE_MS,
  });
}

/** What came of verifying: a verdict, or why there is none. */
export type ProofResult = EventVerdict | { readonly kind: 'unsealed' } | { readonly kind: 'unable' };

/** Verifies in this browser; the code for it is loaded when it is needed. */
export function proofQuery(api: Api, id: string) {
  return queryOptions({
    queryKey: [api.tenant, 'event-proof', id],
    queryFn: ({ client, signal }): Promise<ProofResult> => verifyHere(api, id, { client, signal }),
    staleTime: MINUTE_MS,
    refetchInterval: ({ state }) => (state.data?.kind === 'unsealed' ? UNSEALED_MS : false),
    // A verdict holds functions and bytes: it is replaced, never merged.
    structuralSharing: false,
  });
}

interface Asking {
  readonly client: QueryClient;
  readonly signal: AbortSignal;
}

async function verifyHere(api: Api, id: string, asking: Asking): Promise<ProofResult> {
  const { verifyShownEvent } = await import('../../proof/verify-shown-event.ts');
  if (!(await canVerify())) return { kind: 'unable' };
  try {
    return await verifyShownEvent(
      { source: sourceOf(api, asking), memory: memoryIn(localStorage), tenant: api.tenant, nowMs: Date.now() },
      id,
    );
  } catch (error) {
    if (codeOf(error) === 'not_sealed') return { kind: 'unsealed' };
    throw error;
  }
}

/** Whether this browser checks signatures here: without https it has no WebCrypto at all. */
export async function canVerify(): Promise<boolean> {
  try {
    // A point of the curve that everybody knows: the base point.
    const key = Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? 0x58 : 0x66));
    await crypto.subtle.importKey('raw', key, { name: 'Ed25519' }, false, ['verify']);
    return true;
  } catch {
    return false;
  }
}

/** What verifying asks the server for. */
export function sourceOf({ api, tenant }: Api, { client, signal }: Asking): EventSource {
  const path = (id: string): { readonly params: { readonly path: { readonly id: string } }; readonly signal: AbortSignal } => ({
    params: { path: { id } },
    signal,
  });
  return {
    log: () => answerOf(api.GET('/v1/log', { signal })),
    keys: () => answerOf(api.GET('/.well-known/indelible-keys.json', { signal })),
    consistency: (from, to) => answerOf(api.GET('/v1/log/consistency', { params: { query: { from, to } }, signal })),
    // Of the two forms that the document names, the one that is asked for here is JSON.
    proof: async (id) => (await answerOf(api.GET('/v1/events/{id}/proof', path(id)))) as unknown as EventProof,
    event: async (id) => {
      const event = await answerOf(api.GET('/v1/events/{id}', path(id)));
      // What is verified is what the page shows from now on, and not what a list had said before.
      client.setQueryData([tenant, 'event', id], event);
      return event as unknown as ShownEvent;
    },
    around: async (id) => {
      const { actor, resource, request } = await answerOf(api.GET('/v1/events/{id}/context', path(id)));
      return [actor, resource, request].flatMap((side) =>
        side === undefined ? [] : [...side.after, ...side.before],
      ) as unknown as AuditEvent[];
    },
  };
}

/** Whether proofs are not shown to whoever asks. */
export function isForbidden(error: unknown): boolean {
  return error instanceof ProblemError && error.problem.status === 403;
}
