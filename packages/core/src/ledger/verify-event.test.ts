import { beforeAll, describe, expect, test } from 'vitest';
import { printCheckpoint } from './checkpoint.ts';
import { toBase64, toBase64url, utf8 } from './encoding.ts';
import { nobleHash } from './hash.ts';
import { commitment, disclosure, entry, leafHash } from './leaf.ts';
import { rootOf } from './merkle.ts';
import { noteKey, printVkey } from './note-key.ts';
import { printNote, signNote } from './note.ts';
import { inclusionProof, leafReader } from './proof.ts';
import { originHash, printSystemLeaf } from './system-leaf.ts';
import type { SystemLeaf } from './system-leaf.ts';
import { parseTlogProof, printTlogProof } from './tlog-proof.ts';
import { isSystemOriginOf, verifyEvent } from './verify-event.ts';
import type { EventCheck, EventProof, EventTrust } from './verify-event.ts';

const ORIGIN = 'logs.example/log/k3v9';
const SYSTEM = 'logs.example/log/system';
const ID = '0195606d-1c43-7abc-8def-0123456789ab';
const SEQ = 5;
const salt = (byte: number) => toBase64url(new Uint8Array(16).fill(byte));
const DISCLOSURES = [
  disclosure(salt(1), 'actor', { id: 'usr_1', type: 'user' }),
  disclosure(salt(2), 'context', { ip: '203.0.113.77' }),
  disclosure(salt(3), 'core', { action: 'user.role.updated' }),
];
const ENTRY = entryOf(DISCLOSURES);

let pair: CryptoKeyPair;
let publicKey: Uint8Array;
let trust: EventTrust;

beforeAll(async () => {
  pair = await crypto.subtle.generateKey({ name: 'Ed25519' }, true, ['sign', 'verify']);
  publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  trust = { publicKeys: [publicKey] };
});

function entryOf(disclosures: readonly string[], id = ID): string {
  const named = disclosures.map((text) => [(JSON.parse(text) as [string, string])[1], commitment(text)]);
  return entry({ c: Object.fromEntries(named), id, t: 1772600767456 });
}

async function checkpointOf(origin: string, leaves: readonly Uint8Array[], name = origin): Promise<string> {
  const text = printCheckpoint({ origin, size: leaves.length, root: rootOf(leaves) });
  const sign = async (message: Uint8Array) =>
    new Uint8Array(await crypto.subtle.sign({ name: 'Ed25519' }, pair.privateKey, new Uint8Array(message)));
  return printNote({ text, signatures: [await signNote(text, noteKey(name, publicKey), sign)] });
}

interface World {
  readonly entry: string;
  readonly origin: string;
  /** What the leaf of the system log says in place of the truth. */
  readonly systemLeaf: Partial<SystemLeaf>;
  /** The text of that leaf, whatever it says. */
  readonly systemText: string;
}

/** A small server: a tenant's log of 11 leaves, a system log of 7, and its answer for the event at SEQ. */
async function answerOf(world: Partial<World> = {}): Promise<EventProof> {
  const text = world.entry ?? ENTRY;
  const origin = world.origin ?? ORIGIN;
  const leaves = Array.from({ length: 11 }, (_, index) => (index === SEQ ? leafHash(text) : nobleHash.text(`leaf ${index}`)));
  const leaf: SystemLeaf = {
    kind: 'checkpoint',
    originHash: originHash(origin),
    size: 11,
    root: rootOf(leaves),
    previous: -1,
    time: 1772600767999,
  };
  const systemText = world.systemText ?? printSystemLeaf({ ...leaf, ...world.systemLeaf } as SystemLeaf);
  const systemLeaves = Array.from({ length: 7 }, (_, index) =>
    leafHash(index === 3 ? systemText : printSystemLeaf({ kind: 'beat', time: index })),
  );
  return {
    log: origin,
    seq: SEQ,
    leafHash: toBase64(leafHash(text)),
    entry: text,
    disclosures: DISCLOSURES,
    proof: printTlogProof({
      index: SEQ,
      hashes: inclusionProof(SEQ, 11, leafReader(leaves)),
      checkpoint: await checkpointOf(origin, leaves),
    }),
    systemProof: printTlogProof({
      extra: utf8(systemText),
      index: 3,
      hashes: inclusionProof(3, 7, leafReader(systemLeaves)),
      checkpoint: await checkpointOf(SYSTEM, systemLeaves),
    }),
  };
}

