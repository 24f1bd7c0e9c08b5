// The signer: the only holder of the key. It signs a tree only when that continues the tree it signed before for the same
// log, by its own memory and not by the database's.
//
//   one key --wanted, prepareKey--> two keys, which both sign --replaceKey--> one key, the other one
//
// Either arrow is one durable step in the directory, so that after a crash it is one of these two states.

import { sign as signBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { Failure, isSystemOrigin, noteKey, printCheckpoint, printNote, signNote, verifyConsistency } from '@indelible/core';
import { nodeHash } from '../store/node-hash.ts';
import { readRequest, removeRequest } from './rotation-request.ts';
import { loadKey, loadNextKey, makeNextKey, replaceKey, type SignerKey } from './signer-key.ts';
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
  #key: SignerKey;
  #next: SignerKey | undefined;
  readonly #memory: SignerMemory;
  readonly #lock: DirectoryLock;
  #busy = false;

  private constructor(directory: string, keys: readonly [SignerKey, SignerKey | undefined], memory: SignerMemory, lock: DirectoryLock) {
    this.directory = directory;
    [this.#key, this.#next] = keys;
    this.#memory = memory;
    this.#lock = lock;
  }

  /**
   * Opens the directory of a signer; makes it, with a new key, when it is missing. One process at a time holds it.
   *
   * @throws Failure `directory_in_use`; `signer_refused` when the key or the memory cannot be relied on
   */
  static async open(directory: string): Promise<Signer> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const lock = await lockDirectory(directory);
    try {
      return new Signer(directory, [await loadKey(directory), await loadNextKey(directory)], await openMemory(directory), lock);
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /** The raw 32 bytes. */
  get publicKey(): Uint8Array {
    return this.#key.publicKey;
  }

  /** The key that is to follow, as the raw 32 bytes; undefined while the key is not being changed. */
  get nextPublicKey(): Uint8Array | undefined {
    return this.#next?.publicKey;
  }

  /** Why the key is to be changed; undefined when it is not. One that a crash interrupted goes on, whatever became of its request. */
  async rotationWanted(): Promise<{ readonly reason: string } | undefined> {
    const request = await readRequest(this.directory);
    const present = toBase64(this.#key.publicKey) === request?.from;
    if (request !== undefined && !present) await removeRequest(this.directory);
    if (request !== undefined && present) return { reason: request.reason };
    return this.#next === undefined ? undefined : { reason: '' };
  }

  /** Makes the next key, unless there is one. It is durable on return, and signs with the present one from now on. */
  async prepareKey(): Promise<{ readonly publicKey: Uint8Array; readonly replaces: Uint8Array }> {
    this.#next ??= await makeNextKey(this.directory);
    return { publicKey: this.#next.publicKey, replaces: this.#key.publicKey };
  }

  /** Lets the next key be the only one: the private part of the former one is no more. Only after what both signed is durable. */
  async replaceKey(): Promise<void> {
    if (this.#next === undefined) throw new Error('there is no key that follows');
    await replaceKey(this.directory);
    this.#key = this.#next;
    this.#next = undefined;
    await removeRequest(this.directory);
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
    if (known === undefined && isSystemOrigin(origin)) {
      // By the system log the change of a key is proved: whoever could have another one signed could name a key of his own.
      const other = [...this.#memory.all()].find((state) => isSystemOrigin(state.origin));
      if (other !== undefined) return refusal(`${origin} is offered as the system log, but that is ${other.origin}. ${WAY_BACK}`);
    }
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
    if (requests.filter(({ origin }) => isSystemOrigin(origin)).length > 1) throw refusal('two logs are offered as the system log');
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
    const keys = this.#next === undefined ? [this.#key] : [this.#key, this.#next];
    const signatures = keys.map(({ publicKey, privateKey }) =>
      signNote(text, noteKey(origin, publicKey, nodeHash), (message) => signBytes(null, message, privateKey)),
    );
    return printNote({ text, signatures: await Promise.all(signatures) });
  }
}

const WAY_BACK = 'Restore what was lost; after a legitimate restore of the database run: indelible log succeed --reason ...';

function refusal(message: string): Failure {
  return new Failure('signer_refused', message);
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
