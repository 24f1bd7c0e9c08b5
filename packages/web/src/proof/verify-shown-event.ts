// Whether an event, as it is shown, is what the log holds: from its disclosures up to the signed checkpoints, and from there
// to the checkpoint that this browser remembers. Everything is computed here; the server only gives the parts.

import {
  type AuditEvent,
  type EventCheck,
  type EventProof,
  fromBase64,
  fromSections,
  type Json,
  parseTlogProof,
  sameJson,
  type Trust,
  verifyEvent,
  type VerifiedEvent,
  verifyTlogProof,
  parseDisclosure,
  parseEntry,
  commitment,
  leafHash,
  toBase64,
} from '@indelible/core';
import { type Altered, findOriginal } from './find-original.ts';
import { faultBetween, type FailedLog, type HeldLog, type LogSource, verifyLog, type Verifier } from './verify-log.ts';

/** An event as the API gives it. */
export type ShownEvent = AuditEvent & { readonly log: string; readonly seq: number };

export interface EventSource extends LogSource {
  readonly proof: (id: string) => Promise<EventProof>;
  readonly event: (id: string) => Promise<ShownEvent>;
  /** Events that may tell what an altered one said. */
  readonly around: (id: string) => Promise<readonly AuditEvent[]>;
}

export interface HeldEvent {
  readonly kind: 'held';
  readonly event: VerifiedEvent;
  /** base64: what the tree holds of it. */
  readonly leafHash: string;
  readonly log: HeldLog;
  readonly atMs: number;
}

export interface FailedEvent {
  readonly kind: 'failed';
  /** `shown`: the page would show something else than what is proved. */
  readonly fault: EventCheck | FailedLog['fault'] | 'shown';
  /** A sentence of the check that failed, where it has one. */
  readonly reason?: string;
  readonly seq?: number;
  readonly expected?: string;
  readonly found?: string;
  /** True when the expected leaf is in the signed tree: then the record was altered after it was signed. */
  readonly signed?: boolean;
  /** Sections whose commitment does not match, where the entry tells. */
  readonly sections?: readonly string[];
  /** What was altered, proved by the signed leaf; empty when it could not be found out. */
  readonly altered: readonly Altered[];
  readonly atMs: number;
}

export type EventVerdict = HeldEvent | FailedEvent;

/**
 * @throws what the source throws: among them the API's `not_sealed`, until a checkpoint covers the event
 * @example const verdict = await verifyShownEvent({ source, memory, tenant, nowMs: Date.now() }, id);
 */
export async function verifyShownEvent(verifier: Verifier & { readonly source: EventSource }, id: string): Promise<EventVerdict> {
  const { source, tenant, nowMs: atMs, verify } = verifier;
  const log = await verifyLog(verifier);
  if (log.kind === 'failed') return { ...log, altered: [], atMs };
  // A record that was altered may be one that cannot even be shown: the proof tells all the same.
  const [proof, [shown]] = await Promise.all([source.proof(id), Promise.allSettled([source.event(id)])]);
  const trust = { publicKeys: [log.publicKey], ...(verify && { verify }) };
  const event = await verifyEvent(proof, { ...trust, id });
  if (!event.ok) return refusal(source, proof, { check: event.check, reason: event.reason, trust, id, atMs });
  const [earlier, later] =
    event.checkpoint.size < log.checkpoint.size ? [event.checkpoint, log.checkpoint] : [log.checkpoint, event.checkpoint];
  const fault = event.origin === log.checkpoint.origin ? await faultBetween(source, earlier, later) : undefined;
  if (event.origin !== log.checkpoint.origin) {
    return { kind: 'failed', fault: 'origin', expected: log.checkpoint.origin, found: event.origin, altered: [], atMs };
  }
  if (fault !== undefined) return { ...fault, seq: event.seq, altered: [], atMs };
  if (shown.status === 'rejected') throw shown.reason;
  const proved = { ...fromSections({ id: event.id, tenant, t: event.t }, event.sections), log: event.origin, seq: event.seq };
  if (!sameJson(proved as unknown as Json, shown.value as unknown as Json))
    return { kind: 'failed', fault: 'shown', seq: event.seq, altered: [], atMs };
  return { kind: 'held', event, leafHash: proof.leafHash, log, atMs };
}

interface Refusal {
  readonly check: EventCheck;
  readonly reason: string;
  readonly trust: Trust;
  readonly id: string;
  readonly atMs: number;
}

async function refusal(source: EventSource, proof: EventProof, { check, reason, trust, id, atMs }: Refusal): Promise<FailedEvent> {
  const base = { kind: 'failed', fault: check, reason, seq: proof.seq, altered: [], atMs } as const;
  if (check !== 'leaf' && check !== 'disclosure') return base;
  const signed = await isSigned(proof, trust);
  const around = signed ? await source.around(id).catch(() => []) : [];
  const sections = brokenSections(proof);
  // Where the entry is the signed one, the commitment of a section is what differs; else the leaf as a whole.
  const [broken] = sections;
  const sides =
    broken === undefined
      ? { expected: proof.leafHash, found: toBase64(leafHash(proof.entry)) }
      : { expected: broken.expected, found: broken.found };
  return { ...base, ...sides, signed, sections: sections.map(({ name }) => name), altered: findOriginal(proof, around) };
}

/** Whether the leaf that the server names is the one in the signed tree. */
async function isSigned(proof: EventProof, trust: Trust): Promise<boolean> {
  try {
    const parsed = parseTlogProof(proof.proof);
    return parsed.index === proof.seq && (await verifyTlogProof(parsed, fromBase64(proof.leafHash), proof.log, trust)).ok;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** Sections that are not what the entry commits to. */
function brokenSections(proof: EventProof): { readonly name: string; readonly expected: string; readonly found: string }[] {
  try {
    const { c } = parseEntry(proof.entry);
    return proof.disclosures.flatMap((text) => {
      const { name } = parseDisclosure(text);
      const [expected, found] = [c[name], commitment(text)];
      return expected === undefined || expected === found ? [] : [{ name, expected, found }];
    });
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