async function expectRefused(answer: unknown, check: EventCheck, with_: EventTrust = trust): Promise<void> {
  expect(await verifyEvent(answer, with_)).toMatchObject({ ok: false, check, reason: expect.stringMatching(/./) });
}

test('a true answer is verified, by a public key or by the vkey of either log', async () => {
  const answer = await answerOf();
  const trusts: EventTrust[] = [
    trust,
    { vkey: printVkey(noteKey(ORIGIN, publicKey)) },
    { vkey: printVkey(noteKey(SYSTEM, publicKey)), id: ID },
    { publicKeys: [new Uint8Array(32), publicKey] },
  ];
  for (const each of trusts) {
    const verdict = await verifyEvent(answer, each);
    expect(verdict).toMatchObject({
      ok: true,
      origin: ORIGIN,
      seq: SEQ,
      id: ID,
      t: 1772600767456,
      withheld: [],
      sealedAt: 1772600767999,
      checkpoint: { size: 11 },
      systemCheckpoint: { size: 7, origin: SYSTEM },
    });
    expect(verdict.ok && [...verdict.sections]).toEqual([
      ['actor', { id: 'usr_1', type: 'user' }],
      ['context', { ip: '203.0.113.77' }],
      ['core', { action: 'user.role.updated' }],
    ]);
  }
});

test('it survives JSON, and fields that came later', async () => {
  expect(await verifyEvent({ ...JSON.parse(JSON.stringify(await answerOf())), later: 1 }, trust)).toMatchObject({ ok: true });
});

test('sections that are not shown are named, and the rest still verifies', async () => {
  const verdict = await verifyEvent({ ...(await answerOf()), disclosures: [DISCLOSURES[2]] }, trust);
  expect(verdict).toMatchObject({ ok: true, withheld: ['actor', 'context'] });
  expect(await verifyEvent({ ...(await answerOf()), disclosures: [] }, trust)).toMatchObject({
    ok: true,
    withheld: ['actor', 'context', 'core'],
  });
});

test('the hash may be another implementation', async () => {
  let calls = 0;
  const counting = { ...nobleHash, textBase64url: (text: string) => (calls++, nobleHash.textBase64url(text)) };
  expect(await verifyEvent(await answerOf(), trust, counting)).toMatchObject({ ok: true });
  expect(calls).toBe(4);
});

test('trust without a key is a fault of the caller', async () => {
  await expect(verifyEvent(await answerOf(), {})).rejects.toThrow(TypeError);
  await expect(verifyEvent(await answerOf(), { vkey: 'x' })).rejects.toThrow(SyntaxError);
});

