// Which key signed the logs when, as the leaves of the system log say it, and what vouches for each: a checkpoint that the
// former key signed too, or a succession of the logs, which is the operator's word.
//
//   leaf:       0 key A       ...      70 key B        ...      105
//   signed by:  |------- A ------------|  A and B, then B --------->

import { equalBytes, printVkey, noteKey, verifyCheckpoint, type VerifySignature } from '@indelible/core';
import { SEAL_LAG_MS_MAX } from '../limits.ts';
import { nodeHash } from '../store/node-hash.ts';
import type { KeyRow } from '../store/proof-rows.ts';
import type { KeptCheckpoint } from '../store/verify-rows.ts';
import type { FindingList } from './finding.ts';

/** A leaf of the system log that names a key. */
export interface NamedKey {
  readonly seq: number;
  readonly publicKey: Uint8Array;
  readonly replaces: Uint8Array | null;
  /** Milliseconds since 1970. */
  readonly time: number;
}

type Voucher = 'first' | 'rotation' | 'succession' | 'pending' | 'nothing';

/** The time of one key: from the leaf that names it to the next one that does. */
export interface KeyTerm extends NamedKey {
  readonly by: Voucher;
  /** True while the newest checkpoint is one that both signed: the change may not be on record yet. */
  readonly fresh: boolean;
}

export interface SigningKeys {
  readonly origin: string;
  readonly terms: readonly KeyTerm[];
}

/**
 * @param origin the system log's present one
 * @param named the leaves that name keys, in their order
 * @param checkpoints the kept checkpoints of the system log, the smallest first
 */
export async function termsOf(
  origin: string,
  named: readonly NamedKey[],
  checkpoints: readonly KeptCheckpoint[],
  verify: VerifySignature,
): Promise<KeyTerm[]> {
  // A change that a crash interrupted is named again.
  const begun = named.filter(({ publicKey }, index) => !equalBytes(publicKey, named[index - 1]?.publicKey ?? new Uint8Array()));
  const newest = checkpoints.at(-1);
  return Promise.all(
    begun.map(async (key, index) => ({
      ...key,
      fresh: newest !== undefined && key.replaces !== null && (await signedByBoth(newest, key.replaces, key.publicKey, verify)),
      by: await voucherOf(origin, key, begun[index - 1], { end: begun[index + 1]?.seq ?? Number.POSITIVE_INFINITY, checkpoints, verify }),
    })),
  );
}

async function voucherOf(
  origin: string,
  key: NamedKey,
  former: NamedKey | undefined,
  { end, checkpoints, verify }: { end: number; checkpoints: readonly KeptCheckpoint[]; verify: VerifySignature },
): Promise<Voucher> {
  if (former === undefined) return 'first';
  const after = checkpoints.filter(({ size }) => size > key.seq);
  if (key.replaces !== null && equalBytes(key.replaces, former.publicKey)) {
    for (const checkpoint of after)
      if (checkpoint.size <= end && (await signedByBoth(checkpoint, key.replaces, key.publicKey, verify))) return 'rotation';
  }
  const [next] = after;
  const before = checkpoints.findLast(({ size }) => size <= key.seq);
  // A succession gives the system log another name. Where nothing of the former one is kept, the name alone tells.
  const name = next === undefined ? origin : originOf(next);
  const renamed = before === undefined ? /-[1-9][0-9]*$/.test(name) : originOf(before) !== name;
  return renamed ? 'succession' : next === undefined ? 'pending' : 'nothing';
}

async function signedByBoth(
  { note, size, root }: KeptCheckpoint,
  one: Uint8Array,
  other: Uint8Array,
  verify: VerifySignature,
): Promise<boolean> {
  const verdict = await verifyCheckpoint(note, originOf({ note }), { publicKeys: [one, other], verify }, nodeHash);
  return verdict.ok && verdict.signers.length === 2 && verdict.checkpoint.size === size && equalBytes(verdict.checkpoint.root, root);
}

function originOf({ note }: { readonly note: string }): string {
  return note.split('\n', 1)[0] ?? '';
}

