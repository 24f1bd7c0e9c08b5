// The whole story on a real server, as `npm start` tells it: what it counts, what is found in it, and that no kill harms it.

import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Demo, startDemo, TODAY, type TrailEvent } from './demo.test.fixture.ts';
import { tellHistory } from './history/history.ts';
import { MOMENTS } from './moments.ts';
import { stepsOf } from './play/steps.ts';

const DAY_MS = 86_400_000;
const MINUTES = 60_000;
const STEPS = stepsOf(1).length;
const HISTORY = tellHistory(1, Date.parse(TODAY) / DAY_MS).events;

const directories: string[] = [];
let running: Demo | undefined;

async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'indelible-story-'));
  // As root the database runs as another user, who must be able to enter.
  await chmod(directory, 0o711);
  directories.push(directory);
  return join(directory, 'data');
}

function start(directory: string): Demo {
  running = startDemo(directory);
  return running;
}

afterEach(async () => {
  await running?.stop();
  running = undefined;
});
afterAll(async () => {
  for (const directory of directories) await rm(directory, { recursive: true, force: true, maxRetries: 5 });
});

/** The curtain: the sign-in with which the last days end. */
async function untilTold(demo: Demo): Promise<void> {
  await demo.until('the story is told', async () => (await demo.find(`request:story-${STEPS + 1}-*`)).length > 0);
}

/** What an event says, without what the platform makes up by itself: ids, and everything that follows from them and the time. */
function said({ action, actor, resource, change, context }: TrailEvent): string {
  const text = JSON.stringify([action, actor?.id, actor?.attribution, resource, change?.fields, context?.requestId, context?.reason]);
  return text.replaceAll(/\b([a-z]{2,4})_[0-9a-f]{18}\b/g, '$1_#');
}

/** In the order of the requests; within a statement that changes many rows their order is the database's own affair. */
async function played(demo: Demo): Promise<string[]> {
  const events = await demo.find('source:bots request:story-*');
  const requests = [...new Set(events.map(({ context }) => context?.requestId))];
  return requests.flatMap((request) =>
    events
      .filter(({ context }) => context?.requestId === request)
      .map(said)
      .sort(),
  );
}

async function momentsIn(demo: Demo): Promise<Record<string, number>> {
  const found = await Promise.all(MOMENTS.map(async ({ id, query }) => [id, (await demo.find(query)).length] as const));
  return Object.fromEntries(found);
}
const MOMENTS_TOLD = Object.fromEntries(MOMENTS.map(({ id, finds }) => [id, finds]));

describe('the story', () => {
  let directory = '';
  let first: string[] = [];

  beforeAll(async () => {
    directory = await newDirectory();
  });

  test('is told by one start', { timeout: 10 * MINUTES }, async () => {
    const demo = start(directory);
    const ready = await demo.ready();
    const url = await demo.serving();
    const signIn = expect.stringContaining(`${url}/sign-in?tenant=org_acme#iln_`);
    expect(ready).toEqual({ ready: true, url, tenants: ['org_acme', 'org_globex'], application: expect.any(String), signIn });
    await untilTold(demo);

    const imported = [(await demo.find('source:history')).length, (await demo.find('source:history', 'org_globex')).length];
    expect(imported).toEqual([HISTORY.get('org_acme')?.length, HISTORY.get('org_globex')?.length]);
    expect((imported[0] ?? 0) + (imported[1] ?? 0)).toBeGreaterThan(4_400);

    first = await played(demo);
    // Pinned: of the agents' own requests, which have ids of the platform's, there are some more.
    expect(first).toHaveLength(325);
    const counts = Object.fromEntries(
      ['session.created', 'bot.updated', 'record.created', 'message.created', 'grant.deleted'].map((action) => [action, 0]),
    );
    for (const line of first) {
      const [action] = JSON.parse(line) as [string];
      if (counts[action] !== undefined) counts[action]++;
    }
    expect(counts).toEqual({ 'session.created': 26, 'bot.updated': 47, 'record.created': 51, 'message.created': 42, 'grant.deleted': 1 });
    expect(await momentsIn(demo)).toEqual(MOMENTS_TOLD);
    expect(new Set((await demo.find('source:bots -attribution:verified')).map(({ action }) => action))).toEqual(
      new Set(['policy.updated']),
    );
    expect(demo.out().trim().split('\n')).toHaveLength(1);
  });

  test('history and database fit together: no row has a doubt', { timeout: 10 * MINUTES }, async () => {
    const demo = start(directory);
    await demo.ready();
    const touched = await demo.find('source:bots operation:update');
    const names = new Set(touched.map(({ resource }) => `${resource?.type}/${resource?.id}`));
    expect(names).toContain('bot/bot_support');
    for (const name of names) {
      const { doubts } = await demo.get<{ doubts: unknown[] }>(`/v1/resources/${name}/state`);
      expect({ name, doubts }).toEqual({ name, doubts: [] });
    }
    const support = await demo.get<{ values: Record<string, unknown> }>('/v1/resources/bot/bot_support/state');
    const [night] = await demo.find('resource:bot/bot_support changed:backstory actor:usr_casey');
    expect(night).toBeDefined();
    expect(support.values).toMatchObject({ model: 'medium-2', backstory: expect.stringMatching(/You say your name first/) });
  });

  test('a second start finds it, and adds nothing but what happens from then on', { timeout: 10 * MINUTES }, async () => {
    const demo = start(directory);
    await demo.ready();
    expect(await played(demo)).toEqual(first);
    expect(await momentsIn(demo)).toEqual(MOMENTS_TOLD);
    expect(await demo.stop()).toBe(0);
  });

  test('killed while the history comes, it goes on; and the same seed tells the same', { timeout: 10 * MINUTES }, async () => {
    const other = await newDirectory();
    const killed = start(other);
    await killed.until('half of the history', async () => (await killed.find('source:history').catch(() => [])).length > 1_000);
    await killed.kill();
    const demo = start(other);
    await demo.ready();
    await untilTold(demo);
    const imported = await demo.find('source:history');
    expect(imported.map(({ id }) => id).sort()).toEqual(
      HISTORY.get('org_acme')
        ?.map(({ id }) => id)
        .sort(),
    );
    expect(imported.map(({ action }) => action)).toEqual(HISTORY.get('org_acme')?.map(({ action }) => action));
    expect(await played(demo)).toEqual(first);
    expect(await momentsIn(demo)).toEqual(MOMENTS_TOLD);
  });

  test('killed while the last days are played, it goes on', { timeout: 10 * MINUTES }, async () => {
    const other = await newDirectory();
    const killed = start(other);
    await killed.until('the mistake', async () => (await killed.find('reason:"Cheaper model"*').catch(() => [])).length > 0);
    await killed.kill();
    const demo = start(other);
    await demo.ready();
    await untilTold(demo);
    expect(await momentsIn(demo)).toEqual(MOMENTS_TOLD);
  });
});
