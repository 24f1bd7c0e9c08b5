import { beforeAll, expect, test } from 'vitest';
import { parseCheckpoint, parseSignedCheckpoint, printCheckpoint, verifyCheckpoint } from './checkpoint.ts';
import { fromBase64, toBase64 } from './encoding.ts';
import { noteKey } from './note-key.ts';
import { printNote, signNote } from './note.ts';
import type { SignMessage } from './note.ts';

// The text of the example in tlog-checkpoint.
const TEXT = 'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n';
const ORIGIN = 'example.com/behind-the-sofa';
let publicKeys: Uint8Array[];
let sign: SignMessage;

beforeAll(async () => {
  const pair = await crypto.subtle.generateKey({ name: 'Ed25519' }, true, ['sign', 'verify']);
  publicKeys = [new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))];
  sign = async (message) => new Uint8Array(await crypto.subtle.sign({ name: 'Ed25519' }, pair.privateKey, new Uint8Array(message)));
});

async function signed(text: string, name = ORIGIN): Promise<string> {
  return printNote({ text, signatures: [await signNote(text, noteKey(name, publicKeys[0] as Uint8Array), sign)] });
}

test('the example reads and prints', () => {
  const checkpoint = parseCheckpoint(TEXT);
  expect(checkpoint).toEqual({ origin: ORIGIN, size: 20_852_163, root: fromBase64('CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=') });
  expect(printCheckpoint(checkpoint)).toBe(TEXT);
  const extended = parseCheckpoint(`${TEXT}one\ntwo\n`);
  expect(extended.extensions).toEqual(['one', 'two']);
  expect(printCheckpoint(extended)).toBe(`${TEXT}one\ntwo\n`);
  expect(parseCheckpoint(TEXT.replace('20852163', '0')).size).toBe(0);
});

test('malformed checkpoints are refused', () => {
  const bad = [
    '',
    '\n\n\n',
    TEXT.slice(0, -1),
    `${TEXT}\n`,
    `${TEXT}one\n\ntwo\n`,
    `${TEXT}one`,
    TEXT.replace('2085', '02085'),
    TEXT.replace('20852163', '00'),
    TEXT.replace('20852163', '-1'),
    TEXT.replace('20852163', '1e3'),
    TEXT.replace('20852163', '9007199254740992'),
    TEXT.replace('20852163', ' 1'),
    TEXT.replace('q2I=', 'q2J='),
    TEXT.replace('q2I=', 'q2I'),
    TEXT.replace('CsUY', ''),
    TEXT.replace('example', ' example'),
    TEXT.replaceAll('\n', '\r\n'),
    TEXT.replace(ORIGIN, ''),
  ];
  for (const text of bad) expect(() => parseCheckpoint(text), text).toThrow(SyntaxError);
});

test('a checkpoint counts for the origin whose key signed it', async () => {
  const note = await signed(TEXT);
  expect(parseSignedCheckpoint(note).size).toBe(20_852_163);
  expect(await verifyCheckpoint(note, ORIGIN, { publicKeys })).toMatchObject({
    ok: true,
    checkpoint: { size: 20_852_163 },
    signers: [{ name: ORIGIN }],
  });
  expect(await verifyCheckpoint(note, 'example.com/other', { publicKeys })).toMatchObject({ ok: false });
  expect(await verifyCheckpoint(note, 'not a name', { publicKeys })).toMatchObject({ ok: false });
  expect(await verifyCheckpoint(note, ORIGIN, { publicKeys: [new Uint8Array(32)] })).toMatchObject({ ok: false });
  expect(await verifyCheckpoint(note, ORIGIN, { publicKeys: [] })).toMatchObject({ ok: false });
  expect(await verifyCheckpoint(note, ORIGIN, { publicKeys, verify: () => false })).toMatchObject({ ok: false });
  expect(await verifyCheckpoint(note.replace('20852163', '20852164'), ORIGIN, { publicKeys })).toMatchObject({ ok: false });
  // Signed under the right name, but the text is of another log, or of none.
  expect(await verifyCheckpoint(await signed(TEXT.replace(ORIGIN, 'example.com/other')), ORIGIN, { publicKeys })).toMatchObject({
    ok: false,
  });
  expect(await verifyCheckpoint(await signed('just a note\n'), ORIGIN, { publicKeys })).toMatchObject({ ok: false });
  expect(await verifyCheckpoint('nothing', ORIGIN, { publicKeys })).toMatchObject({ ok: false });
});

test('while the key changes, either of two is enough', async () => {
  const pair = await crypto.subtle.generateKey({ name: 'Ed25519' }, true, ['sign', 'verify']);
  const next = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  const signNext: SignMessage = async (message) =>
    new Uint8Array(await crypto.subtle.sign({ name: 'Ed25519' }, pair.privateKey, new Uint8Array(message)));
  const both = printNote({
    text: TEXT,
    signatures: [
      await signNote(TEXT, noteKey(ORIGIN, publicKeys[0] as Uint8Array), sign),
      await signNote(TEXT, noteKey(ORIGIN, next), signNext),
    ],
  });
  for (const keys of [publicKeys, [next], [...publicKeys, next]]) {
    const verdict = await verifyCheckpoint(both, ORIGIN, { publicKeys: keys });
    expect(verdict.ok && verdict.signers.map((key) => toBase64(key.publicKey))).toEqual(keys.map(toBase64));
  }
});
