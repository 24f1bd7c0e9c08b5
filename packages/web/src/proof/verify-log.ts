// Whether the log that the server shows is the one that this browser knows: signed by the key that it met first, and a
// continuation of the checkpoint that it verified last.

import {
  type Checkpoint,
  equalBytes,
  followKeys,
  fromBase64,
  isSystemOriginOf,
  parseVkey,
  toBase64,
  verifyCheckpoint,
  verifyConsistency,
  type VerifySignature,
} from '@indelible/core';
import type { KnownLog, LogMemory } from './memory.ts';

/** Where answers come from: the API, or a test. Each throws when there is no answer. */
export interface LogSource {
  readonly log: () => Promise<{
    readonly origin: string;
    readonly vkey: string;
    readonly checkpoint: string;
    readonly system: { readonly origin: string };
  }>;
  /** The keys that the server says it has and had, with what the old ones signed for the new ones. */
  readonly keys: () => Promise<unknown>;
  readonly consistency: (from: number, to: number) => Promise<{ readonly hashes: readonly string[] }>;
}

export interface HeldLog {
  readonly kind: 'held';
  readonly checkpoint: Checkpoint;
  readonly vkey: string;
  readonly publicKey: Uint8Array;
  /** When the key was met: milliseconds since 1970. */
  readonly keySinceMs: number;
  /** True when the remembered key vouches for another one, which is remembered in its place now. */
  readonly isNewKey: boolean;
  /** The checkpoint that this one was held against; absent the first time, when there was nothing to hold it against. */
  readonly before?: { readonly size: number; readonly atMs: number };
}

/** `key`, `origin`: another than the one that was met first. `shrunk`, `forked`: not a continuation. */
export type LogFault = 'key' | 'origin' | 'signature' | 'shrunk' | 'forked';

export interface FailedLog {
  readonly kind: 'failed';
  readonly fault: LogFault;
  readonly expected: string;
  readonly found: string;
}

export interface Verifier {
  readonly source: LogSource;
  readonly memory: LogMemory;
  readonly tenant: string;
  readonly nowMs: number;
  /** WebCrypto's by default. */
  readonly verify?: VerifySignature;
}

/**
 * Asks for the newest checkpoint, verifies it against what is remembered, and remembers it.
 *
 * @throws what the source throws; what verifying a signature throws where the browser cannot
 * @example const verdict = await verifyLog({ source, memory: memoryIn(localStorage), tenant, nowMs: Date.now() });
 */
export async function verifyLog(verifier: Verifier): Promise<HeldLog | FailedLog> {
  const { source, memory, tenant, nowMs, verify } = verifier;
  // Before asking: what another tab remembers meanwhile may be newer than the answer.
  const known = memory.recall(tenant);
  const { origin, vkey, checkpoint: note, system } = await source.log();
  if (known !== undefined && known.origin !== origin) return failed('origin', known.origin, origin);
  const offered = offeredKey(vkey);
  if (offered === undefined) return failed('signature', 'an Ed25519 key', vkey);
  const pinned = known === undefined ? offered : fromBase64(known.publicKey);
  const verdict = await verifyCheckpoint(note, origin, { publicKeys: distinct(pinned, offered), ...(verify && { verify }) });
  if (!verdict.ok) return failed('signature', 'a checkpoint signed by the key of the log', verdict.reason);
  const signed = (key: Uint8Array): boolean => verdict.signers.some(({ publicKey }) => equalBytes(publicKey, key));
  // That both have signed this checkpoint says nothing: whoever has the database can put a signature of his own under a note.
  const isVouched = equalBytes(pinned, offered) || (await vouches(verifier, pinned, offered, [origin, system.origin]));
  if (!isVouched) return failed('key', toBase64(pinned), toBase64(offered));
  const { checkpoint } = verdict;
  if (known !== undefined) {
    const fault = await faultBetween(source, { size: known.size, root: fromBase64(known.root) }, checkpoint);
    if (fault !== undefined) return fault;
  }
  // Where the remembered key vouches for the one that signs now, that one is remembered.
  const isNewKey = signed(offered) && !equalBytes(pinned, offered);
  const publicKey = isNewKey ? offered : pinned;
  const kept: KnownLog = {
    origin,
    publicKey: toBase64(publicKey),
    sinceMs: known === undefined || isNewKey ? nowMs : known.sinceMs,
    size: checkpoint.size,
    root: toBase64(checkpoint.root),
    atMs: nowMs,
  };
  memory.keep(tenant, kept);
  const before = known === undefined ? {} : { before: { size: known.size, atMs: known.atMs } };
  return { kind: 'held', checkpoint, vkey, publicKey, keySinceMs: kept.sinceMs, isNewKey, ...before };
}

/** Whether what the server publishes leads from the one key to the other: each signed for the next, in the log over all logs. */
async function vouches(
  { source, verify }: Verifier,
  pinned: Uint8Array,
  offered: Uint8Array,
  [origin, system]: readonly [string, string],
): Promise<boolean> {
  if (!isSystemOriginOf(system, origin)) return false;
  try {
    const { publicKeys } = await followKeys([pinned], await source.keys(), system, verify);
    return publicKeys.some((key) => equalBytes(key, offered));
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

type SizedRoot = Pick<Checkpoint, 'size' | 'root'>;

/** What is wrong with a later checkpoint, given an earlier one; undefined when it continues it. */
export async function faultBetween(source: LogSource, earlier: SizedRoot, later: SizedRoot): Promise<FailedLog | undefined> {
  if (later.size < earlier.size) return failed('shrunk', `at least ${earlier.size} entries`, `${later.size} entries`);
  const forked = failed(
    'forked',
    `${earlier.size} entries with root ${toBase64(earlier.root)} at its beginning`,
    `${later.size} entries with root ${toBase64(later.root)}`,
  );
  if (later.size === earlier.size) return equalBytes(later.root, earlier.root) ? undefined : forked;
  const { hashes } = await source.consistency(earlier.size, later.size);
  const proof = decoded(hashes);
  const holds = proof !== undefined && verifyConsistency(earlier.size, later.size, earlier.root, later.root, proof);
  return holds ? undefined : forked;
}

function failed(fault: LogFault, expected: string, found: string): FailedLog {
  return { kind: 'failed', fault, expected, found };
}

function offeredKey(vkey: string): Uint8Array | undefined {
  try {
    return parseVkey(vkey).publicKey;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function decoded(hashes: readonly string[]): Uint8Array[] | undefined {
  try {
    return hashes.map(fromBase64);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function distinct(first: Uint8Array, second: Uint8Array): Uint8Array[] {
  return equalBytes(first, second) ? [first] : [first, second];
}
