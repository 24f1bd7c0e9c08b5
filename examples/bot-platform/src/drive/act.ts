// What somebody does at the platform, and what all of it needs. Each act looks before it acts, and keeps the amount of data bounded.

import { z } from 'zod';
import type { Random } from '../story/random.ts';
import { REASONS } from '../story/words.ts';
import type { Person } from './person.ts';

export type Act = (person: Person, random: Random) => Promise<unknown>;

export type Row = Readonly<Record<string, unknown>> & { readonly id: string };
const Rows = z.array(z.looseObject({ id: z.string() }));
const Made = z.object({ id: z.string() });

/** What is made while the platform runs has an id like this; what was there on the first day has a name for an id. */
const MADE_LATER = /^[a-z]+_[0-9a-f]{18}$/;

export function isMadeLater({ id }: Row): boolean {
  return MADE_LATER.test(id);
}

/**
 * A list that the platform answers with; empty when it does not. In the order in which the rows were made, and not in that of
 * ids, which are made by chance: so the same choices lead to the same rows in every run.
 */
export async function rowsAt(person: Person, path: string): Promise<readonly Row[]> {
  const rows = Rows.safeParse((await person.ask('GET', path)).body);
  if (!rows.success) return [];
  return rows.data
    .map((row) => ({ row, key: isMadeLater(row) ? `${String(row['created_at'])} ${String(row['title'] ?? row['name'])}` : ` ${row.id}` }))
    .sort((one, other) => (one.key < other.key ? -1 : one.key > other.key ? 1 : 0))
    .map(({ row }) => row);
}

/** The id of what was made; undefined when it was not. */
export function madeId(answer: { readonly body: unknown }): string | undefined {
  const made = Made.safeParse(answer.body);
  return made.success ? made.data.id : undefined;
}

/** More often than not there is one. */
export function reason(random: Random): string | undefined {
  return random.chance(0.6) ? `Ticket ${4900 + random.below(100)}: ${random.pick<string>(REASONS)}` : undefined;
}

/** One of a list that is not the present one. */
export function another<T>(items: readonly T[], present: unknown, random: Random): T | undefined {
  return random.one(items.filter((item) => item !== present));
}
