// Shifts: somebody signs in, does what they are busy with, and signs out, day after day.

import { type Job, JOBS, type Task } from '../cast.ts';
import { type Office, partyOf, type Seat, sitDown } from '../desk.ts';
import { instantOf, weekdayOf } from '../local-time.ts';
import { createRandom, type Random } from '../random.ts';
import { TASKS } from './tasks.ts';
import { CONTRACTOR, daysOf, HIRED_DAYS_AGO, placeOf } from './when.ts';

const NOON = 12 * 60;

/** Puts every shift of the history on the agenda. */
export function planShifts(office: Office, seed: number, today: number): void {
  JOBS.forEach((job, n) => {
    for (const { day, daysAgo, week } of daysOf(today)) {
      if (!job.weekdays.includes(weekdayOf(day)) || isAway(job, daysAgo)) continue;
      // By week and weekday, and not by date: a history has the same number of events whenever it begins.
      planShift(office, job, day, daysAgo, createRandom(`${seed}/shift/${job.person.id}/${n}/${week}/${weekdayOf(day)}`));
    }
  });
}

/** A contractor is not there before they are hired, nor in the office after the night. */
function isAway({ person }: Job, daysAgo: number): boolean {
  return person.id === CONTRACTOR && (daysAgo >= HIRED_DAYS_AGO || daysAgo <= 3);
}

function planShift(office: Office, job: Job, day: number, daysAgo: number, random: Random): void {
  const { person, browser } = job;
  const at = (minutes: number): number => instantOf(day, minutes, person.place.timezone);
  const begins = job.from + random.next() * 20;
  const ends = job.to + random.next() * 15;
  const place = placeOf(person, daysAgo);
  const seat: Seat = {
    tenant: person.organization_id,
    actor: partyOf(person),
    person,
    context: {
      ip: place.ip,
      location: { country: place.country, city: place.city },
      userAgent: browser,
      sessionId: `ses_${random.hex(18)}`,
      authMethod: 'session',
    },
  };
  if (random.chance(0.05)) office.agenda.at(at(begins - 0.6), () => signIn(office, at(begins - 0.6), seat, random, false));
  office.agenda.at(at(begins), () => signIn(office, at(begins), seat, random, true));
  const tasks = Math.round(job.tasks * (0.7 + random.next() * 0.6));
  for (let n = 0; n < tasks; n++) {
    const minutes = begins + 3 + ((ends - begins - 10) * (n + random.next())) / tasks;
    const task = TASKS[taskOf(job, random)];
    const ms = at(isLunch(job, minutes) ? minutes + 45 : minutes);
    const own = createRandom(random.below(2 ** 32));
    office.agenda.at(ms, () => task(sitDown(office, ms, seat, own)));
  }
  if (random.chance(0.8))
    office.agenda.at(at(ends), () => sitDown(office, at(ends), seat, random).request('DELETE /sessions')('auth.logout'));
}

function isLunch({ from, to }: Job, minutes: number): boolean {
  return from < NOON && to > NOON + 90 && minutes >= NOON + 15 && minutes < NOON + 60;
}

export function signIn(office: Office, ms: number, seat: Seat, random: Random, succeeds: boolean): void {
  const { sessionId: _, authMethod: __, ...before } = seat.context;
  const desk = sitDown(office, ms, succeeds ? seat : { ...seat, context: before }, random);
  const request = desk.request('POST /sessions');
  if (succeeds) request('auth.login.succeeded');
  else request('auth.login.failed', { outcome: 'failure', error: { code: 'unauthenticated', message: 'wrong password' } });
}

function taskOf({ busyWith }: Job, random: Random): Task {
  const weights = Object.entries(busyWith) as [Task, number][];
  let left = random.next() * weights.reduce((sum, [, weight]) => sum + weight, 0);
  return weights.find(([, weight]) => (left -= weight) < 0)?.[0] ?? 'look';
}
