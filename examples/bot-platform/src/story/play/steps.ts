// The last two days, step by step: people sign in and work, and the scenes come in between. Always the same for a seed.

import { nextAct } from '../../drive/acts.ts';
import { type Job, JOBS, type Task } from '../cast.ts';
import { createRandom } from '../random.ts';
import {
  cleanUp,
  comeBack,
  findWhatWasBehind,
  goBehind,
  knockInVain,
  lendAHand,
  makeMistake,
  type Scene,
  tellTheCurator,
  undoMistake,
} from './scenes.ts';
import type { Stage } from './stage.ts';

/** How many tasks a day of the last two has, of all people together. Looking at things leaves nothing in a database, and is not played. */
const TASKS_A_DAY = 80;
const LEAVES_NOTHING: ReadonlySet<string> = new Set<Task>(['look', 'overreach']);

/** What comes after how many tasks of a day. */
const SCENES: readonly (readonly [day: number, tasks: number, scene: Scene])[] = [
  [0, 8, comeBack],
  [0, 24, makeMistake],
  [0, 24, undoMistake],
  [0, 44, lendAHand],
  [1, 6, goBehind],
  [1, 14, cleanUp],
  [1, 14, knockInVain],
  [1, 22, findWhatWasBehind],
  [1, 40, tellTheCurator],
];

export interface Step {
  /** From 1. */
  readonly number: number;
  readonly play: (stage: Stage) => Promise<unknown>;
}

export function stepsOf(seed: number): readonly Step[] {
  const random = createRandom(`${seed}/days`);
  const plays: ((stage: Stage) => Promise<unknown>)[] = [];
  // After the night Casey is in the office no more.
  const jobs = JOBS.filter(({ person, weekdays }) => weekdays.length > 1 && person.id !== 'usr_casey');
  const active = jobs.flatMap((job) => {
    const busyWith = Object.fromEntries(Object.entries(job.busyWith).filter(([task]) => !LEAVES_NOTHING.has(task)));
    return Object.keys(busyWith).length === 0 ? [] : [{ ...job, busyWith }];
  });
  for (const day of [0, 1]) {
    for (const { person } of jobs) plays.push((stage) => stage.person(person.id).signIn());
    for (let task = 0; task < TASKS_A_DAY; task++) {
      for (const [of, tasks, scene] of SCENES) if (of === day && tasks === task) plays.push(scene);
      const job = jobAt(active, random.next());
      const own = createRandom(random.below(2 ** 32));
      const act = nextAct(job, own);
      plays.push((stage) => act(stage.person(job.person.id), own));
    }
  }
  return plays.map((play, n) => ({ number: n + 1, play }));
}

/** Whoever has more to do is seen more often. */
function jobAt(jobs: readonly Job[], share: number): Job {
  let left = share * jobs.reduce((sum, { tasks }) => sum + tasks, 0);
  return (jobs.find(({ tasks }) => (left -= tasks) < 0) ?? jobs[0]) as Job;
}
