// query-rare, query-common: how long a page of free text takes, for words that few events hold and for words that many do.

import { benchOf, page } from './query-page.ts';
import { TICKET } from './query-templates.ts';
import type { QueryTrail } from './query-trail.ts';
import { ticketsOf } from './query-trail-build.ts';
import type { Asked } from './query-measure.ts';

const GOAL_MS = 100;

/** Three events of the large tenant name each ticket. */
function ticket(random: () => number, { events }: QueryTrail): string {
  return String(Math.floor(random() * ticketsOf(events))).padStart(TICKET.length, '0');
}

const rare = (kind: string, ask: Parameters<typeof page>[1]): Asked => page(kind, ask, 'query-rare', GOAL_MS);
const common = (kind: string, ask: Parameters<typeof page>[1]): Asked => page(kind, ask, 'query-common', GOAL_MS);

export const RARE: readonly Asked[] = [
  rare('word', ticket),
  rare('phrase', (random, trail) => `"ticket ${ticket(random, trail)}"`),
  rare('prefix', (random, trail) => `${ticket(random, trail).slice(0, -1)}*`),
  rare('none', (random, trail) => `${ticket(random, trail)}0`),
];

export const COMMON: readonly Asked[] = [
  common('word', () => 'assistant'),
  // About half of the blocks hold it.
  common('half', () => 'quarterly'),
  common('phrase', () => '"the quarterly review"'),
  common('prefix', () => 'quart*'),
  common('name', (random) => `"Ada Lovelace ${Math.floor(random() * 2_000)}"`),
];

export const queryRare = benchOf('query-rare', RARE);
export const queryCommon = benchOf('query-common', COMMON);
