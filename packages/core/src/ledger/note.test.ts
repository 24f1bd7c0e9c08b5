import { beforeAll, describe, expect, test } from 'vitest';
import { utf8 } from './encoding.ts';
import { noteKey, parseVkey, printVkey } from './note-key.ts';
import type { NoteKey } from './note-key.ts';
import { parseNote, printNote, signNote, verifyNote } from './note.ts';
import type { SignMessage } from './note.ts';

// The example of golang.org/x/mod/sumdb/note, made and verified by Go's implementation.
const GO_VKEY = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const GO_NOTE =
  'If you think cryptography is the answer to your problem,\n' +
  "then you don't know what your problem is.\n" +
  '\n' +
  '\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';

const TEXT = 'first line\n\nsecond \u00e9 \u{1f600}\n';
let key: NoteKey;
let other: NoteKey;
let sign: SignMessage;
let signOther: SignMessage;

async function makeKey(name: string): Promise<[NoteKey, SignMessage]> {
  const pair = await crypto.subtle.generateKey({ name: 'Ed25519' }, true, ['sign', 'verify']);
  const raw = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  return [
    noteKey(name, raw),
    async (message) => new Uint8Array(await crypto.subtle.sign({ name: 'Ed25519' }, pair.privateKey, new Uint8Array(message))),
  ];
}

beforeAll(async () => {
  [key, sign] = await makeKey('logs.example/log/1');
  [other, signOther] = await makeKey('witness.example/w1');
});

describe('the note of another implementation', () => {
  test('its key and its signature are accepted', async () => {
    const go = parseVkey(GO_VKEY);
    expect(go).toMatchObject({ name: 'PeterNeumann', id: 'c74f20a3' });
    expect(printVkey(go)).toBe(GO_VKEY);
    expect(await verifyNote(GO_NOTE, [go])).toMatchObject({ ok: true, signers: [go] });
    expect(printNote(parseNote(GO_NOTE))).toBe(GO_NOTE);
  });

  test('any changed character fails', async () => {
    const go = parseVkey(GO_VKEY);
    for (let at = 0; at < GO_NOTE.length; at += 3) {
      const changed = GO_NOTE.slice(0, at) + (GO_NOTE[at] === 'A' ? 'B' : 'A') + GO_NOTE.slice(at + 1);
      expect(await verifyNote(changed, [go]), changed).toMatchObject({ ok: false });
    }
  });
});

test('vkeys read back, and a malformed one is refused', () => {
  expect(parseVkey(printVkey(key))).toEqual(key);
  const bad = [
    '',
    'a',
    GO_VKEY.replace('c74f', 'c74e'),
    GO_VKEY.replace('c74f', 'C74F'),
    GO_VKEY.replace('PeterNeumann', 'Peter'),
    GO_VKEY.replace('PeterNeumann', ''),
    GO_VKEY.replace('ARpc', 'BBpc'),
    `${GO_VKEY}=`,
    `${GO_VKEY} `,
    GO_VKEY.slice(0, -4),
  ];
  for (const vkey of bad) expect(() => parseVkey(vkey), vkey).toThrow(SyntaxError);
  for (const name of ['', 'a b', 'a+b', 'a\n', 'a\u00a0', 'a\u0085', 'a\u2028', '\ud800'])
    expect(() => noteKey(name, key.publicKey), name).toThrow(TypeError);
  expect(() => noteKey('a', key.publicKey.subarray(1))).toThrow(TypeError);
  expect(noteKey('another.example', key.publicKey).id).not.toBe(key.id);
});

test('several signatures: known ones must fit, unknown ones are ignored', async () => {
  const signatures = [await signNote(TEXT, key, sign), await signNote(TEXT, other, signOther)];
  const signed = printNote({ text: TEXT, signatures });
  expect(await verifyNote(signed, [key, other])).toMatchObject({ ok: true, note: { text: TEXT }, signers: [key, other] });
  expect(await verifyNote(signed, [other])).toMatchObject({ ok: true, signers: [other] });
  expect(await verifyNote(signed, [])).toMatchObject({ ok: false });
  // The same name with another key, and the same key under another name, are other keys.
  expect(await verifyNote(signed, [noteKey(key.name, other.publicKey), noteKey('else.example', key.publicKey)])).toMatchObject({
    ok: false,
  });
  // A known key's signature that does not fit spoils the note, whoever else signed it.
  const forged = printNote({ text: TEXT, signatures: [await signNote(TEXT, key, sign), await signNote(TEXT, other, sign)] });
  expect(await verifyNote(forged, [key, other])).toMatchObject({ ok: false });
  expect(await verifyNote(forged, [key])).toMatchObject({ ok: true, signers: [key] });
  // A signature of a length that Ed25519 does not have is none.
  const short = printNote({ text: TEXT, signatures: [{ ...key, signature: new Uint8Array(63) }] });
  expect(await verifyNote(short, [key])).toMatchObject({ ok: false });
  // Repeating one signature does not make two signers.
  const twice = printNote({ text: TEXT, signatures: [signatures[0], signatures[0]] as never });
  expect(await verifyNote(twice, [key])).toMatchObject({ ok: true, signers: [key] });
});

test('the caller may bring another verification', async () => {
  const signed = printNote({ text: TEXT, signatures: [await signNote(TEXT, key, () => new Uint8Array(64))] });
  const seen: Uint8Array[] = [];
  const verify = (...args: [Uint8Array, Uint8Array, Uint8Array]) => seen.push(...args) > 0;
  expect(await verifyNote(signed, [key], verify)).toMatchObject({ ok: true });
  expect(seen).toEqual([key.publicKey, utf8(TEXT), new Uint8Array(64)]);
});

test('malformed notes are refused', async () => {
  const good = printNote({ text: TEXT, signatures: [await signNote(TEXT, key, sign)] });
  const line = good.slice(good.lastIndexOf('\u2014'));
  const bad = [
    '',
    '\n',
    'text\n',
    'text\n\n',
    good.slice(0, -1),
    `${good}\n`,
    good.replace('\u2014', '-'),
    good.replace('\u2014 ', '\u2014'),
    good.replace('first', 'fir\tst'),
    good.replace('first', '\ud800'),
    good.replace('\n\n\u2014', '\r\n\r\n\u2014'),
    good.replace(key.name, 'a+b'),
    `${TEXT}\n\u2014 a AAAA\n`,
    `${TEXT}\n\u2014 a AAAAAA==\n`,
    `${TEXT}\n\u2014 a AAAAAAA= x\n`,
    `${TEXT}\n\u2014 a AAAAAA=\n`,
    TEXT + line,
    `${TEXT}\n${line.repeat(101)}`,
    `${'a'.repeat(1_000_001)}\n\n${line}`,
  ];
  for (const text of bad) {
    expect(() => parseNote(text), text.slice(0, 80)).toThrow(SyntaxError);
    expect(await verifyNote(text, [key])).toMatchObject({ ok: false });
  }
  expect(parseNote(`${TEXT}\n${line.repeat(100)}`).signatures).toHaveLength(100);
  await expect(signNote('no line feed', key, sign)).rejects.toThrow(TypeError);
  await expect(signNote('a\r\n', key, sign)).rejects.toThrow(TypeError);
  await expect(signNote(TEXT, key, () => new Uint8Array(63))).rejects.toThrow(TypeError);
});
