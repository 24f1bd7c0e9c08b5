// query-page: how long a page of 50 events takes, by kind of question, as the reader under row-level security.

import { listEvents } from '@indelible/server/dist/query/page.js';
import type { Bench } from './bench.ts';
import { type Asked, figureOf, measureAll } from './query-measure.ts';
import { EVENTS, type QueryTrail, withQueryTrails } from './query-trail.ts';

const GOAL_MS = 20;
const ACTIONS = ['bot.updated', 'bot.created', 'dataset.updated', 'record.updated', 'integration.updated', 'bot.deleted', 'file.updated'];

/** A query, by a number from 0 to 1 that chooses whom or what it is about. */
type Question = (random: () => number, trail: QueryTrail) => string;

const actor = (random: () => number): string => `usr_${Math.floor(random() * 2_000)}`;
const action = (random: () => number): string => `action:${ACTIONS[Math.floor(random() * ACTIONS.length)]}`;

export const PAGES: readonly Asked[] = [
  page('no-filter', () => ''),
  page('actor', (random) => `actor:${actor(random)}`),
  page('actor-id', (random) => `actor.id:${actor(random)}`),
  page('email', (random) => `actor:ada.${Math.floor(random() * 2_000)}@example.com`),
  page('resource', (random) => `resource:bot/bot_${Math.floor(random() * 10_000)}`),
  page('action', action),
  page('actor-action-90d', (random) => `actor:${actor(random)} ${action(random)} at:-90d`),
  page('changed', () => 'changed:visibility'),
  page('changed-rare', () => 'changed:owner'),
];

export function page(kind: string, ask: Question, family = 'query-page', goalMs = GOAL_MS): Asked {
  return {
    bench: `${family}-${kind}`,
    goalMs,
    on:
      ({ reader }, trail) =>
      (random) =>
        listEvents(reader, trail.log, { q: ask(random, trail), nowMs: trail.nowMs }),
  };
}

export const queryPage: Bench = benchOf('query-page', PAGES);

/**
 * A benchmark that asks some kinds of questions of a trail.
 *
 * @param beside kinds that are measured for people alone
 */
export function benchOf(name: string, kinds: readonly Asked[], beside: readonly Asked[] = []): Bench {
  return {
    name,
    run: async (ctx, tell) => {
      await withQueryTrails(ctx, [ctx.options.events ?? EVENTS], async (trail) => {
        const all = await measureAll(ctx, trail, [...kinds, ...beside]);
        for (const times of all.slice(0, kinds.length)) tell(figureOf(times));
      });
    },
  };
}
