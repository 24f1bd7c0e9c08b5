// The signer: the only holder of the key. It signs a tree only when that continues the tree it signed before for the same
// log, by its own memory and not by the database's.

import { sign as signBytes } from 'node:crypto';
import { Failure, noteKey, printCheckpoint, printNote, signNote, verifyConsistency } from '@indelible/core';
import { nodeHash } from '../store/node-hash.ts';
import { loadKey, type SignerKey } from './signer-key.ts';
import { type DirectoryLock, lockDirectory } from './signer-lock.ts';
import { openMemory, type SignedState, type SignerMemory } from './signer-memory.ts';

export interface SignRequest {
  readonly origin: string;
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
  /** The largest size that the database says was published for this origin; 0 when none was. */
  readonly published: number;
  /** The consistency proof from the size that `remembered` gives to this one; empty when there is none. */
  readonly consistency: readonly Uint8Array[];
}

export class Signer {
  readonly directory: string;
  readonly #key: SignerKey;
  readonly #memory: SignerMemory;
  readonly #lock: DirectoryLock;
  #busy = false;

  private constructor(directory: string, key: SignerKey, memory: SignerMemory, lock: DirectoryLock) {
    this.directory = directory;
    this.#key = key;
    this.#memory = memory;
    this.#lock = lock;
  }

  /**
   * Opens the directory of a signer; makes it, with a new key, when it is missing. One process at a time holds it.
   *
   * @throws Failure `directory_in_use`; `signer_refused` when the key or the memory cannot be relied on
   */
  static async open(directory: string): Promise<Signer> {
    const key = await loadKey(directory);
    const lock = await lockDirectory(directory);
    try {
      return new Signer(directory, key, await openMemory(directory), lock);
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /** The raw 32 bytes. */
  get publicKey(): Uint8Array {
    return this.#key.publicKey;
  }

  remembered(origin: string): SignedState | undefined {
    return this.#memory.get(origin);
  }

  /** Everything that was signed last. */
  states(): IterableIterator<SignedState> {
    return this.#memory.all();
  }

  /** What speaks against signing this tree, as `signer_refused`; undefined when nothing does. */
  examine(request: SignRequest): Failure | undefined {
    const { origin, size, published } = request;
    const known = this.#memory.get(origin);
    if (size < 1 && known === undefined) return refusal(`${origin} has no leaves, and an empty tree is not signed. ${WAY_BACK}`);
    if (known === undefined || known.size < published) {
      if (published === 0) return undefined;
      const lost = known === undefined ? 'has no memory of' : `remembers only size ${known.size} of`;
      return refusal(`the signer ${lost} ${origin}, of which the database has a published checkpoint of size ${published}; ` + WAY_BACK);
    }
    const offered = `size ${size} and root ${toBase64(request.root)} are offered`;
    const held = `${origin}: size ${known.size} and root ${known.root} were signed, ${offered}; `;
    if (size < known.size) return refusal(`${held}the log has become smaller. ${WAY_BACK}`);
    if (!verifyConsistency(known.size, size, Buffer.from(known.root, 'base64'), request.root, request.consistency, nodeHash)) {
      return refusal(`${held}the second does not continue the first. ${WAY_BACK}`);
    }
    return undefined;
  }

  /**
   * Signs the checkpoints of several logs. Every new state is durable in the memory, by one write and one fsync, before
   * the first signature is made.
   *
   * @returns the signed notes in the order of the requests
   * @throws Failure `signer_refused`, and then none is signed; the error of the file system when the memory cannot be
   *   written (a full disk), after which the signer must be opened anew
   */
  async sign(requests: readonly SignRequest[]): Promise<string[]> {
    if (this.#busy) throw new Error('the signer signs one batch at a time');
    if (new Set(requests.map((request) => request.origin)).size < requests.length) throw new Error('a batch names each log once');
    this.#busy = true;
    try {
      for (const request of requests) {
        const refused = this.examine(request);
        if (refused !== undefined) throw refused;
      }
      const news = requests.filter(({ origin, size }) => this.#memory.get(origin)?.size !== size);
      if (news.length > 0) await this.#memory.record(news.map(({ origin, size, root }) => ({ origin, size, root: toBase64(root) })));
      return await Promise.all(requests.map((request) => this.#signOne(request)));
    } finally {
      this.#busy = false;
    }
  }

  async close(): Promise<void> {
    await this.#memory.close();
    await this.#lock.release();
  }

  async #signOne({ origin, size, root }: SignRequest): Promise<string> {
    const text = printCheckpoint({ origin, size, root });
    const key = noteKey(origin, this.#key.publicKey, nodeHash);
    return printNote({ text, signatures: [await signNote(text, key, (message) => signBytes(null, message, this.#key.privateKey))] });
  }
}

const WAY_BACK = 'Restore what was lost; after a legitimate restore of the database run: indelible log succeed --reason ...';

function refusal(message: string): Failure {
  return new Failure('signer_refused', message);
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
