// Verifies one event without believing the server: from what its sections say up to the signed checkpoint of the
// system log, on nothing but the answer of GET /v1/events/{id}/proof and a public key.
//
//   disclosures -> commitments -> entry -> leaf -> tenant's checkpoint -> its leaf -> system log's checkpoint
//                                              (signed)                              (signed)

import { z } from 'zod';
import type { JsonObject } from '../event/types.ts';
import { parseSignedCheckpoint } from './checkpoint.ts';
import type { Checkpoint, Trust } from './checkpoint.ts';
import { equalBytes, toBase64 } from './encoding.ts';
import { nobleHash } from './hash.ts';
import type { Hash } from './hash.ts';
import { commitment, leafHash, parseDisclosure, parseEntry } from './leaf.ts';
import type { Entry } from './leaf.ts';
import { parseVkey } from './note-key.ts';
import { originHash, parseSystemLeaf } from './system-leaf.ts';
import type { CheckpointLeaf } from './system-leaf.ts';
import { parseTlogProof, verifyTlogProof } from './tlog-proof.ts';
import type { TlogProof } from './tlog-proof.ts';

const ANSWER = z.object({
  /** The origin of the tenant's log. */
  log: z.string(),
  seq: z.int().nonnegative(),
  /** Base64. */
  leafHash: z.string(),
  entry: z.string(),
  disclosures: z.array(z.string()),
  proof: z.string(),
  systemProof: z.string(),
});
const ORIGIN = /^(.+\/log\/)([A-Za-z0-9_-]+)$/u;
// The system log, and the ones that took its place after a succession.
const SYSTEM_LOG_ID = /^system(?:-(?:[2-9]|[1-9]\d+))?$/;

/** The answer of GET /v1/events/{id}/proof. */
export type EventProof = z.infer<typeof ANSWER>;

/** What a verifier knows already. One of `vkey` and `publicKeys` must be given. */
export interface EventTrust extends Partial<Trust> {
  /** The printed key of the tenant's log, or of the system log of the same server; events of other logs then fail. */
  readonly vkey?: string;
  /** The event that was asked for. Without it any event of the log passes: compare `id` of the verdict then. */
  readonly id?: string;
}

/** Which link of the chain is broken. */
export type EventCheck =
  | 'answer'
  | 'disclosure'
  | 'entry'
  | 'leaf'
  | 'origin'
  | 'inclusion'
  | 'checkpoint'
  | 'system-leaf'
  | 'system-inclusion'
  | 'system-checkpoint';

export interface VerifiedEvent {
  readonly ok: true;
  readonly origin: string;
  readonly seq: number;
  readonly id: string;
  /** When the event was recorded: milliseconds since 1970. */
  readonly t: number;
  /** Section name -> value, proved. `fromSections` makes an event of them. */
  readonly sections: ReadonlyMap<string, JsonObject>;
  /** Sections that are committed to and were not shown: erased, pruned or withheld. */
  readonly withheld: readonly string[];
  /** When the tenant's checkpoint went into the system log: milliseconds since 1970. */
  readonly sealedAt: number;
  readonly checkpoint: Checkpoint;
  readonly systemCheckpoint: Checkpoint;
}

export interface RefusedEvent {
  readonly ok: false;
  readonly check: EventCheck;
  /** A sentence for people. */
  readonly reason: string;
}

type Step<T> = { readonly ok: true; readonly value: T } | RefusedEvent;

/**
 * Verifies an event. Never throws for what the answer holds; a malformed answer is a refusal like any other.
 *
 * @throws {TypeError | SyntaxError} when `trust` itself is unusable: no key, or a malformed one
 * @example
 * const answer = await (await fetch(`${server}/v1/events/${id}/proof`)).json();
 * const verdict = await verifyEvent(answer, { vkey, id });
 * if (!verdict.ok) console.error(verdict.check, verdict.reason);
 */
export async function verifyEvent(answer: unknown, trust: EventTrust, hash: Hash = nobleHash): Promise<VerifiedEvent | RefusedEvent> {
  const keys = trustedKeys(trust, hash);
  const parsed = ANSWER.safeParse(answer);
  if (!parsed.success) return refuse('answer', 'the answer is not that of an event proof');
  const event = parsed.data;

  const entry = checkEntry(event, trust, hash);
  if (!entry.ok) return entry;
  const sections = checkDisclosures(event, entry.value, hash);
  if (!sections.ok) return sections;
  const system = checkOrigin(event, keys.name);
  if (!system.ok) return system;
  const tenant = await checkInclusion(event, keys, hash);
  if (!tenant.ok) return tenant;
  const sealed = await checkSystem(event, tenant.value, system.value, keys, hash);
  if (!sealed.ok) return sealed;

  const { c, id, t } = entry.value;
  const withheld = Object.keys(c).filter((name) => !sections.value.has(name));
  return {
    ok: true,
    origin: event.log,
    seq: event.seq,
    id,
    t,
    sections: sections.value,
    withheld,
    checkpoint: tenant.value,
    ...sealed.value,
  };
}

/** Whether one origin is that of a system log that covers the log of the other, which must be a tenant's. */
export function isSystemOriginOf(system: string, origin: string): boolean {
  const [, prefix, id = ''] = ORIGIN.exec(origin) ?? [];
  const [, systemPrefix, systemId = ''] = ORIGIN.exec(system) ?? [];
  return prefix !== undefined && prefix === systemPrefix && !SYSTEM_LOG_ID.test(id) && SYSTEM_LOG_ID.test(systemId);
}

