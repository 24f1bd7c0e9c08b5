// A small server for tests of proofs: a tenant's log that grows, a system log over it, and answers as the API gives them.

import {
  commitment,
  consistencyProof,
  disclosure,
  entry,
  type EventProof,
  fromSections,
  inclusionProof,
  type JsonObject,
  leafHash,
  leafReader,
  noteKey,
  originHash,
  parseDisclosure,
  printCheckpoint,
  printNote,
  printSystemLeaf,
  printTlogProof,
  printVkey,
  rootOf,
  signNote,
  toBase64,
  toBase64url,
  utf8,
} from '@indelible/core';
import type { EventSource, ShownEvent } from './verify-shown-event.ts';

export const ORIGIN = 'logs.example/log/k3v9';
const SYSTEM = 'logs.example/log/system';
export const ID = '0195606d-1c43-7abc-8def-0123456789ab';
export const SEQ = 3;
const T = 1_772_600_767_456;

export const ACTOR: JsonObject = { attribution: 'verified', id: 'usr_1', name: 'Maria', type: 'user' };
const CORE: JsonObject = {
  action: 'bot.updated',
  actor: { type: 'user' },
  occurredAt: '2026-03-04T05:06:07.123Z',
  operation: 'update',
  outcome: 'success',
};

export interface Signer {
  readonly publicKey: Uint8Array;
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
}

export async function makeSigner(): Promise<Signer> {
  const pair = await crypto.subtle.generateKey({ name: 'Ed25519' }, true, ['sign', 'verify']);
  return {
    publicKey: new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)),
    sign: async (message) => new Uint8Array(await crypto.subtle.sign({ name: 'Ed25519' }, pair.privateKey, new Uint8Array(message))),
  };
}

export interface World {
  readonly signers: readonly Signer[];
  size: number;
  /** Other leaves after the first ones: a fork. */
  fork: string;
  origin: string;
  /** What the sections say now; their commitments were made of `signed`. */
  readonly signed: Record<string, JsonObject>;
  readonly now: Record<string, JsonObject>;
  /** True when the entry was kept, as it is once something was cleared. */
  kept: boolean;
  /** What the leaf column says: the signed leaf, or one made of what the sections say now. */
  leafAltered: boolean;
}

export function makeWorld(signers: readonly Signer[]): World {
  const signed = { actor: ACTOR, core: CORE };
  return { signers, size: 6, fork: '', origin: ORIGIN, signed, now: { ...signed }, kept: false, leafAltered: false };
}

function disclosuresOf(sections: Readonly<Record<string, JsonObject>>): string[] {
  return Object.entries(sections).map(([name, value], at) => disclosure(toBase64url(new Uint8Array(16).fill(at + 1)), name, value));
}

function entryOf(disclosures: readonly string[]): string {
  return entry({ c: Object.fromEntries(disclosures.map((text) => [parseDisclosure(text).name, commitment(text)])), id: ID, t: T });
}

function leavesOf({ size, fork, signed }: World): Uint8Array[] {
  return Array.from({ length: size }, (_, at) =>
    leafHash(at === SEQ ? entryOf(disclosuresOf(signed)) : `leaf ${at}${at > SEQ ? fork : ''}`),
  );
}

async function checkpointOf(world: World, origin: string, leaves: readonly Uint8Array[]): Promise<string> {
  const text = printCheckpoint({ origin, size: leaves.length, root: rootOf(leaves) });
  return printNote({
    text,
    signatures: await Promise.all(world.signers.map(({ publicKey, sign }) => signNote(text, noteKey(origin, publicKey), sign))),
  });
}

async function proofOf(world: World): Promise<EventProof> {
  const leaves = leavesOf(world);
  const disclosures = disclosuresOf(world.now);
  const [was, is] = [entryOf(disclosuresOf(world.signed)), entryOf(disclosures)];
  const text = printSystemLeaf({
    kind: 'checkpoint',
    originHash: originHash(world.origin),
    size: leaves.length,
    root: rootOf(leaves),
    previous: -1,
    time: T + 500,
  });
  const systemLeaves = [leafHash(text), leafHash(printSystemLeaf({ kind: 'beat', time: T }))];
  return {
    log: world.origin,
    seq: SEQ,
    leafHash: toBase64(leafHash(world.leafAltered ? is : was)),
    entry: world.kept ? was : is,
    disclosures,
    proof: printTlogProof({
      index: SEQ,
      hashes: inclusionProof(SEQ, leaves.length, leafReader(leaves)),
      checkpoint: await checkpointOf(world, world.origin, leaves),
    }),
    systemProof: printTlogProof({
      extra: utf8(text),
      index: 0,
      hashes: inclusionProof(0, 2, leafReader(systemLeaves)),
      checkpoint: await checkpointOf(world, SYSTEM, systemLeaves),
    }),
  };
}

/** The event as the API shows it: made of what the sections say now. */
export function shownIn(world: World, sections: Readonly<Record<string, JsonObject>> = world.now): ShownEvent {
  return { ...fromSections({ id: ID, tenant: 'acme', t: T }, Object.entries(sections)), log: world.origin, seq: SEQ };
}

export function sourceOf(world: World): EventSource {
  return {
    log: async () => {
      const key = world.signers.at(-1) as Signer;
      return {
        origin: world.origin,
        vkey: printVkey(noteKey(world.origin, key.publicKey)),
        checkpoint: await checkpointOf(world, world.origin, leavesOf(world)),
        system: { origin: SYSTEM },
      };
    },
    keys: async () => ({ keys: [] }),
    consistency: async (from, to) => ({ hashes: consistencyProof(from, to, leafReader(leavesOf({ ...world, size: to }))).map(toBase64) }),
    proof: () => proofOf(world),
    event: async () => shownIn(world),
    around: async () => [shownIn(world, { actor: ACTOR, core: CORE })],
  };
}

/** What the server publishes after one key took the place of another: a leaf of the system log under both signatures. */
export async function keyChange(from: Signer, to: Signer): Promise<object> {
  const text = printSystemLeaf({ kind: 'key', publicKey: to.publicKey, replaces: from.publicKey, time: T });
  const leaves = [leafHash(printSystemLeaf({ kind: 'beat', time: T })), leafHash(text)];
  const checkpoint = await checkpointOf(makeWorld([from, to]), SYSTEM, leaves);
  const proof = printTlogProof({ extra: utf8(text), index: 1, hashes: inclusionProof(1, 2, leafReader(leaves)), checkpoint });
  return { keys: [{ algorithm: 'ed25519', publicKey: toBase64(to.publicKey), from: '2026-01-01T00:00:00Z', proof }] };
}

/** A store of texts like localStorage. */
export function makeStore(): Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> {
  const kept = new Map<string, string>();
  return {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, text) => void kept.set(name, text),
    removeItem: (name) => void kept.delete(name),
  };
}
