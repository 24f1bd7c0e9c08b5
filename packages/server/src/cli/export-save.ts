// Saving the file of an export: under another name until it is whole, verified and durable. Beside CSV goes its manifest.

import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Failure } from '@indelible/core';
import type { ExportManifest } from '../export/manifest.ts';
import { syncDirectory } from '../ledger/signer-key.ts';
import { verifyExport } from '../verify/export-file.ts';

/**
 * @param onBytes told how many bytes have come
 * @throws Failure `server_unreachable` when the answer broke off, `export_differs` when it is not what the manifest says
 */
export async function saveExport(
  response: Response,
  manifest: ExportManifest,
  out: string,
  onBytes: (count: number) => void = () => undefined,
): Promise<void> {
  const side = `${out}.${randomBytes(4).toString('hex')}.part`;
  const manifestSide = `${side}.manifest`;
  try {
    await write(manifestSide, async (file) => file.writeFile(`${JSON.stringify({ export: manifest }, null, 2)}\n`));
    await write(side, async (file) => takeBody(response, file, onBytes));
    const { findings, exitCode } = await verifyExport({ file: side, manifestFile: manifestSide });
    if (exitCode !== 0) throw new Failure('export_differs', `what came is not what was exported: ${findings[0]?.message ?? 'it differs'}`);
    if (manifest.format === 'csv') await rename(manifestSide, `${out}.manifest.json`);
    await rename(side, out);
    await syncDirectory(dirname(out));
  } finally {
    for (const path of [side, manifestSide]) await unlink(path).catch(() => undefined);
  }
}

async function write(path: string, content: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, 'wx', 0o600).catch((cause: Error) => {
    throw new Failure('parameter_invalid', `--out: ${path} cannot be written (${cause.message})`, {}, { cause });
  });
  try {
    await content(file);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function takeBody({ body, url }: Response, file: FileHandle, onBytes: (count: number) => void): Promise<void> {
  if (body === null) return;
  let bytes = 0;
  const reader = body.getReader();
  for (;;) {
    const { value, done } = await reader.read().catch((cause: Error) => {
      throw new Failure('server_unreachable', `${url}: the file broke off after ${bytes.toLocaleString('en')} bytes`, {}, { cause });
    });
    if (done) return;
    await file.appendFile(value);
    bytes += value.length;
    onBytes(bytes);
  }
}
