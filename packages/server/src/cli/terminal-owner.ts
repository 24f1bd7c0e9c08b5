// Commands that change who may do what, straight in the trail's database: whoever has its owner's connection may.

import { hostname, userInfo } from 'node:os';
import type pg from 'pg';
import { type By, byTerminal } from '../access/actor.ts';
import { readConfig } from '../config.ts';
import { trailUrl } from '../store/trail-url.ts';
import { withPool } from './with-pool.ts';

/** Runs `work` with the owner's pool, and the name that the trail writes down for this terminal. */
export async function asOwner<Result>(work: (ctx: { readonly owner: pg.Pool; readonly by: By }) => Promise<Result>): Promise<Result> {
  const by = byTerminal(userName(), hostname());
  return withPool(await trailUrl(readConfig()), (owner) => work({ owner, by }));
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // In a container the user may have a number alone.
    return String(process.getuid?.() ?? 'unknown');
  }
}
