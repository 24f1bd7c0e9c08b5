// Who works when, and at what: the shifts of the people of both organisations, each by the clock of their own city.

import { COMPANY, type Person } from '../seed/company.ts';

/** What somebody may be busy with; `history/tasks.ts` says what comes of it. */
export type Task =
  | 'look'
  | 'talk'
  | 'write'
  | 'add'
  | 'drop'
  | 'upload'
  | 'tune'
  | 'teach'
  | 'try bot'
  | 'wire'
  | 'rotate'
  | 'listen'
  | 'bill'
  | 'guard'
  | 'invite'
  | 'export'
  | 'overreach';

export interface Job {
  readonly person: Person;
  /** 0 is Sunday. */
  readonly weekdays: readonly number[];
  /** Minutes since midnight by the clock of their city. */
  readonly from: number;
  readonly to: number;
  /** How many tasks a shift has, on average. */
  readonly tasks: number;
  /** By weight. */
  readonly busyWith: Readonly<Partial<Record<Task, number>>>;
  readonly browser: string;
}

const BROWSERS = [
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36',
  'Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148',
] as const;

const WORKDAYS = [1, 2, 3, 4, 5];
const at = (hour: number, minute = 0): number => hour * 60 + minute;

type Shift = Omit<Job, 'person' | 'browser'>;

const shift = (from: number, to: number, tasks: number, busyWith: Job['busyWith'], weekdays: readonly number[] = WORKDAYS): Shift => ({
  weekdays,
  from,
  to,
  tasks,
  busyWith,
});

const SHIFTS: Readonly<Record<string, readonly Shift[]>> = {
  usr_maria: [
    shift(at(9), at(18), 8, { look: 5, tune: 2, invite: 1, export: 1, talk: 2 }),
    // A founder looks in on Sunday evenings.
    shift(at(20), at(21), 2, { look: 3, talk: 1 }, [0]),
  ],
  usr_joe: [shift(at(8, 30), at(17), 10, { look: 4, wire: 3, tune: 3, listen: 2, guard: 1, teach: 2, rotate: 1 })],
  usr_aiko: [shift(at(10), at(18, 30), 13, { write: 6, add: 4, drop: 2, upload: 1, look: 2, talk: 1 })],
  usr_priya: [
    shift(at(9, 30), at(18), 9, { guard: 4, look: 4, rotate: 2, listen: 1 }),
    shift(at(11), at(12), 2, { guard: 1, look: 2 }, [6]),
  ],
  usr_tom: [shift(at(8), at(16, 30), 14, { talk: 9, write: 2, tune: 1, look: 3, add: 1 })],
  usr_sofia: [shift(at(9), at(17, 30), 12, { tune: 6, teach: 4, look: 3, 'try bot': 2, talk: 2 })],
  usr_daniel: [shift(at(8), at(17), 11, { wire: 5, rotate: 2, listen: 3, look: 3, teach: 1, export: 1 })],
  usr_emma: [shift(at(9), at(15), 7, { bill: 5, look: 3, overreach: 1 }, [1, 2, 3, 4])],
  usr_grace: [shift(at(9), at(17, 30), 10, { 'try bot': 3, tune: 3, look: 4, talk: 2, upload: 1 })],
  // The nights of Europe and America are the afternoons of Manila; the weekend of this shift is Monday and Tuesday.
  usr_noah: [shift(at(13), at(22), 15, { talk: 11, write: 2, look: 3 }, [0, 3, 4, 5, 6])],
  usr_lucas: [shift(at(9), at(17), 7, { look: 6, overreach: 1 })],
  usr_casey: [shift(at(9), at(17), 9, { wire: 4, write: 4, look: 3, tune: 1 })],
  usr_hank: [shift(at(10), at(16), 3, { look: 4, tune: 2 })],
  usr_lena: [shift(at(8), at(17), 4, { look: 3, guard: 2, listen: 1, wire: 2, tune: 1 })],
  usr_omar: [shift(at(9), at(17, 30), 5, { write: 4, look: 3, add: 2, talk: 2 })],
};

export const JOBS: readonly Job[] = COMPANY.people.flatMap((person, n) =>
  (SHIFTS[person.id] ?? []).map((each) => ({ ...each, person, browser: BROWSERS[n % BROWSERS.length] ?? BROWSERS[0] })),
);

export function personOf(id: string): Person {
  const person = COMPANY.people.find((each) => each.id === id);
  if (person === undefined) throw new Error(`nobody is called ${id}`);
  return person;
}

export function browserOf(id: string): string {
  return JOBS.find(({ person }) => person.id === id)?.browser ?? BROWSERS[0];
}