/** Changes of the key that nothing vouches for, and keys on record that are not those of the system log. */
export function checkKeys({ origin, terms }: SigningKeys, recorded: readonly KeyRow[], found: FindingList): void {
  const complain = (key: Uint8Array, message: string, more: { seq?: number; expected?: string } = {}): void =>
    found.add({ code: 'signer_key_changed', log: origin, ...more, found: base64(key), message });
  for (const [index, term] of terms.entries()) {
    const former = terms[index - 1];
    const late = term.by === 'pending' && Math.abs(Date.now() - term.time) > SEAL_LAG_MS_MAX;
    if (term.by !== 'nothing' && !late) continue;
    const message = `leaf ${term.seq} of the system log puts another key in the place of the one that signed, and no checkpoint that both signed is there`;
    complain(term.publicKey, message, { seq: term.seq, ...(former !== undefined && { expected: base64(former.publicKey) }) });
  }
  // Where the system log is missing that is found, and its keys are not known.
  if (terms.length === 0) return;
  const settled = terms.filter(({ by }) => by !== 'pending');
  const present = settled.at(-1) as KeyTerm;
  const former = present.fresh ? settled.at(-2) : undefined;
  const onRecord = (key: Uint8Array): KeyRow | undefined => recorded.find((row) => equalBytes(row.publicKey, key));
  // Amid a change either of the two may be the one on record.
  const good = former !== undefined && onRecord(present.publicKey) === undefined ? former : present;
  for (const { publicKey, to } of recorded) {
    if (!terms.some((term) => equalBytes(term.publicKey, publicKey)))
      complain(publicKey, 'a key is on record (indelible.signer_key) that no leaf of the system log names');
    else if ((to === undefined) !== equalBytes(good.publicKey, publicKey))
      complain(publicKey, `a key is on record as ${to === undefined ? 'good' : 'former'}, and the system log says otherwise`, {
        seq: good.seq,
      });
  }
  for (const { publicKey, seq, by } of terms) {
    // One that was never used, as of a change that a succession cut short, is not on record.
    if (by === 'pending' || (by === 'succession' && seq !== present.seq) || seq > good.seq) continue;
    if (onRecord(publicKey) === undefined)
      complain(publicKey, `the key that leaf ${seq} of the system log names is not on record (indelible.signer_key)`, { seq });
  }
}

/**
 * The terms whose keys are believed: those of keys that are believed by themselves, and those that a rotation ties to them,
 * before and after. What both signed ties them: whoever knows one of them believes what it says of the other.
 */
export function believedTerms(terms: readonly KeyTerm[], keys: readonly Uint8Array[]): ReadonlySet<number> {
  const believed = new Set<number>();
  for (const [index, { publicKey }] of terms.entries()) if (keys.some((key) => equalBytes(key, publicKey))) believed.add(index);
  for (const index of terms.keys()) if (believed.has(index - 1) && terms[index]?.by === 'rotation') believed.add(index);
  for (const index of [...terms.keys()].reverse()) if (believed.has(index) && terms[index]?.by === 'rotation') believed.add(index - 1);
  return believed;
}

/** The keys that may have signed when the system log had so many leaves: that of the time, and later ones. */
export function keysAt(terms: readonly KeyTerm[], believed: ReadonlySet<number>, leaves: number): Uint8Array[] {
  const present = terms.findLastIndex(({ seq }) => seq < leaves);
  return terms.flatMap(({ publicKey }, index) => (index >= present && believed.has(index) ? [publicKey] : []));
}

/** For whoever brought a former key: which one it is by now. */
export function followedNotes({ origin, terms }: SigningKeys, keys: readonly Uint8Array[], believed: ReadonlySet<number>): string[] {
  const at = terms.findLastIndex(({ publicKey }) => keys.some((key) => equalBytes(key, publicKey)));
  return terms.flatMap(({ publicKey, time, by, seq }, index) => {
    if (at === -1 || index <= at || by !== 'rotation' || !believed.has(index)) return [];
    const vkey = printVkey(noteKey(origin, publicKey, nodeHash));
    return [
      `the signing key was changed on ${new Date(time).toISOString()} (leaf ${seq} of the system log), and the former key, which you know, signed the change too; from now on give --vkey ${vkey}`,
    ];
  });
}

function base64(key: Uint8Array): string {
  return Buffer.from(key).toString('base64');
}
