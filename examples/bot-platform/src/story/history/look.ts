// Looking at things, which everybody does; and what all tasks share.

import type { Desk } from '../desk.ts';
import type { Values } from '../event.ts';
import { REASONS } from '../words.ts';

/** A reason, as often as people give one. */
export function reasonOf({ random }: Desk): string | undefined {
  return random.chance(0.4) ? `Ticket ${4000 + random.below(900)}: ${random.pick(REASONS)}` : undefined;
}

/** One of the rows of one's own organisation. */
export function ownOf({ world, seat, random }: Desk, type: string, which: (row: Values) => boolean = () => true): string | undefined {
  return random.one(world.ids(type, (row) => row['organization_id'] === seat.tenant && which(row)));
}

const LOOKED_AT = ['bot', 'dataset', 'conversation', 'skillset', 'webhook', 'policy', 'bot'] as const;

export function look(desk: Desk): void {
  const type = desk.random.pick(LOOKED_AT);
  const id = ownOf(desk, type) ?? ownOf(desk, 'bot');
  if (id === undefined) return;
  const seen = desk.world.has(type, id) ? type : 'bot';
  desk.request(`GET /${seen === 'policy' ? 'policies' : `${seen}s`}/:id`)(`${seen}.viewed`, desk.world.look(seen, id));
}
