// People do what they mean to: the platform understands nearly all they ask, and breaks at nothing.

import { serve, type ServerType } from '@hono/node-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPlatform, type Platform, TEST_DATABASE_URL } from '../platform.test.fixture.ts';
import { JOBS } from '../story/cast.ts';
import { createRandom } from '../story/random.ts';
import { ACTS, nextAct, ODDITIES } from './acts.ts';
import { driveLive, onShift } from './live.ts';
import { createPerson, type Person } from './person.ts';

test('the same seed makes the same choices, and in time every one of them', () => {
  const acts = (seed: number): unknown[] => {
    const random = createRandom(seed);
    return Array.from({ length: 40 }, () => nextAct(random.one(JOBS) ?? { busyWith: {} }, random));
  };
  expect(acts(7)).toEqual(acts(7));
  expect(acts(7)).not.toEqual(acts(8));
  const all = new Set([...Object.values(ACTS), ...ODDITIES]);
  expect(new Set(Array.from({ length: 120 }, (_, seed) => acts(seed)).flat())).toEqual(all);
});

test('whoever works at this hour, by their own clock', () => {
  const at = (instant: string): string[] => onShift(Date.parse(instant)).map(({ person }) => person.id);
  // A Tuesday: nine in Lisbon and in Berlin ten, and everybody asleep in America.
  expect(at('2026-11-24T09:10:00Z')).toEqual(expect.arrayContaining(['usr_maria', 'usr_tom', 'usr_priya']));
  expect(at('2026-11-24T09:10:00Z')).not.toEqual(expect.arrayContaining(['usr_joe']));
  // A Saturday: support in Manila, and a look from Bengaluru. A Sunday evening: the founder.
  expect(at('2026-11-28T06:00:00Z').sort()).toEqual(['usr_noah', 'usr_priya']);
  expect(at('2026-11-29T20:30:00Z')).toEqual(['usr_maria']);
  // Whoever has left does not come back, and somebody is always there.
  for (let hour = 0; hour < 7 * 24; hour++) {
    const there = onShift(Date.parse('2026-11-23T00:30:00Z') + hour * 3_400_000).map(({ person }) => person.id);
    expect(there.length).toBeGreaterThan(0);
    expect(there).not.toContain('usr_casey');
  }
});

describe.skipIf(TEST_DATABASE_URL === undefined)('people at work', () => {
  let platform: Platform;
  let server: ServerType;
  let url = '';

  beforeAll(async () => {
    platform = await openPlatform();
    url = await new Promise((resolve) => {
      server = serve({ fetch: platform.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => resolve(`http://127.0.0.1:${port}`));
    });
  });
  afterAll(async () => {
    server.close();
    await platform.close();
  });

  test('300 acts: no fault, few refusals, all tables in use, and what the story needs is still there', { timeout: 180_000 }, async () => {
    const random = createRandom(11);
    const statuses: number[] = [];
    const people = new Map(
      JOBS.map(({ person: somebody }) => {
        const person = createPerson(url, somebody, () => `req_${random.hex(18)}`);
        const ask: Person['ask'] = async (...args) => {
          const answer = await person.ask(...args);
          statuses.push(answer.status);
          return answer;
        };
        return [somebody.id, { ...person, ask }];
      }),
    );
    for (let n = 0; n < 300; n++) {
      const job = random.one(JOBS);
      const person = job && people.get(job.person.id);
      if (job !== undefined && person !== undefined) await nextAct(job, random)(person, random);
    }
    expect(statuses.filter((status) => status >= 500)).toEqual([]);
    expect(statuses.filter((status) => status >= 400).length / statuses.length).toBeLessThan(0.05);
    for (const table of ['records', 'integrations', 'api_tokens', 'sessions', 'messages', 'exports', 'login_attempts'] as const) {
      expect((await platform.db.selectFrom(table).select('id').limit(1).execute()).length, table).toBe(1);
    }
    const left = await platform.db.selectFrom('records').select('id').where('dataset_id', '=', 'ds_customers').execute();
    expect(left).toHaveLength(60);
    const bot = await platform.db.selectFrom('bots').select(['name', 'model']).where('id', '=', 'bot_support').executeTakeFirst();
    expect(bot).toEqual({ name: 'Support bot', model: 'small-1' });
    expect((await platform.db.selectFrom('organizations').select('id').orderBy('id').execute()).map(({ id }) => id)).toEqual([
      'org_acme',
      'org_globex',
    ]);
  });

  test('live traffic leaves its mark, and ends when it is told to', async () => {
    const before = await platform.db.selectFrom('sessions').select('id').execute();
    const stopping = new AbortController();
    const driving = driveLive({ url, rate: 1_000, seed: 3, signal: stopping.signal });
    const newer = async (): Promise<number> => (await platform.db.selectFrom('sessions').select('id').execute()).length - before.length;
    await expect.poll(newer, { timeout: 30_000 }).toBeGreaterThan(0);
    stopping.abort();
    await driving;
  });
});
