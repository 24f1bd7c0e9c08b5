// What an export says of itself, as verify reads it: from the last line of the file, or from a file beside it.

import { open, readFile, stat } from 'node:fs/promises';
import { Failure } from '@indelible/core';
import { z } from 'zod';

const count = z.number().int().min(0);
const MANIFEST = z.object({
  export: z.object({
    version: z.literal(1),
    id: z.string(),
    tenant: z.string(),
    log: z.string(),
    format: z.enum(['jsonl', 'csv']),
    count,
    firstSeq: count.optional(),
    lastSeq: count.optional(),
    bytes: count,
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    checkpoint: z.string().optional(),
  }),
});

export type Manifest = z.infer<typeof MANIFEST>['export'];

/** A line that is longer is no manifest: its query has at most 16,384 characters. */
const MANIFEST_BYTES_MAX = 512 * 1024;

export interface Manifests {
  /** Of the file's last line. */
  readonly inside: Manifest | undefined;
  /** Of the file beside it. */
  readonly beside: Manifest | undefined;
  /** How many bytes of the file stand before its last line, if that is a manifest; all of them else. */
  readonly bodyBytes: number;
}

/**
 * @param manifestFile the file beside it; `<file>.manifest.json` by default, if there is one
 * @throws Failure `parameter_invalid` for files that cannot be read
 */
export async function readManifests(file: string, manifestFile: string | undefined): Promise<Manifests> {
  const beside = await manifestBeside(file, manifestFile);
  const { text, before } = await lastLine(file);
  // One without its line feed was cut off, if only by that.
  const inside = text.endsWith('\n') ? manifestIn(text) : undefined;
  return { inside, beside, bodyBytes: inside === undefined ? before + Buffer.byteLength(text) : before };
}

async function manifestBeside(file: string, manifestFile: string | undefined): Promise<Manifest | undefined> {
  const path = manifestFile ?? `${file}.manifest.json`;
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (manifestFile === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unreadable('--manifest', path, error);
  }
  const manifest = manifestIn(text);
  if (manifest === undefined) throw new Failure('parameter_invalid', `--manifest: ${path} is not the manifest of an export`);
  return manifest;
}

function manifestIn(text: string): Manifest | undefined {
  try {
    return MANIFEST.safeParse(JSON.parse(text)).data?.export;
  } catch {
    return undefined;
  }
}

/** The last line with its line feed, if it has one, and how many bytes stand before it; empty when that is too long to be a manifest. */
async function lastLine(file: string): Promise<{ readonly text: string; readonly before: number }> {
  const handle = await open(file).catch((error: unknown) => {
    throw unreadable('--export', file, error);
  });
  try {
    const { size } = await stat(file);
    const tail = Buffer.alloc(Math.min(size, MANIFEST_BYTES_MAX));
    const { bytesRead } = await handle.read(tail, 0, tail.length, size - tail.length).catch((error: unknown) => {
      throw unreadable('--export', file, error);
    });
    const read = tail.subarray(0, bytesRead);
    const end = read.lastIndexOf(0x0a, read.length - 2);
    if (end === -1 && size > bytesRead) return { text: '', before: size };
    const line = read.subarray(end + 1);
    const text = line.toString('utf8');
    return Buffer.byteLength(text) === line.length ? { text, before: size - line.length } : { text: '', before: size };
  } finally {
    await handle.close();
  }
}

function unreadable(option: string, path: string, error: unknown): Failure {
  return new Failure('parameter_invalid', `${option}: ${path} cannot be read (${(error as Error).message})`, {}, { cause: error as Error });
}