describe('tampering with the answer', () => {
  const cases: readonly (readonly [string, EventCheck, (answer: EventProof) => unknown])[] = [
    ['nothing at all', 'answer', () => null],
    ['a field is missing', 'answer', (answer) => ({ ...answer, systemProof: undefined })],
    ['a field has another type', 'answer', (answer) => ({ ...answer, seq: '5' })],
    [
      'a value of a disclosure',
      'disclosure',
      (answer) => ({ ...answer, disclosures: answer.disclosures.map((text) => text.replace('usr_1', 'usr_2')) }),
    ],
    ['a salt', 'disclosure', (answer) => ({ ...answer, disclosures: answer.disclosures.map((text) => text.replace(salt(1), salt(9))) })],
    [
      'the name of a section',
      'disclosure',
      (answer) => ({ ...answer, disclosures: [(DISCLOSURES[0] as string).replace('"actor"', '"context"')] }),
    ],
    [
      'a section that the entry does not have',
      'disclosure',
      (answer) => ({ ...answer, disclosures: [disclosure(salt(1), 'source', { kind: 'api' })] }),
    ],
    ['a section twice', 'disclosure', (answer) => ({ ...answer, disclosures: [...answer.disclosures, answer.disclosures[0]] })],
    [
      'blanks in a disclosure',
      'disclosure',
      (answer) => ({ ...answer, disclosures: answer.disclosures.map((text) => text.replace(',', ', ')) }),
    ],
    ['a disclosure that is no JSON', 'disclosure', (answer) => ({ ...answer, disclosures: ['['] })],
    [
      'a commitment',
      'leaf',
      (answer) => ({ ...answer, entry: answer.entry.replace(commitment(DISCLOSURES[0] as string), commitment('x')) }),
    ],
    ['the time', 'leaf', (answer) => ({ ...answer, entry: answer.entry.replace('"t":17', '"t":16') })],
    ['the id', 'leaf', (answer) => ({ ...answer, entry: answer.entry.replace('0195606d', '0195606e') })],
    ['the leaf hash', 'leaf', (answer) => ({ ...answer, leafHash: toBase64(nobleHash.text('x')) })],
    [
      'entry and leaf hash',
      'inclusion',
      (answer) => {
        const changed = answer.entry.replace('"t":17', '"t":16');
        return { ...answer, entry: changed, leafHash: toBase64(leafHash(changed)) };
      },
    ],
    ['the version of the entry', 'entry', (answer) => ({ ...answer, entry: answer.entry.replace('"v":1', '"v":2') })],
    ['blanks in the entry', 'entry', (answer) => ({ ...answer, entry: ` ${answer.entry}` })],
    ['the log', 'checkpoint', (answer) => ({ ...answer, log: 'logs.example/log/other' })],
    ['the log is the system log', 'origin', (answer) => ({ ...answer, log: SYSTEM })],
    ['the log is no log', 'origin', (answer) => ({ ...answer, log: 'logs.example' })],
    ['the sequence number', 'inclusion', (answer) => ({ ...answer, seq: 4 })],
    ['sequence number and index', 'inclusion', (answer) => ({ ...answer, seq: 4, proof: answer.proof.replace('index 5', 'index 4') })],
    [
      'a hash of the proof',
      'inclusion',
      (answer) => ({
        ...answer,
        proof: printTlogProof({ ...parseTlogProof(answer.proof), hashes: parseTlogProof(answer.proof).hashes.toReversed() }),
      }),
    ],
    ['the size in the checkpoint', 'checkpoint', (answer) => ({ ...answer, proof: answer.proof.replace('\n11\n', '\n12\n') })],
    ['no proof', 'inclusion', (answer) => ({ ...answer, proof: '' })],
    ['the proofs are exchanged', 'origin', (answer) => ({ ...answer, proof: answer.systemProof, systemProof: answer.proof })],
    ['no system proof', 'system-checkpoint', (answer) => ({ ...answer, systemProof: 'x' })],
    ['the system proof is the tenant\u2019s', 'origin', (answer) => ({ ...answer, systemProof: answer.proof })],
    [
      'another leaf of the system log',
      'system-leaf',
      (answer) => ({
        ...answer,
        systemProof: printTlogProof({ ...parseTlogProof(answer.systemProof), extra: utf8(printSystemLeaf({ kind: 'beat', time: 3 })) }),
      }),
    ],
    [
      'a leaf that is not UTF-8',
      'system-leaf',
      (answer) => ({ ...answer, systemProof: printTlogProof({ ...parseTlogProof(answer.systemProof), extra: new Uint8Array([0xff]) }) }),
    ],
    [
      'the time of the system leaf',
      'system-inclusion',
      (answer) => {
        const proof = parseTlogProof(answer.systemProof);
        const text = new TextDecoder().decode(proof.extra).replace('999,', '998,');
        return { ...answer, systemProof: printTlogProof({ ...proof, extra: utf8(text) }) };
      },
    ],
    [
      'the index in the system proof',
      'system-inclusion',
      (answer) => ({ ...answer, systemProof: answer.systemProof.replace('index 3', 'index 2') }),
    ],
    [
      'the size in the system checkpoint',
      'system-checkpoint',
      (answer) => ({ ...answer, systemProof: answer.systemProof.replace('\n7\n', '\n8\n') }),
    ],
  ];

  test.each(cases)('%s', async (_, check, tamper) => {
    const answer = await answerOf();
    const tampered = tamper(answer);
    expect(tampered).not.toEqual(answer);
    await expectRefused(tampered, check);
  });
});

