// The calendar of the story: the days of the history, and who is where on them.

import { ABROAD, NIGHT_DAYS_AGO } from '../moments.ts';
import { isWeekend } from '../local-time.ts';
import type { Person, Place } from '../../seed/company.ts';

export const FIRST_DAYS_AGO = 30;
export const LAST_DAYS_AGO = 3;
export const CONTRACTOR = 'usr_casey';
export const HIRED_DAYS_AGO = 24;

export interface StoryDay {
  /** Days since 1970. */
  readonly day: number;
  readonly daysAgo: number;
  /** 0 to 3: four whole weeks, so that every weekday comes four times. */
  readonly week: number;
}

export function daysOf(today: number): StoryDay[] {
  return Array.from({ length: FIRST_DAYS_AGO - LAST_DAYS_AGO + 1 }, (_, n) => {
    const daysAgo = FIRST_DAYS_AGO - n;
    return { day: today - daysAgo, daysAgo, week: Math.floor(n / 7) };
  });
}

/** The day itself, or the Friday before it: offices decide nothing on weekends. */
export function workdayBefore(day: number): number {
  return isWeekend(day) ? workdayBefore(day - 1) : day;
}

interface Trip {
  readonly person: string;
  readonly from: number;
  readonly to: number;
  readonly place: Omit<Place, 'timezone'>;
}

/** Ordinary journeys, by day and announced: not every new country is a thief. */
const TRIPS: readonly Trip[] = [
  { person: 'usr_maria', from: 19, to: 16, place: { country: 'ES', city: 'Madrid', ip: '198.51.100.130' } },
  { person: 'usr_grace', from: 12, to: 10, place: { country: 'GB', city: 'London', ip: '198.51.100.147' } },
];

export function placeOf(person: Person, daysAgo: number): Omit<Place, 'timezone'> {
  if (person.id === CONTRACTOR && daysAgo === NIGHT_DAYS_AGO) return ABROAD;
  return TRIPS.find((trip) => trip.person === person.id && daysAgo <= trip.from && daysAgo >= trip.to)?.place ?? person.place;
}
