// What the commands of capture share: the name of a source, and the trail, opened for the length of a command.

import type pg from 'pg';
import pc from 'picocolors';
import { readConfig } from '../config.ts';
import { openStore } from '../store/pool.ts';
import { trailUrl } from '../store/trail-url.ts';
import { printable } from './text-width.ts';

/** The name that was given, or that of the database. */
export function nameOf(url: string, options: { readonly name?: string }): string {
  return options.name ?? new URL(url).pathname.slice(1).toLowerCase();
}

export async function withAppender<Result>(work: (appender: pg.Pool) => Promise<Result>): Promise<Result> {
  const store = openStore({ ownerUrl: await trailUrl(readConfig()), onError: () => {} });
  try {
    return await work(store.appender);
  } finally {
    await store.close();
  }
}

/** Says on stderr what a command waits for. */
export function tellWait(what: string): void {
  process.stderr.write(`${pc.yellow('waiting')} ${printable(what)}\n`);
}

const SECRET_PARAMETERS = ['password', 'sslpassword'];

/** The URL of a database as it may be shown. */
export function withoutSecrets(text: string): string {
  const url = new URL(text);
  if (url.password !== '') url.password = '...';
  for (const name of SECRET_PARAMETERS) if (url.searchParams.has(name)) url.searchParams.set(name, '...');
  return url.href;
}
