// Where the trail's database is, for the commands that work beside a running server.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '@indelible/core';

interface Where {
  readonly databaseUrl?: string;
  readonly dataDirectory: string;
}

const file = (dataDirectory: string): string => join(dataDirectory, 'database-url');

/** Notes the embedded database's URL beside its data, readable by its owner alone; the answer is the file. */
export async function noteTrailUrl(dataDirectory: string, url: string): Promise<string> {
  await writeFile(file(dataDirectory), `${url}\n`, { mode: 0o600 });
  return file(dataDirectory);
}

/** @throws Failure `database_unsuitable` when neither a URL is configured nor a server has run on this data directory */
export async function trailUrl(where: Where): Promise<string> {
  if (where.databaseUrl !== undefined) return where.databaseUrl;
  const noted = await readFile(file(where.dataDirectory), 'utf8').catch(() => undefined);
  if (noted !== undefined) return noted.trim();
  throw new Failure(
    'database_unsuitable',
    `no database: set INDELIBLE_DATABASE_URL, or INDELIBLE_DATA_DIR to the data directory of a running server (${where.dataDirectory} is not one)`,
  );
}
