// Where the last two days are played: the platform, the people who use it, and the trail that they may ask.

import { setTimeout as sleep } from 'node:timers/promises';
import { createPerson, type Person } from '../../drive/person.ts';
import { COMPANY } from '../../seed/company.ts';
import type { Found, Trail } from '../trail.ts';

export const ACME = 'org_acme';

export interface Stage {
  readonly trail: Trail;
  readonly databaseUrl: string;
  readonly person: (id: string) => Person;
  /** Names the requests that follow: `story-017-1`, `story-017-2` ...; those of step 0 are `wake-1`, `wake-2` ... */
  readonly begin: (step: number) => void;
}

export interface StageOptions {
  readonly trail: Trail;
  readonly platformUrl: string;
  readonly databaseUrl: string;
}

export function setStage({ trail, platformUrl, databaseUrl }: StageOptions): Stage {
  let step = 0;
  let count = 0;
  const nextId = (): string => `${prefixOf(step)}${++count}`;
  const people = new Map(COMPANY.people.map((somebody) => [somebody.id, createPerson(platformUrl, somebody, nextId)]));
  return {
    trail,
    databaseUrl,
    person: (id) => {
      const person = people.get(id);
      if (person === undefined) throw new Error(`nobody is called ${id}`);
      return person;
    },
    begin: (next) => {
      step = next;
      count = 0;
    },
  };
}

function prefixOf(step: number): string {
  return step === 0 ? 'wake-' : `story-${String(step).padStart(3, '0')}-`;
}

/** The last step that left something in the trail; 0 when none did. */
export async function lastStep({ trail }: Pick<Stage, 'trail'>): Promise<number> {
  const [newest] = await trail.find(ACME, 'request:story-*', 1);
  return Number(newest?.context?.requestId?.match(/^story-(\d+)-/)?.[1] ?? 0);
}

const ARRIVAL_MS_MAX = 300_000;
const LOOK_AGAIN_MS = 100;

/**
 * Waits until the trail has what a query asks for: the platform's database has it at once, its trail a moment later.
 *
 * @throws Error when it does not come within five minutes
 */
export async function untilFound({ trail }: Pick<Stage, 'trail'>, q: string, least: number, limit = 200): Promise<readonly Found[]> {
  for (const end = Date.now() + ARRIVAL_MS_MAX; ;) {
    const found = await trail.find(ACME, q, limit);
    if (found.length >= least) return found;
    if (Date.now() > end) throw new Error(`the trail has ${found.length} of ${least} events of ${q}`);
    await sleep(LOOK_AGAIN_MS);
  }
}