describe('a server that signs what is not so', () => {
  test('the system log covers another state, another log, or something else', async () => {
    const wrong: Partial<SystemLeaf>[] = [
      { size: 10 },
      { root: nobleHash.text('x') },
      { originHash: originHash('logs.example/log/other') },
      { previous: 3 },
    ];
    for (const systemLeaf of wrong) await expectRefused(await answerOf({ systemLeaf }), 'system-leaf');
    await expectRefused(await answerOf({ systemText: '{"k":"beat","t":1,"v":1}' }), 'system-leaf');
    await expectRefused(await answerOf({ systemText: '{"k":"checkpoint","t":1,"v":2}' }), 'system-leaf');
  });

  test('an entry of a version that is not known', async () => {
    await expectRefused(await answerOf({ entry: ENTRY.replace('"v":1', '"v":2') }), 'entry');
  });

  test('a section under two names', async () => {
    const text = DISCLOSURES[0] as string;
    const doubled = entry({ c: { actor: commitment(text), 'behalf/1': commitment(text) }, id: ID, t: 1 });
    await expectRefused({ ...(await answerOf({ entry: doubled })), disclosures: [text.replace('"actor"', '"behalf/1"')] }, 'disclosure');
  });

  test('the checkpoint of one log under the name of another', async () => {
    const answer = await answerOf();
    const { checkpoint, ...proof } = parseTlogProof(answer.proof);
    const leaves = Array.from({ length: 11 }, (_, index) => (index === SEQ ? leafHash(ENTRY) : nobleHash.text(`leaf ${index}`)));
    expect(await checkpointOf(ORIGIN, leaves)).toBe(checkpoint);
    await expectRefused(
      { ...answer, proof: printTlogProof({ ...proof, checkpoint: await checkpointOf(ORIGIN, leaves, SYSTEM) }) },
      'checkpoint',
    );
    await expectRefused(
      { ...answer, proof: printTlogProof({ ...proof, checkpoint: await checkpointOf(SYSTEM, leaves, ORIGIN) }) },
      'checkpoint',
    );
  });
});

test('the key, the log and the event must be the expected ones', async () => {
  const answer = await answerOf();
  await expectRefused(answer, 'checkpoint', { publicKeys: [new Uint8Array(32).fill(3)], verify: () => false });
  await expectRefused(answer, 'checkpoint', { publicKeys: [noteKey('x', nobleHash.text('another')).publicKey] });
  await expectRefused(answer, 'origin', { vkey: printVkey(noteKey('logs.example/log/other', publicKey)) });
  await expectRefused(answer, 'origin', { vkey: printVkey(noteKey('else.example/log/system', publicKey)) });
  await expectRefused(answer, 'entry', { ...trust, id: '0195606d-1c43-7abc-8def-000000000000' });
});

test('the system log of a log', () => {
  expect(isSystemOriginOf(SYSTEM, ORIGIN)).toBe(true);
  expect(isSystemOriginOf('a/log/b/log/system', 'a/log/b/log/c')).toBe(true);
  expect(isSystemOriginOf(`${SYSTEM}-2`, ORIGIN)).toBe(true);
  expect(isSystemOriginOf(`${SYSTEM}-17`, ORIGIN)).toBe(true);
  for (const system of [`${SYSTEM}-1`, `${SYSTEM}-02`, `${SYSTEM}s`, ORIGIN, 'other.example/log/system', '']) {
    expect(isSystemOriginOf(system, ORIGIN), system).toBe(false);
  }
  for (const origin of [SYSTEM, `${SYSTEM}-2`, 'logs.example', 'logs.example/log/', '/log/x', '']) {
    expect(isSystemOriginOf(SYSTEM, origin), origin).toBe(false);
  }
});
