// The story of the example: its history is imported, its last days are played, and then its people go on by themselves.

import type { Application, People } from './demo-application.ts';

/** What there is to be found in the story. */
export interface Moment {
  readonly line: string;
  readonly query: string;
}

export type Part = 'history' | 'days';

export interface StoryOptions {
  readonly serverUrl: string;
  readonly key: string;
  readonly seed: string;
  /** YYYY-MM-DD: the story lies in the thirty days before; the present day by default. */
  readonly today?: string | undefined;
  /** Acts a second of the people, once the story is told. */
  readonly rate: string;
  readonly onProgress: (progress: PartProgress) => void;
}

export interface PartProgress {
  readonly part: Part;
  readonly done: number;
  readonly of: number;
  /** True when it was all there from an earlier start. */
  readonly there: boolean;
}

export interface Story {
  /** Resolves when the application's database is where the history leaves it, and may be captured. */
  readonly prepared: Promise<void>;
  /** To be called once it is: the last days are played then. */
  readonly captured: () => void;
  /** Resolves when the history is in the trail. */
  readonly imported: Promise<void>;
  /** Resolves when the last days are played, and the trail has them. */
  readonly told: Promise<void>;
  /** Empty until the story begins. */
  readonly moments: () => readonly Moment[];
}

/** A line of the people's standard output. */
type Line = { readonly moments: readonly Moment[] } | { readonly part: 'prepared' | 'live' } | PartProgress;

const NOT_TOLD = 'the story ended before it was told; INDELIBLE_LOG_LEVEL=debug shows why';

/** Tells what is missing of the story; of one that was told, nothing. */
export function tellStory(application: Application, options: StoryOptions): Story {
  const { serverUrl, key, seed, rate, today } = options;
  const day: Record<string, string> = today === undefined ? {} : { TODAY: today };
  const people = application.people({ INDELIBLE_URL: serverUrl, INDELIBLE_KEY: key, SEED: seed, RATE: rate, ...day });
  let moments: readonly Moment[] = [];
  people.lines.on('line', (text) => {
    const line = JSON.parse(text) as Line;
    if ('moments' in line) moments = line.moments;
    else if ('done' in line) options.onProgress(line);
  });
  return {
    prepared: until(people, (line) => 'part' in line && line.part === 'prepared'),
    captured: people.captured,
    imported: until(people, (line) => 'part' in line && line.part === 'history' && line.done === line.of),
    told: until(people, (line) => 'part' in line && line.part === 'live'),
    moments: () => moments,
  };
}

function until({ lines, ended }: People, isIt: (line: Line) => boolean): Promise<void> {
  const promise = new Promise<void>((resolve, reject) => {
    lines.on('line', (text) => isIt(JSON.parse(text) as Line) && resolve());
    void ended.then(() => reject(new Error(NOT_TOLD)));
  });
  // Whoever waits for one line need not wait for the other.
  promise.catch(() => undefined);
  return promise;
}
