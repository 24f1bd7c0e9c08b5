// The files of the repository as git knows them, or will: what is ignored and what was built is not looked at.

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const NOT_OURS = new Set(['node_modules', 'dist', 'generated', '.git', '.indelible']);

/** Paths relative to the root, sorted. Without git, as in an unpacked archive, all that is not installed or built. */
export const FILES: readonly string[] = listed() ?? walked(ROOT);

function listed(): string[] | undefined {
  try {
    const output = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const files = [...new Set(output.split('\0'))].filter((file) => file !== '' && existsSync(join(ROOT, file)));
    return files.length > 0 ? files.sort() : undefined;
  } catch {
    return undefined;
  }
}

function walked(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !NOT_OURS.has(entry.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? walked(path) : [relative(ROOT, path)];
    })
    .sort();
}

export function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** The code: what is compiled or run. */
export const CODE: readonly string[] = FILES.filter((file) => /\.(tsx?|mjs)$/.test(file));

export const DOCUMENTS: readonly string[] = FILES.filter((file) => file.endsWith('.md'));
