import { beforeAll, expect, test } from 'vitest';
import { printCheckpoint } from './checkpoint.ts';
import { toBase64, utf8 } from './encoding.ts';
import { followKeys, verifyKeyRotation } from './key-rotation.ts';
import { leafHash } from './leaf.ts';
import { noteKey } from './note-key.ts';
import { printNote, signNote } from './note.ts';
import { inclusionProof, leafReader } from './proof.ts';
import { rootOf } from './merkle.ts';
import { printSystemLeaf } from './system-leaf.ts';
import { printTlogProof } from './tlog-proof.ts';

const ORIGIN = 'example.invalid/log/system';
const TIME = 1_772_600_767_456;

interface Key {
  readonly publicKey: Uint8Array;
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
}

let keys: Key[];
beforeAll(async () => {
  keys = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const pair = await crypto.subtle.generateKey({ name: 'Ed25519' }, true, ['sign', 'verify']);
      return {
        publicKey: new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)),
        sign: async (message: Uint8Array) =>
          new Uint8Array(await crypto.subtle.sign({ name: 'Ed25519' }, pair.privateKey, new Uint8Array(message))),
      };
    }),
  );
});

interface Change {
  readonly from: number;
  readonly to: number;
  /** Who signs; both by default. */
  readonly signers?: readonly number[];
  readonly origin?: string;
  /** The leaf that is shown, in place of the one in the tree. */
  readonly shown?: string;
  readonly leaf?: string;
}

/** The proof of a change: the leaf is number 2 of a tree of 5. */
async function proofOf({ from, to, signers = [from, to], origin = ORIGIN, shown, leaf }: Change): Promise<string> {
  const named = leaf ?? printSystemLeaf({ kind: 'key', publicKey: keys[to]!.publicKey, replaces: keys[from]!.publicKey, time: TIME });
  const beat = printSystemLeaf({ kind: 'beat', time: TIME });
  const leaves = [beat, beat, named, beat, beat].map((text) => leafHash(text));
  const text = printCheckpoint({ origin, size: 5, root: rootOf(leaves) });
  const signatures = await Promise.all(signers.map((at) => signNote(text, noteKey(origin, keys[at]!.publicKey), keys[at]!.sign)));
  return printTlogProof({
    extra: utf8(shown ?? named),
    index: 2,
    hashes: inclusionProof(2, 5, leafReader(leaves)),
    checkpoint: printNote({ text, signatures }),
  });
}

function documentOf(...entries: readonly (readonly [key: number, proof?: string | undefined])[]): object {
  return {
    keys: entries.map(([at, proof]) => ({
      algorithm: 'ed25519',
      publicKey: toBase64(keys[at]!.publicKey),
      from: '2026-01-01T00:00:00Z',
      ...(proof !== undefined && { proof }),
    })),
  };
}

test('a change that both keys signed is proved, with everything that it says', async () => {
  expect(await verifyKeyRotation(await proofOf({ from: 0, to: 1 }), ORIGIN)).toMatchObject({
    ok: true,
    rotation: { replaces: keys[0]!.publicKey, publicKey: keys[1]!.publicKey, time: TIME, index: 2, checkpoint: { size: 5 } },
  });
});

test('a change that one of them, or somebody else, signed is not', async () => {
  for (const signers of [[0], [1], [2], [0, 2], [1, 2]]) {
    const verdict = await verifyKeyRotation(await proofOf({ from: 0, to: 1, signers }), ORIGIN);
    expect(verdict).toMatchObject({ ok: false, reason: expect.stringMatching(/has not signed|no known key/) });
  }
});

test('a leaf that the checkpoint does not cover, of another kind, or of another log proves nothing', async () => {
  const other = printSystemLeaf({ kind: 'key', publicKey: keys[1]!.publicKey, replaces: keys[0]!.publicKey, time: TIME + 1 });
  expect(await verifyKeyRotation(await proofOf({ from: 0, to: 1, shown: other }), ORIGIN)).toMatchObject({ ok: false });
  const beat = printSystemLeaf({ kind: 'beat', time: TIME });
  expect(await verifyKeyRotation(await proofOf({ from: 0, to: 1, leaf: beat }), ORIGIN)).toMatchObject({ ok: false });
  const first = printSystemLeaf({ kind: 'key', publicKey: keys[1]!.publicKey, replaces: null, time: TIME });
  expect(await verifyKeyRotation(await proofOf({ from: 0, to: 1, leaf: first }), ORIGIN)).toMatchObject({ ok: false });
  // The same keys sign the tenants' logs, whose leaves others can write; nor does another system log count.
  for (const origin of ['example.invalid/log/0123456789ab', 'example.invalid/log/system-2', 'other.invalid/log/system'])
    expect(await verifyKeyRotation(await proofOf({ from: 0, to: 1, origin }), ORIGIN)).toMatchObject({ ok: false });
  const tenant = 'example.invalid/log/0123456789ab';
  expect(await verifyKeyRotation(await proofOf({ from: 0, to: 1, origin: tenant }), tenant)).toMatchObject({ ok: false });
  for (const text of ['', 'nonsense', (await proofOf({ from: 0, to: 1 })).replace('extra ', 'extra /')])
    expect(await verifyKeyRotation(text, ORIGIN)).toMatchObject({ ok: false });
});

test('a chain of changes is followed from any of its keys to the last, and no further back', async () => {
  const document = documentOf([2, await proofOf({ from: 1, to: 2 })], [1, await proofOf({ from: 0, to: 1 })], [0]);
  for (const at of [0, 1, 2]) {
    const followed = await followKeys([keys[at]!.publicKey], document, ORIGIN);
    expect(followed.publicKeys).toEqual(keys.slice(at, 3).map(({ publicKey }) => publicKey));
    expect(followed.rotations.map(({ publicKey }) => publicKey)).toEqual(followed.publicKeys.slice(1));
    expect(followed.unvouched.map(({ publicKey }) => publicKey)).toEqual(
      [1, 0].filter((former) => former < at).map((former) => toBase64(keys[former]!.publicKey)),
    );
  }
});

test('what nothing vouches for is not learned, and said', async () => {
  const evil = toBase64(keys[3]!.publicKey);
  for (const [proof, reason] of [
    [undefined, 'nothing shows'],
    [await proofOf({ from: 0, to: 3, signers: [3] }), 'has not signed'],
    [await proofOf({ from: 2, to: 3 }), 'not known'],
    // Sound, but of another key than the one that it stands beside.
    [await proofOf({ from: 0, to: 1 }), 'not known'],
  ] as const) {
    const { publicKeys, unvouched } = await followKeys([keys[0]!.publicKey], documentOf([3, proof], [0]), ORIGIN);
    expect(publicKeys).toEqual([keys[0]!.publicKey]);
    expect(unvouched).toEqual([{ publicKey: evil, reason: expect.stringContaining(reason) }]);
  }
  await expect(followKeys([keys[0]!.publicKey], { keys: 'none' }, ORIGIN)).rejects.toThrow(SyntaxError);
});
