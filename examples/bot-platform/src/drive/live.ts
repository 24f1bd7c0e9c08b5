// Live traffic: whoever has their shift at this hour does something now and then, until it is told to stop.

import { setTimeout as sleep } from 'node:timers/promises';
import { type Job, JOBS } from '../story/cast.ts';
import { dayAt, minutesAt, weekdayOf } from '../story/local-time.ts';
import { createRandom } from '../story/random.ts';
import { nextAct } from './acts.ts';
import { createPerson } from './person.ts';

const AWAY_MS = 2_000;
/** Not in the office any more: see the story. */
const GONE = 'usr_casey';

export interface LiveOptions {
  readonly url: string;
  /** Acts a second. */
  readonly rate: number;
  readonly seed: number;
  readonly signal: AbortSignal;
}

export async function driveLive({ url, rate, seed, signal }: LiveOptions): Promise<void> {
  const random = createRandom(`${seed}/live`);
  const nextId = (): string => `req_${random.hex(18)}`;
  const people = new Map(JOBS.map(({ person }) => [person.id, createPerson(url, person, nextId)]));
  let away = false;
  while (!signal.aborted) {
    const job = random.one(onShift(Date.now()));
    const person = job && people.get(job.person.id);
    let pauseMs = (1_000 / rate) * (0.5 + random.next());
    try {
      if (job !== undefined && person !== undefined) await nextAct(job, random)(person, random);
      if (away) console.error('The platform is back.');
      away = false;
    } catch (error) {
      if (!away) console.error(`The platform is away (${error instanceof Error ? error.message : String(error)}); trying again.`);
      away = true;
      pauseMs = AWAY_MS;
    }
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Those who work now, by their own clocks; where nobody does, those who would on another day. */
export function onShift(ms: number): readonly Job[] {
  const jobs = JOBS.filter(({ person }) => person.id !== GONE);
  const byTheClock = jobs.filter(({ person: { place }, from, to }) => {
    const minutes = minutesAt(ms, place.timezone);
    return minutes >= from && minutes < to;
  });
  const now = byTheClock.filter(({ person: { place }, weekdays }) => weekdays.includes(weekdayOf(dayAt(ms, place.timezone))));
  if (now.length > 0) return now;
  return byTheClock.length > 0 ? byTheClock : jobs;
}
