// The signer's own memory: which (origin, size, root) it has signed, in a file apart from the database, so that a restored
// backup or a cut tail of the database is noticed. Append-only between two compactions:
//
//   {"states":2}                                     a batch says how many lines it has,
//   {"origin":"...","size":7,"root":"base64"}        and is written at once and made durable at once.
//   {"origin":"...","size":9,"root":"base64"}
//
// A batch that a crash tore can only be the last one; nothing was signed for it, so it is dropped. Damage anywhere else fails closed.

import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '@indelible/core';
import { SIGNER_JOURNAL_BYTES_MAX } from '../limits.ts';
import { syncDirectory } from './signer-key.ts';

export const MEMORY_FILE = 'memory.jsonl';

/** What was signed last for one log. */
export interface SignedState {
  readonly origin: string;
  readonly size: number;
  /** base64, 32 bytes. */
  readonly root: string;
}

export interface SignerMemory {
  get(origin: string): SignedState | undefined;
  all(): IterableIterator<SignedState>;
  /** Remembers states: when it resolves they are durable; when it rejects, none may be relied on and the memory must be opened anew. */
  record(states: readonly SignedState[]): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the memory of a directory, empty when there is none, and compacts it.
 *
 * @throws Failure `signer_refused` when the file is damaged; the error of the file system when it cannot be written
 */
export async function openMemory(directory: string): Promise<SignerMemory> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, MEMORY_FILE);
  const states = readStates(await readFile(path, 'utf8').catch(ignoreMissing), path);
  let file = await compact(directory, path, states);
  let bytes = 0;
  let broken = false;
  return {
    get: (origin) => states.get(origin),
    all: () => states.values(),
    async record(batch) {
      if (broken) throw new Error('the signer\u2019s memory failed before and must be opened anew');
      // Set until the end: whatever goes wrong in between leaves the file in a state that only opening it anew can tell.
      broken = true;
      const text = printBatch(batch);
      await writeDurably(file, text);
      for (const state of batch) states.set(state.origin, state);
      bytes += text.length;
      if (bytes > SIGNER_JOURNAL_BYTES_MAX) {
        await file.close();
        file = await compact(directory, path, states);
        bytes = 0;
      }
      broken = false;
    },
    close: () => file.close(),
  };
}

/** What a memory holds, read without taking hold of it: for verify, also while a server signs. */
export async function readMemory(directory: string): Promise<SignedState[]> {
  const path = join(directory, MEMORY_FILE);
  return [...readStates(await readFile(path, 'utf8'), path).values()];
}

/** Forgets nothing of the file: it is kept beside, under a name that says when. For `indelible log succeed`. */
export async function putMemoryAside(directory: string, nowMs: number): Promise<string | undefined> {
  const path = join(directory, MEMORY_FILE);
  const aside = `${path}.${new Date(nowMs).toISOString().replaceAll(':', '-')}`;
  try {
    await rename(path, aside);
  } catch (error) {
    ignoreMissing(error as NodeJS.ErrnoException);
    return undefined;
  }
  await syncDirectory(directory);
  return aside;
}

function ignoreMissing(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return '';
  throw error;
}

function printBatch(batch: readonly SignedState[]): string {
  const lines = batch.map(({ origin, size, root }) => JSON.stringify({ origin, size, root }));
  return [JSON.stringify({ states: batch.length }), ...lines, ''].join('\n');
}

async function writeDurably(file: FileHandle, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  const { bytesWritten } = await file.write(bytes);
  // A full disk may take a part of a write; the next one says so.
  if (bytesWritten < bytes.length) await file.writeFile(bytes.subarray(bytesWritten));
  await file.sync();
}

async function compact(directory: string, path: string, states: ReadonlyMap<string, SignedState>): Promise<FileHandle> {
  const side = `${path}.new`;
  await rm(side, { force: true });
  const file = await open(side, 'ax', 0o600);
  try {
    await writeDurably(file, states.size > 0 ? printBatch([...states.values()]) : '');
    await rename(side, path);
    await syncDirectory(directory);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

function readStates(text: string, path: string): Map<string, SignedState> {
  const states = new Map<string, SignedState>();
  const lines = text.split('\n');
  let at = 0;
  while (at < lines.length - 1 || lines[at] !== '') {
    const batch = readBatch(lines, at);
    if (batch === undefined) {
      const later = lines.findIndex((line, index) => index > at && line.startsWith('{"states":'));
      if (later === -1) return states;
      throw new Failure(
        'signer_refused',
        `the signer's memory ${path} is damaged at line ${at + 1}; restore it, or run indelible log succeed --reason ...`,
      );
    }
    for (const state of batch) states.set(state.origin, state);
    at += 1 + batch.length;
  }
  return states;
}

/** The batch that begins at a line; undefined when it is not whole. The last piece of the text is not a line: no line feed ends it. */
function readBatch(lines: readonly string[], at: number): SignedState[] | undefined {
  const head = parseLine(lines[at]) as { states?: unknown } | undefined;
  const count = head?.states;
  if (!Number.isSafeInteger(count) || at + 1 + (count as number) >= lines.length) return undefined;
  const batch = lines.slice(at + 1, at + 1 + (count as number)).map(parseLine);
  return batch.every(isState) ? batch : undefined;
}

function parseLine(line: string | undefined): unknown {
  try {
    return JSON.parse(line ?? '');
  } catch {
    return undefined;
  }
}

function isState(value: unknown): value is SignedState {
  const { origin, size, root } = (value ?? {}) as Partial<SignedState>;
  return typeof origin === 'string' && Number.isSafeInteger(size) && typeof root === 'string' && Buffer.from(root, 'base64').length === 32;
}
