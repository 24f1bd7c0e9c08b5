// Who does what next: by the jobs of the cast, with a few things that happen to everybody.

import type { Job, Task } from '../story/cast.ts';
import type { Random } from '../story/random.ts';
import type { Act } from './act.ts';
import { listen, look, rotate, teach, tryBot, tune, wire } from './bot-acts.ts';
import { add, drop, exportDataset, talk, upload, write } from './data-acts.ts';
import { bill, guard, invite, mistype, overreach, tryOrganization, useToken } from './office-acts.ts';

/** The same tasks as in the history, done for real. */
export const ACTS: Readonly<Record<Task, Act>> = {
  look,
  talk,
  write,
  add,
  drop,
  upload,
  tune,
  teach,
  'try bot': tryBot,
  wire,
  rotate,
  listen,
  bill,
  guard,
  invite,
  export: exportDataset,
  overreach,
};

/** Once in a while, and of everybody. */
export const ODDITIES: readonly Act[] = [mistype, useToken, tryOrganization];
const ODD_SHARE = 0.03;

export function nextAct({ busyWith }: Pick<Job, 'busyWith'>, random: Random): Act {
  const odd = random.one(ODDITIES);
  if (odd !== undefined && random.chance(ODD_SHARE)) return odd;
  const weights = Object.entries(busyWith) as [Task, number][];
  let left = random.next() * weights.reduce((sum, [, weight]) => sum + weight, 0);
  const task = weights.find(([, weight]) => (left -= weight) < 0)?.[0];
  return task === undefined ? look : ACTS[task];
}
