// Uses the platform over HTTP as its six people would, at a gentle pace, until it is told to stop.
// node dist/driver.js --url http://127.0.0.1:4000 --rate 2 --seed 1   (or PLATFORM_URL, RATE, SEED)

import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { nextAction } from './drive/actions.ts';
import { createPerson } from './drive/person.ts';
import { createRandom } from './drive/random.ts';
import { whenAsked } from './lifetime.ts';
import { DEMO_PASSWORD, PEOPLE } from './seed.ts';

const Options = z.object({
  url: z.url().default('http://127.0.0.1:4000'),
  rate: z.coerce.number().positive().max(1_000).default(2),
  seed: z.coerce.number().int().default(1),
});
const AWAY_MS = 2_000;

const { values } = parseArgs({ options: { url: { type: 'string' }, rate: { type: 'string' }, seed: { type: 'string' } } });
const { url, rate, seed } = Options.parse({
  url: values.url ?? process.env.PLATFORM_URL,
  rate: values.rate ?? process.env.RATE,
  seed: values.seed ?? process.env.SEED,
});

const stopping = new AbortController();
whenAsked(() => stopping.abort());

const random = createRandom(seed);
const people = PEOPLE.map(({ email, role }, number) => createPerson(url, { email, role, password: DEMO_PASSWORD }, number, random));
console.error(`Driving ${url} at ${rate} actions a second, seed ${seed}.`);

let away = false;
while (!stopping.signal.aborted) {
  const person = random.one(people);
  const { act, name } = nextAction(random);
  let pauseMs = (1_000 / rate) * (0.5 + random.next());
  try {
    if (person !== undefined) await act(person, random);
    if (away) console.error('The platform is back.');
    away = false;
  } catch (error) {
    if (!away) console.error(`The platform is away (${name}: ${error instanceof Error ? error.message : String(error)}); trying again.`);
    away = true;
    pauseMs = AWAY_MS;
  }
  await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
}
