// Whom an outsider believes: the keys that it brings or kept, and those that they vouch for one after the other, as the server
// shows it. What both keys signed must lie on the line of the system log that the server publishes.

import { Failure, followKeys, type KeyRotation, noteKey, parseVkey, printVkey, toBase64, type Trust } from '@indelible/core';
import type { z } from 'zod';
import { nodeHash } from '../store/node-hash.ts';
import { makeVerifier } from './ed25519.ts';
import type { FindingList } from './finding.ts';
import type { Remote } from './remote.ts';
import { continues } from './remote-log.ts';
import { KEYS, type Status, type VerifyServerOptions } from './remote-run.ts';
import type { State } from './state-file.ts';

export interface RemoteKeys {
  /** What may have signed the tenant's log: the keys that were known and those that were learned. It grows by `learn`. */
  readonly trust: Trust;
  /** What must have signed the system log at a size: a former key says nothing of what came after it. */
  systemTrust(size: number): Trust;
  /** The keys to know next time. */
  present(): readonly Uint8Array[];
  /** Looks again whether the key was changed meanwhile; true when something was learned. */
  learn(status: Status): Promise<boolean>;
}

interface Asking {
  readonly options: VerifyServerOptions;
  readonly state: State | undefined;
  readonly remote: Remote;
  readonly found: FindingList;
  readonly notes: string[];
}

/** @param status what the server says of its logs; the keys are asked for after it, so that they are never older */
export async function openRemoteKeys(ask: Asking, status: Status): Promise<RemoteKeys> {
  const verify = makeVerifier();
  const known = await knownKeys(ask);
  const publicKeys = [...known];
  const rotations: KeyRotation[] = [];
  const unvouched = new Set<string>();
  const keys: RemoteKeys = {
    trust: { publicKeys, verify },
    systemTrust: (size) => ({ publicKeys: keysFrom(known, rotations, size), verify }),
    present: () => keysFrom(known, rotations, Number.POSITIVE_INFINITY),
    async learn(now) {
      const document = await readKeys(ask.remote);
      const followed = await followKeys(publicKeys, document, now.system.origin, verify, nodeHash);
      for (const rotation of followed.rotations) {
        if (!(await onLine(ask, now, rotation))) return false;
        publicKeys.push(rotation.publicKey);
        rotations.push(rotation);
        ask.notes.push(learned(now.system.origin, rotation));
      }
      // A server that never had the known key is another one, which its signatures tell.
      const formerly = document.keys.some((key) => publicKeys.some((trusted) => toBase64(trusted) === key.publicKey));
      if (formerly) complain(ask, now, followed.unvouched, document, unvouched);
      return followed.rotations.length > 0;
    },
  };
  await keys.learn(status);
  return keys;
}

async function readKeys(remote: Remote): Promise<z.infer<typeof KEYS>> {
  const parsed = KEYS.safeParse(await remote.json('/.well-known/indelible-keys.json'));
  if (parsed.success) return parsed.data;
  throw new Failure('not_found', 'the answer to /.well-known/indelible-keys.json is not that of an Indelible server');
}

async function knownKeys({ options, state, remote, notes }: Asking): Promise<Uint8Array[]> {
  if (options.vkey !== undefined) {
    try {
      return [parseVkey(options.vkey, nodeHash).publicKey];
    } catch (cause) {
      throw new Failure('parameter_invalid', `--vkey: ${(cause as Error).message}`, { pointer: 'vkey' }, { cause: cause as Error });
    }
  }
  if (state !== undefined) return state.publicKeys.map((key) => Buffer.from(key, 'base64'));
  const { keys } = await readKeys(remote);
  notes.push(
    'first use: this run trusts the key and the checkpoint that the server shows, and later runs hold it to them; give --vkey for a key that you got elsewhere',
  );
  return keys
    .filter(({ algorithm, to }) => algorithm === 'ed25519' && to === undefined)
    .map(({ publicKey }) => Buffer.from(publicKey, 'base64'));
}

/** The known keys up to the first change, and then the last one that a change before that size names. */
function keysFrom(known: readonly Uint8Array[], rotations: readonly KeyRotation[], size: number): readonly Uint8Array[] {
  const last = rotations.findLast(({ index }) => index < size);
  return last === undefined ? known : [last.publicKey];
}

/** Whoever stole a former key can sign a change of his own, but not into the log that was published. */
async function onLine({ remote, found }: Asking, { system }: Status, { checkpoint, publicKey }: KeyRotation): Promise<boolean> {
  const root = Buffer.from(system.root, 'base64');
  if (await continues(remote, system.logId, { size: system.size, root }, checkpoint)) return true;
  found.add({
    code: 'forked',
    log: system.origin,
    seq: 0,
    toSeq: checkpoint.size - 1,
    expected: system.root,
    found: toBase64(checkpoint.root),
    message: `the change to the key ${toBase64(publicKey)} was signed in another log of ${checkpoint.size} leaves than the one of ${system.size} leaves that the server publishes`,
  });
  return false;
}

/** A key that the server calls its present one, and that none of the known ones leads to. */
function complain(
  { found }: Asking,
  { system }: Status,
  unvouched: readonly { readonly publicKey: string; readonly reason: string }[],
  { keys }: z.infer<typeof KEYS>,
  told: Set<string>,
): void {
  for (const { publicKey, reason } of unvouched) {
    if (told.has(publicKey) || keys.find((key) => key.publicKey === publicKey)?.to !== undefined) continue;
    told.add(publicKey);
    found.add({
      code: 'signer_key_changed',
      log: system.origin,
      found: publicKey,
      message: `the server names another key than the one that was known, which does not vouch for it: ${reason}`,
    });
  }
}

function learned(origin: string, { publicKey, time, index }: KeyRotation): string {
  const vkey = printVkey(noteKey(origin, publicKey, nodeHash));
  return `the signing key was changed on ${new Date(time).toISOString()} (leaf ${index} of the system log); the key that was known signed the change too, so that the new one is believed: ${vkey}`;
}
