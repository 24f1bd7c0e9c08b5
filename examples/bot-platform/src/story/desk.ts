// A desk: somebody who is signed in, at a time, with the world before them. What they do becomes events.

import type { Person } from '../seed/company.ts';
import type { Circumstances, Deed, Party } from './event.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

/** An event that has no id yet. */
export interface Note extends Deed {
  readonly ms: number;
  readonly tenant: string;
  readonly actor: Party;
  readonly context: Circumstances;
}

/** Who sits there, and from where they are connected. */
export interface Seat {
  readonly tenant: string;
  readonly actor: Party;
  readonly context: Circumstances;
  /** Whoever is at work; a machine has nobody. */
  readonly person?: Person;
}

export interface Desk {
  readonly world: World;
  readonly random: Random;
  readonly seat: Seat;
  /** Begins a request: what is noted by the answer shares its time, id, route and reason. */
  readonly request: (route: string, reason?: string) => Request;
  /** Goes on later, at the same desk; by then the world may be another one. */
  readonly later: (minutes: number, work: Work) => void;
}

export type Work = (desk: Desk) => void;

export type Request = (action: string, deed?: Omit<Deed, 'action'>) => void;

/** What is still to be done, and when. */
export interface Agenda {
  readonly at: (ms: number, run: () => void) => void;
}

/** What desks stand in. */
export interface Office {
  readonly world: World;
  readonly agenda: Agenda;
  readonly note: (note: Note) => void;
}

/** What one statement or page takes: events of one request follow each other at this distance. */
const STEP_MS = 3;

export function sitDown(office: Office, ms: number, seat: Seat, random: Random): Desk {
  const { world, agenda, note } = office;
  return {
    world,
    random,
    seat,
    request: (route, reason) => {
      const context: Circumstances = {
        ...seat.context,
        requestId: `req_${random.hex(18)}`,
        route,
        ...(reason === undefined ? {} : { reason }),
      };
      let next = ms;
      return (action, deed = {}) => {
        note({ ...deed, action, ms: next, tenant: seat.tenant, actor: seat.actor, context });
        next += STEP_MS;
      };
    },
    later: (minutes, work) => {
      const then = ms + Math.round(minutes * 60_000);
      agenda.at(then, () => work(sitDown(office, then, seat, random)));
    },
  };
}

export function partyOf({ id, name, email }: Person): Party {
  return { type: 'user', id, name, email };
}
