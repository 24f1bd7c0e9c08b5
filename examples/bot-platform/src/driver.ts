// Uses the platform over HTTP as its people would. Alone: live traffic, at a gentle pace, until it is told to stop.
//   node dist/driver.js --url http://127.0.0.1:4000 --rate 2 --seed 1     (or PLATFORM_URL, RATE, SEED)
// With INDELIBLE_URL, INDELIBLE_KEY and DATABASE_URL it tells the whole story: it brings the database to where the history ends
// (before anybody captures it), imports the history, plays two days once it is told `captured` by a message, and goes on live.
// Each line on standard output is a JSON object that says how far it is.

import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { driveLive } from './drive/live.ts';
import { whenAsked } from './lifetime.ts';
import { historyFor, importHistory, type Progress } from './story/import.ts';
import { MOMENTS } from './story/moments.ts';
import { playDays } from './story/play/play.ts';
import { setStage } from './story/play/stage.ts';
import { settle } from './story/settle.ts';
import { createTrail } from './story/trail.ts';

const Options = z.object({
  url: z.url().default('http://127.0.0.1:4000'),
  rate: z.coerce.number().positive().max(1_000).default(2),
  seed: z.coerce.number().int().default(1),
  trail: z.url().optional(),
  key: z.string().optional(),
  database: z.string().optional(),
  /** Of which the story is told; it lies in the thirty days before. */
  today: z.iso.date().optional(),
});

const { values } = parseArgs({
  options: { url: { type: 'string' }, rate: { type: 'string' }, seed: { type: 'string' } },
});
const { env } = process;
const { url, rate, seed, trail, key, database, today } = Options.parse({
  url: values.url ?? env.PLATFORM_URL,
  rate: values.rate ?? env.RATE,
  seed: values.seed ?? env.SEED,
  trail: env.INDELIBLE_URL,
  key: env.INDELIBLE_KEY,
  database: env.DATABASE_URL,
  today: env.TODAY,
});

const DAY_MS = 86_400_000;
const LEAVE_MS = 500;
const stopping = new AbortController();
whenAsked(() => {
  stopping.abort();
  // A step of the story can be played again: nothing is lost by leaving in the middle of one.
  setTimeout(() => process.exit(), LEAVE_MS).unref();
});

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

const saying =
  (part: string): Progress =>
  (done, of, there = false) =>
    say({ part, done, of, there });

try {
  if (trail === undefined || key === undefined || database === undefined) {
    console.error(`Driving ${url} at ${rate} acts a second, seed ${seed}.`);
  } else {
    const told = createTrail({ url: trail, key });
    const captured = process.connected ? once(process, 'message') : undefined;
    const history = await historyFor(told, seed, Math.floor((today === undefined ? Date.now() : Date.parse(today)) / DAY_MS));
    await settle(database, history);
    say({ part: 'prepared' });
    say({ moments: MOMENTS });
    await importHistory(told, history, saying('history'));
    await captured;
    await playDays(setStage({ trail: told, platformUrl: url, databaseUrl: database }), seed, saying('days'), stopping.signal);
    say({ part: 'live' });
  }
  await driveLive({ url, rate, seed, signal: stopping.signal });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
  if (process.connected) process.disconnect();
}
