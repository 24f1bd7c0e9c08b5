// Brings the history into the trail. The trail itself says whether it is there: the first event tells of which day, the last one that all came.

import { eventId, type StoryEvent } from './event.ts';
import { dayOfFirst, type History, tellHistory } from './history/history.ts';
import type { Trail } from './trail.ts';

const BATCH_EVENTS = 500;
const FIRST_TENANT = 'org_acme';

/** @param there true when nothing had to be done: it was there already */
export type Progress = (done: number, of: number, there?: boolean) => void;

/**
 * The history that the trail has, or is to have: a trail that knows its first event is told the rest of that one.
 *
 * @param today of a first start: days since 1970, in UTC
 */
export async function historyFor(trail: Trail, seed: number, today: number): Promise<History> {
  const first = await trail.event(FIRST_TENANT, eventId(seed, FIRST_TENANT, 0));
  const history = tellHistory(seed, first === undefined ? today : dayOfFirst(first.occurredAt));
  // From here on the day is settled, whatever happens to this process.
  if (first === undefined) await trail.post(FIRST_TENANT, (history.events.get(FIRST_TENANT) ?? []).slice(0, 1));
  return history;
}

/** Sends what is missing. A batch that was sent before is taken once more, and changes nothing. */
export async function importHistory(trail: Trail, { events }: History, progress: Progress): Promise<void> {
  const of = [...events.values()].reduce((sum, { length }) => sum + length, 0);
  let done = 0;
  let sent = 0;
  for (const [tenant, told] of events) {
    if (await isThere(trail, tenant, told.at(-1))) {
      done += told.length;
      continue;
    }
    for (let at = 0; at < told.length; at += BATCH_EVENTS) {
      const batch = told.slice(at, at + BATCH_EVENTS);
      await trail.post(tenant, batch);
      sent += batch.length;
      progress((done += batch.length), of);
    }
  }
  if (sent === 0) progress(of, of, true);
}

async function isThere(trail: Trail, tenant: string, event: StoryEvent | undefined): Promise<boolean> {
  return event === undefined || (await trail.event(tenant, event.id)) !== undefined;
}
