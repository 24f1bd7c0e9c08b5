// A copy of the PostgreSQL binaries where the database's user can read them, for when node_modules is out of its reach
// (a clone below a 0700 home) or cannot take the symbolic links (a read-only folder).

import { randomBytes } from 'node:crypto';
import { chmod, constants, copyFile, mkdir, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Failure } from '@indelible/core';
import { ownUid, type Account } from './account.ts';
import { contentMarker, makeLinks, type BinariesPackage } from './package.ts';
import { canEnter } from './run.ts';
import { systemCode } from './system-error.ts';
import { distrust } from './trust.ts';

/** @returns the folder that holds `native`, complete and readable by the account */
export async function cachedBinaries(source: BinariesPackage, account: Account, cacheDirectory: string | undefined): Promise<string> {
  const reasons: string[] = [];
  for (const candidate of cacheDirectory === undefined ? defaultPlaces() : [cacheDirectory]) {
    const place = await openPlace(candidate, account);
    if ('folder' in place) return copyOnce(source, place.folder);
    reasons.push(place.reason);
  }
  throw new Failure('database_unsuitable', `there is no place for a copy of the PostgreSQL binaries: ${reasons.join('; ')}`);
}

function defaultPlaces(): readonly string[] {
  const fallback = join(tmpdir(), `indelible-cache-${ownUid()}`);
  return ownUid() === 0 ? ['/var/cache/indelible', fallback] : [join(homedir(), '.cache', 'indelible'), fallback];
}

async function openPlace(candidate: string, account: Account): Promise<{ folder: string } | { reason: string }> {
  try {
    const made = await mkdir(candidate, { recursive: true, mode: 0o755 });
    if (made !== undefined) await chmod(candidate, 0o755);
    // The last part must not be a link: in a temp folder somebody else could have laid it there.
    const folder = join(await realpath(dirname(candidate)), basename(candidate));
    const reason = await distrust(folder);
    if (reason !== undefined) return { reason };
    if (!(await canEnter(account, folder))) return { reason: `${folder} cannot be entered by ${account.name}` };
    return { folder };
  } catch (error) {
    return { reason: `${candidate} cannot be used (${systemCode(error) || String(error)})` };
  }
}

async function copyOnce(source: BinariesPackage, place: string): Promise<string> {
  const marker = await contentMarker(source.directory);
  const folder = join(place, `postgres-${source.version}-${process.platform}-${process.arch}-${marker}`);
  if (await isWhole(folder, marker)) return folder;
  const side = `${folder}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(side, { mode: 0o755 });
    await chmod(side, 0o755);
    await copyTree(join(source.directory, 'native'), join(side, 'native'));
    await makeLinks(side);
    // A folder of that name that is not whole is a copy that a power cut hollowed out.
    if (!(await isWhole(folder, marker))) await rm(folder, { recursive: true, force: true });
    await rename(side, folder).catch(async (error: unknown) => {
      if (!(await isWhole(folder, marker))) throw error;
    });
  } finally {
    await rm(side, { recursive: true, force: true });
  }
  return folder;
}

async function isWhole(folder: string, marker: string): Promise<boolean> {
  try {
    return (await distrust(folder)) === undefined && (await contentMarker(folder)) === marker;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Copies files and folders with modes that do not depend on our umask; links are made anew by makeLinks. */
async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to);
  await chmod(to, 0o755);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await copyTree(source, target);
    if (!entry.isFile()) continue;
    await copyFile(source, target, constants.COPYFILE_FICLONE);
    await chmod(target, ((await stat(source)).mode & 0o111) === 0 ? 0o644 : 0o755);
  }
}
