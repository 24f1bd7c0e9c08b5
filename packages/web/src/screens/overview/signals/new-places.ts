// Sign-ins from a country that somebody had not signed in from before. Pure: it looks at the sign-ins that it is given, no others.

import type { Event } from '../../../api/queries.ts';

export interface NewPlace {
  readonly kind: 'new-place';
  readonly event: Event;
  readonly country: string;
  readonly city?: string;
  /** Where the same actor had signed in from before, the most frequent first. */
  readonly usual: readonly string[];
  /** How many sign-ins of the same actor came before. */
  readonly earlier: number;
  /** None of them was within UNUSUAL_HOURS of the clock. */
  readonly unusualHour: boolean;
  /** Tries that failed in the hour before, by the same actor. */
  readonly failedBefore: number;
}

/** So many sign-ins make a habit. */
const HABIT_MIN = 3;
/** How far, by the clock, from every earlier sign-in an hour is unusual. */
const UNUSUAL_HOURS = 3;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * @param signIns sign-ins that succeeded and that failed, in any order
 * @returns newest first; a country counts once for an actor
 * @example newPlaces(page.events)[0]?.country // 'CL'
 */
export function newPlaces(signIns: readonly Event[]): NewPlace[] {
  const found: NewPlace[] = [];
  for (const own of byActor(signIns).values()) found.push(...newPlacesOf(own));
  return found.sort((a, b) => Date.parse(b.event.occurredAt) - Date.parse(a.event.occurredAt));
}

function byActor(events: readonly Event[]): Map<string, Event[]> {
  const actors = new Map<string, Event[]>();
  const oldestFirst = [...events].sort((a, b) => Date.parse(a.occurredAt) - Date.parse(b.occurredAt));
  for (const event of oldestFirst) {
    const { id } = event.actor;
    if (id === undefined) continue;
    const own = actors.get(id);
    if (own === undefined) actors.set(id, [event]);
    else own.push(event);
  }
  return actors;
}

function newPlacesOf(own: readonly Event[]): NewPlace[] {
  const found: NewPlace[] = [];
  const countries = new Map<string, number>();
  const timesMs: number[] = [];
  const failedMs: number[] = [];
  for (const event of own) {
    const atMs = Date.parse(event.occurredAt);
    if (event.outcome !== 'success') {
      failedMs.push(atMs);
      continue;
    }
    const { country, city } = event.context?.location ?? {};
    if (country === undefined) continue;
    if (timesMs.length >= HABIT_MIN && !countries.has(country))
      found.push({
        kind: 'new-place',
        event,
        country,
        ...(city === undefined ? {} : { city }),
        usual: [...countries].sort((a, b) => b[1] - a[1]).map(([name]) => name),
        earlier: timesMs.length,
        unusualHour: timesMs.every((other) => hoursApart(atMs, other) > UNUSUAL_HOURS),
        failedBefore: failedMs.filter((failed) => atMs - failed <= HOUR_MS).length,
      });
    countries.set(country, (countries.get(country) ?? 0) + 1);
    timesMs.push(atMs);
  }
  return found;
}

/** By the clock: 23:00 and 01:00 are two hours apart, whatever the days. */
export function hoursApart(oneMs: number, otherMs: number): number {
  const apart = Math.abs((oneMs % DAY_MS) - (otherMs % DAY_MS));
  return Math.min(apart, DAY_MS - apart) / HOUR_MS;
}
