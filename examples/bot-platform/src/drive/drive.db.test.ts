// The driver's people do what they mean to: the platform understands nearly all they ask, and breaks at nothing.

import { serve, type ServerType } from '@hono/node-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPlatform, type Platform, TEST_DATABASE_URL } from '../platform.test.fixture.ts';
import { DEMO_PASSWORD, PEOPLE } from '../seed.ts';
import { ACTIONS, nextAction } from './actions.ts';
import { createPerson, type Person } from './person.ts';
import { createRandom } from './random.ts';

test('the same seed makes the same choices', () => {
  const names = (seed: number): string[] => {
    const random = createRandom(seed);
    return Array.from({ length: 50 }, () => nextAction(random).name);
  };
  expect(names(7)).toEqual(names(7));
  expect(names(7)).not.toEqual(names(8));
  expect(new Set(Array.from({ length: 40 }, (_, seed) => names(seed)).flat()).size).toBe(ACTIONS.length);
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

  test('600 actions: no fault, few refusals, all tables in use, both organisations still there', async () => {
    const random = createRandom(11);
    const statuses: number[] = [];
    const people = PEOPLE.map(({ email, role }, number): Person => {
      const person = createPerson(url, { email, role, password: DEMO_PASSWORD }, number, random);
      const noted: Person['ask'] = async (...args) => {
        const answer = await person.ask(...args);
        statuses.push(answer.status);
        return answer;
      };
      return { ...person, ask: noted };
    });
    for (let n = 0; n < 600; n++) {
      const person = random.one(people);
      if (person !== undefined) await nextAction(random).act(person, random);
    }
    expect(statuses.filter((status) => status >= 500)).toEqual([]);
    expect(statuses.filter((status) => status >= 400).length / statuses.length).toBeLessThan(0.15);
    for (const table of ['datasets', 'records', 'bots', 'integrations', 'api_tokens'] as const) {
      expect((await platform.db.selectFrom(table).select('id').limit(1).execute()).length, table).toBe(1);
    }
    expect((await platform.db.selectFrom('organizations').select('id').orderBy('id').execute()).map(({ id }) => id)).toEqual([
      'org_acme',
      'org_globex',
    ]);
  });
});
