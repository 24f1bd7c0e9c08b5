// The resources that events name beside their own. Pure.

import type { Event } from '../../api/queries.ts';

export interface Neighbour {
  readonly type: string;
  readonly id: string;
  readonly name?: string;
  /** How it is related, by the events that say so. */
  readonly relations: readonly string[];
  /** How many of the events name it. */
  readonly count: number;
}

/** @param events newest first @returns the most frequently named first */
export function namedBy(events: readonly Event[]): Neighbour[] {
  return tally(events.flatMap(({ related }) => related ?? []));
}

/** The resources that the events are about, but for one. */
export function aboutOf(events: readonly Event[], except: { readonly type: string; readonly id: string }): Neighbour[] {
  const all = events.flatMap(({ resource }) => (resource === undefined ? [] : [resource]));
  return tally(all.filter(({ type, id }) => type !== except.type || id !== except.id));
}

interface Named {
  readonly type: string;
  readonly id?: string;
  readonly name?: string;
  readonly relation?: string;
}

function tally(all: readonly Named[]): Neighbour[] {
  const found = new Map<string, { type: string; id: string; name?: string; relations: Set<string>; count: number }>();
  for (const { type, id, name, relation } of all) {
    if (id === undefined) continue;
    const key = `${type}/${id}`;
    const one = found.get(key) ?? { type, id, relations: new Set<string>(), count: 0 };
    one.count++;
    if (relation !== undefined) one.relations.add(relation);
    if (one.name === undefined && name !== undefined) one.name = name;
    found.set(key, one);
  }
  return [...found.values()].sort((a, b) => b.count - a.count).map(({ relations, ...one }) => ({ ...one, relations: [...relations] }));
}
