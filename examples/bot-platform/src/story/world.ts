// The rows of the platform as the story goes on: what is changed here gives the before and after of an event.

import type { Deed, Reference, Values } from './event.ts';

/** A table as the trail sees it. */
export interface Kind {
  readonly table: string;
  /** The column of the display name. */
  readonly name?: string;
  /** Columns that refer to other rows, and what those are. */
  readonly refers: Readonly<Record<string, string>>;
  /** The primary key, where it is not `id`. */
  readonly key?: readonly string[];
  /** Columns that the database has and the past does not tell of. */
  readonly hidden?: readonly string[];
  /** The table has no column for the time of a row's last change. */
  readonly neverUpdated?: true;
}

export type Told = Required<Pick<Deed, 'resource' | 'related' | 'change'>>;

export interface World {
  readonly now: () => Date;
  readonly row: (type: string, id: string) => Values;
  readonly has: (type: string, id: string) => boolean;
  /** The keys of a type's rows in the order in which they came. */
  readonly ids: (type: string, which?: (row: Values) => boolean) => string[];
  readonly create: (type: string, row: Values) => Told;
  readonly update: (type: string, id: string, changes: Values) => Told;
  readonly remove: (type: string, id: string) => Told;
  /** What an event says of a row that stays as it is. */
  readonly look: (type: string, id: string) => Required<Pick<Deed, 'resource' | 'related'>>;
  /** Puts a row where it was all along. */
  readonly place: (type: string, row: Values) => void;
  /** Everything that there is, by type. */
  readonly rows: () => ReadonlyMap<string, ReadonlyMap<string, Values>>;
}

/** When a row was made and changed: in the database, and not in events, which have a time of their own. */
const STAMPS = ['created_at', 'updated_at'];

/** @param clock milliseconds since 1970: when it is in the story */
export function createWorld(kinds: Readonly<Record<string, Kind>>, clock: () => number): World {
  const types = new Map<string, Map<string, Values>>(Object.keys(kinds).map((type) => [type, new Map()]));
  const kindOf = (type: string): Kind => {
    const kind = kinds[type];
    if (kind === undefined) throw new Error(`the story knows no ${type}`);
    return kind;
  };
  const all = (type: string): Map<string, Values> => {
    kindOf(type);
    return types.get(type) as Map<string, Values>;
  };
  const row = (type: string, id: string): Values => {
    const found = all(type).get(id);
    if (found === undefined) throw new Error(`the story has no ${type} ${id}`);
    return found;
  };
  const referTo = (type: string, id: string, values: Values): Reference => {
    const column = kindOf(type).name;
    const name = column === undefined ? undefined : values[column];
    return { type, id, ...(typeof name === 'string' ? { name } : {}) };
  };
  const about = (type: string, id: string, values: Values): Required<Pick<Deed, 'resource' | 'related'>> => ({
    resource: referTo(type, id, values),
    related: Object.entries(kindOf(type).refers).flatMap(([column, to]) => {
      const target = values[column];
      if (typeof target !== 'string') return [];
      return [{ relation: column.replace(/_id$/, ''), type: to, id: target }];
    }),
  });
  const shown = (type: string, values: Values): Values => {
    const { hidden = [] } = kindOf(type);
    return Object.fromEntries(Object.entries(values).filter(([column]) => !hidden.includes(column) && !STAMPS.includes(column)));
  };
  const stamps = (type: string): Values => (kindOf(type).neverUpdated === true ? {} : { updated_at: new Date(clock()) });

  const keyOf = (type: string, values: Values): string => (kindOf(type).key ?? ['id']).map((column) => String(values[column])).join(',');

  return {
    now: () => new Date(clock()),
    row,
    has: (type, id) => all(type).has(id),
    ids: (type, which = () => true) => [...all(type)].flatMap(([id, values]) => (which(values) ? [id] : [])),
    create: (type, values) => {
      const id = keyOf(type, values);
      if (all(type).has(id)) throw new Error(`the story makes ${type} ${id} twice`);
      all(type).set(id, { ...values, created_at: new Date(clock()), ...stamps(type) });
      return { ...about(type, id, values), change: { after: shown(type, values) } };
    },
    update: (type, id, changes) => {
      const before = row(type, id);
      const after = { ...before, ...changes, ...stamps(type) };
      all(type).set(id, after);
      return { ...about(type, id, after), change: { before: shown(type, before), after: shown(type, after) } };
    },
    remove: (type, id) => {
      const before = row(type, id);
      all(type).delete(id);
      return { ...about(type, id, before), change: { before: shown(type, before) } };
    },
    place: (type, values) => void all(type).set(keyOf(type, values), values),
    look: (type, id) => about(type, id, row(type, id)),
    rows: () => types,
  };
}
