import { expect, test } from 'vitest';
import { printCheckpoint } from './checkpoint.ts';
import { utf8 } from './encoding.ts';
import { nobleHash } from './hash.ts';
import { rootOf } from './merkle.ts';
import { noteKey } from './note-key.ts';
import { printNote, signNote } from './note.ts';
import { inclusionProof, leafReader } from './proof.ts';
import { parseTlogProof, printTlogProof, verifyTlogProof } from './tlog-proof.ts';

const HASH = `${'A'.repeat(43)}=`;

test('reads and prints', () => {
  const plain = 'c2sp.org/tlog-proof@v1\nindex 0\n\nany checkpoint\n';
  expect(parseTlogProof(plain)).toEqual({ index: 0, hashes: [], checkpoint: 'any checkpoint\n' });
  const full = `c2sp.org/tlog-proof@v1\nextra Zm9v\nindex 73894\n${HASH}\n${HASH}\n\norigin\n\nsignatures\n`;
  expect(parseTlogProof(full)).toEqual({
    extra: utf8('foo'),
    index: 73_894,
    hashes: [new Uint8Array(32), new Uint8Array(32)],
    checkpoint: 'origin\n\nsignatures\n',
  });
  for (const text of [plain, full]) expect(printTlogProof(parseTlogProof(text))).toBe(text);
});

test('malformed ones are refused', () => {
  const head = 'c2sp.org/tlog-proof@v1\n';
  const bad = [
    '',
    head,
    `${head}index 0\n`,
    `${head}\nindex 0\n\nx\n`,
    'c2sp.org/tlog-proof@v2\nindex 0\n\nx\n',
    `${head}index 00\n\nx\n`,
    `${head}index -1\n\nx\n`,
    `${head}index\n\nx\n`,
    `${head}index 0\nextra Zm9v\n\nx\n`,
    `${head}extra Zm9\nindex 0\n\nx\n`,
    `${head}extra Zm9v\nextra Zm9v\nindex 0\n\nx\n`,
    `${head}index 0\nZm9v\n\nx\n`,
    `${head}index 0\n${HASH} \n\nx\n`,
    `${head}index 0\n${`${HASH}\n`.repeat(54)}\nx\n`,
    `${head}index 0\r\n\r\nx\n`,
  ];
  for (const text of bad) expect(() => parseTlogProof(text), text).toThrow(SyntaxError);
});

test('a leaf, its place and the signature must all be right', async () => {
  const pair = await crypto.subtle.generateKey({ name: 'Ed25519' }, true, ['sign', 'verify']);
  const publicKeys = [new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))];
  const key = noteKey('logs.example/log/1', publicKeys[0] as Uint8Array);
  const leaves = ['a', 'b', 'c'].map((text) => nobleHash.text(text));
  const text = printCheckpoint({ origin: key.name, size: 3, root: rootOf(leaves) });
  const signature = await signNote(
    text,
    key,
    async (message) => new Uint8Array(await crypto.subtle.sign({ name: 'Ed25519' }, pair.privateKey, new Uint8Array(message))),
  );
  const proof = { index: 1, hashes: inclusionProof(1, 3, leafReader(leaves)), checkpoint: printNote({ text, signatures: [signature] }) };
  const verify = (changed: Partial<typeof proof>, leaf = 1, origin = key.name) =>
    verifyTlogProof({ ...proof, ...changed }, leaves[leaf] as Uint8Array, origin, { publicKeys });
  expect(await verify({})).toMatchObject({ ok: true, checkpoint: { origin: key.name, size: 3 } });
  expect(await verify({}, 0)).toMatchObject({ ok: false, cause: 'inclusion' });
  expect(await verify({ index: 0 })).toMatchObject({ ok: false, cause: 'inclusion' });
  expect(await verify({ hashes: [] })).toMatchObject({ ok: false, cause: 'inclusion' });
  expect(await verify({ checkpoint: proof.checkpoint.replace('\n3\n', '\n4\n') })).toMatchObject({ ok: false, cause: 'checkpoint' });
  expect(await verify({}, 1, 'logs.example/log/system')).toMatchObject({ ok: false, cause: 'checkpoint' });
});
