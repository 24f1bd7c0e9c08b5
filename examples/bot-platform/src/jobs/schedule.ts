// Runs the jobs again and again, one after the other. Nobody asked for them: they are the platform's own doing.

import type { Database } from '../database.ts';
import { countUsage } from './count-usage.ts';
import { renewSubscriptions } from './renew-subscriptions.ts';

export interface Schedule {
  /** Waits for the job that runs. */
  readonly stop: () => Promise<void>;
}

/** @param seconds between two rounds, and before the first one; 0 is never */
export function scheduleJobs(db: Database, seconds: number): Schedule {
  let running = Promise.resolve();
  if (seconds === 0) return { stop: () => running };
  const round = async (): Promise<void> => {
    try {
      await renewSubscriptions(db);
      await countUsage(db);
    } catch (error) {
      console.error('A job failed, and is tried again in the next round.', error);
    }
  };
  const timer = setInterval(() => {
    running = running.then(round);
  }, seconds * 1_000);
  return {
    stop: () => {
      clearInterval(timer);
      return running;
    },
  };
}