/** Whether an origin is that of a system log, the first one or one that took its place after a succession. */
export function isSystemOrigin(origin: string): boolean {
  return SYSTEM_LOG_ID.test(ORIGIN.exec(origin)?.[2] ?? '');
}

/** One key serves all origins, so its bytes count; the name that a vkey has narrows what is accepted. */
function trustedKeys(trust: EventTrust, hash: Hash): Trust & { readonly name?: string } {
  const named = trust.vkey === undefined ? undefined : parseVkey(trust.vkey, hash);
  const publicKeys = [...(trust.publicKeys ?? []), ...(named === undefined ? [] : [named.publicKey])];
  if (publicKeys.length === 0) throw new TypeError('verifyEvent needs a vkey or a public key');
  return { publicKeys, ...(trust.verify !== undefined && { verify: trust.verify }), ...(named !== undefined && { name: named.name }) };
}

function checkEntry(event: EventProof, trust: EventTrust, hash: Hash): Step<Entry> {
  const entry = read('entry', () => parseEntry(event.entry));
  if (!entry.ok) return entry;
  if (trust.id !== undefined && entry.value.id !== trust.id) return refuse('entry', `the entry is that of event ${entry.value.id}`);
  if (toBase64(leafHash(event.entry, hash)) !== event.leafHash) return refuse('leaf', 'the leaf hash is not that of the entry');
  return entry;
}

function checkDisclosures(event: EventProof, entry: Entry, hash: Hash): Step<Map<string, JsonObject>> {
  const sections = new Map<string, JsonObject>();
  for (const text of event.disclosures) {
    const disclosed = read('disclosure', () => parseDisclosure(text));
    if (!disclosed.ok) return disclosed;
    const { name, value } = disclosed.value;
    if (sections.has(name)) return refuse('disclosure', `section ${name} is disclosed twice`);
    if (!Object.hasOwn(entry.c, name)) return refuse('disclosure', `the entry has no section ${name}`);
    if (commitment(text, hash) !== entry.c[name]) return refuse('disclosure', `section ${name} is not what the entry commits to`);
    sections.set(name, value);
  }
  return { ok: true, value: sections };
}

/** The origin of the system log, as its checkpoint says it: it must be one that can cover this log. */
function checkOrigin(event: EventProof, keyName: string | undefined): Step<string> {
  const system = read('system-checkpoint', () => parseSignedCheckpoint(parseTlogProof(event.systemProof).checkpoint).origin);
  if (!system.ok) return system;
  const origin = event.log;
  if (!isSystemOriginOf(system.value, origin)) return refuse('origin', `the log ${origin} is not one that ${system.value} covers`);
  if (keyName !== undefined && keyName !== origin && keyName !== system.value) return refuse('origin', `the key is that of ${keyName}`);
  return system;
}

async function checkInclusion(event: EventProof, keys: Trust, hash: Hash): Promise<Step<Checkpoint>> {
  const proof = read('inclusion', () => parseTlogProof(event.proof));
  if (!proof.ok) return proof;
  if (proof.value.index !== event.seq) return refuse('inclusion', `the proof is for sequence number ${proof.value.index}`);
  const verdict = await verifyTlogProof(proof.value, leafHash(event.entry, hash), event.log, keys, hash);
  return verdict.ok ? { ok: true, value: verdict.checkpoint } : refuse(verdict.cause, verdict.reason);
}

async function checkSystem(
  event: EventProof,
  tenant: Checkpoint,
  origin: string,
  keys: Trust,
  hash: Hash,
): Promise<Step<{ readonly sealedAt: number; readonly systemCheckpoint: Checkpoint }>> {
  const proof = read('system-inclusion', () => parseTlogProof(event.systemProof));
  if (!proof.ok) return proof;
  const text = read('system-leaf', () => extraText(proof.value));
  if (!text.ok) return text;
  const leaf = read('system-leaf', () => parseCheckpointLeaf(text.value));
  if (!leaf.ok) return leaf;
  if (leaf.value.originHash !== originHash(event.log, hash)) return refuse('system-leaf', 'the system leaf is that of another log');
  if (leaf.value.size !== tenant.size || !equalBytes(leaf.value.root, tenant.root)) {
    return refuse('system-leaf', 'the system leaf is that of another checkpoint');
  }
  if (leaf.value.previous >= proof.value.index) return refuse('system-leaf', 'the system leaf names a later leaf as its previous one');
  const verdict = await verifyTlogProof(proof.value, leafHash(text.value, hash), origin, keys, hash);
  if (!verdict.ok) return refuse(`system-${verdict.cause}`, verdict.reason);
  return { ok: true, value: { sealedAt: leaf.value.time, systemCheckpoint: verdict.checkpoint } };
}

function extraText({ extra }: TlogProof): string {
  if (extra === undefined) throw new SyntaxError('the proof does not hold the leaf of the system log');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(extra);
  } catch {
    throw new SyntaxError('the leaf of the system log is not UTF-8');
  }
}

function parseCheckpointLeaf(text: string): CheckpointLeaf {
  const leaf = parseSystemLeaf(text);
  if (leaf.kind !== 'checkpoint') throw new SyntaxError('the leaf of the system log is not a checkpoint');
  return leaf;
}

/** Runs a parser; what it cannot read is a broken link of this kind. */
function read<T>(check: EventCheck, parse: () => T): Step<T> {
  try {
    return { ok: true, value: parse() };
  } catch (error) {
    if (error instanceof SyntaxError) return refuse(check, error.message);
    throw error;
  }
}

function refuse(check: EventCheck, reason: string): RefusedEvent {
  return { ok: false, check, reason };
}
