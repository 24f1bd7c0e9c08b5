// What the commands of capture share: the name of a source, and the trail, opened for the length of a command.

import type pg from 'pg';
import { readConfig } from '../config.ts';
import { openStore } from '../store/pool.ts';
import { trailUrl } from '../store/trail-url.ts';

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
