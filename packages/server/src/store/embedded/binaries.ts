// Decides from where the PostgreSQL binaries run, and proves that they do run.

import { join } from 'node:path';
import { Failure } from '@indelible/core';
import type { Account } from './account.ts';
import { cachedBinaries } from './cache.ts';
import { findPackage, makeLinks } from './package.ts';
import { run } from './run.ts';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** PostgreSQL's major version, for example `18`. */
  readonly major: string;
}

export interface BinariesOptions {
  readonly cacheDirectory?: string | undefined;
  readonly packageDirectory?: string | undefined;
}

/** As ourselves they run where npm put them, if the links can be made there; as another user always from a cache. */
export async function prepareBinaries(account: Account, options: BinariesOptions): Promise<Binaries> {
  const source = await findPackage(options.packageDirectory);
  const inPlace = !account.other && (await makeLinks(source.directory));
  const root = inPlace ? source.directory : await cachedBinaries(source, account, options.cacheDirectory);
  const postgres = join(root, 'native/bin/postgres');
  const { code, output } = await run(account, postgres, ['--version']);
  const major = /\(PostgreSQL\) (\d+)/.exec(output)?.[1];
  if (code !== 0 || major === undefined) {
    throw new Failure(
      'database_unsuitable',
      `the PostgreSQL binaries do not run here (${output || `exit code ${code}`}): ${postgres}. They need glibc and a folder that is not mounted noexec; or set INDELIBLE_DATABASE_URL`,
    );
  }
  return { initdb: join(root, 'native/bin/initdb'), postgres, major };
}
