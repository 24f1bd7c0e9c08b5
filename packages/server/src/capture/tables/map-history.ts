// What a table meant under each name and each set of columns that it had: rows from before a renaming are still on their
// way when the catalog knows the new names alone.

import { qualified } from '../source/catalog.ts';
import { inOwnWords } from './map-words.ts';
import type { Relation } from '../replication/pgoutput.ts';
import type { ResourceMap, TableMap } from './resource-map.ts';
import { type Described, type Rules, mapAsDescribed } from './relation-map.ts';
import type { Extended, FormerShape } from './shape-memory.ts';
import type { Shape } from './shape.ts';
import { alignKey, isSame, renamedAlone } from './shape-match.ts';

interface Meaning {
  readonly shape: Shape;
  readonly map: TableMap;
}

export class MapHistory {
  #extended: Extended | undefined;
  #maps: ResourceMap = new Map();
  #rules: Rules | undefined;
  /** One look for all rows that follow a description. */
  #found = new WeakMap<Relation, TableMap>();

  /** @param maps of the catalog in `extended` */
  take(extended: Extended, maps: ResourceMap, rules: Rules): void {
    this.#rules = rules;
    this.#found = new WeakMap();
    this.#extended = extended;
    this.#maps = maps;
  }

  /**
   * The map for rows that the stream describes like this: that of the newest shape of the table which is the same, or else
   * of one that its names and types follow from.
   *
   * @param unknown what is made of the relation's name alone
   */
  of(relation: Relation, unknown: () => TableMap): TableMap {
    const found = this.#found.get(relation);
    if (found !== undefined) return found;
    const map = this.#look(relation, unknown);
    const described = this.#rules === undefined ? map : mapAsDescribed(map, this.#describe(relation), this.#rules);
    this.#found.set(relation, described);
    return described;
  }

  #describe(relation: Relation): Described {
    const shapes = (this.#extended?.shapes.get(relation.oid) ?? []).map(({ shape }) => shape);
    const name = qualified(relation);
    const [newest] = shapes;
    return {
      relation,
      names: [...new Set([name, ...shapes.map(qualified)])],
      columns: new Set(shapes.flatMap(({ columns }) => columns.map((column) => column.name))),
      isPresent: newest !== undefined && qualified(newest) === name && isSame(newest, relation),
    };
  }

  #look(relation: Relation, unknown: () => TableMap): TableMap {
    const all = (this.#extended?.shapes.get(relation.oid) ?? []).flatMap((former) => this.#meaningOf(former));
    const name = qualified(relation);
    const meanings = [...all.filter(({ shape }) => qualified(shape) === name), ...all.filter(({ shape }) => qualified(shape) !== name)];
    const known = meanings.find(({ shape }) => isSame(shape, relation)) ?? meanings.find((meaning) => fits(meaning, relation));
    const map = known?.map ?? guess(meanings, relation) ?? all[0]?.map;
    if (map === undefined) return unknown();
    if (map.table === name) return map;
    // A resource is called after its table as it was then; where the table leads to, it leads under every name.
    const { table, resourceType } = unknown();
    return { ...map, table, resourceType };
  }

  #meaningOf({ shape, oid, words }: FormerShape): Meaning[] {
    const map = this.#maps.get(oid);
    const now = this.#maps.get(shape.oid);
    if (map === undefined || now === undefined) return [];
    if (oid === shape.oid) return [{ shape, map }];
    const own = new Map([...words].map(([from, to]) => [to, from]));
    return [{ shape, map: inOwnWords({ ...map, mapKeys: now.mapKeys, skip: map.skip || now.skip }, own) }];
  }
}

/** Whether the shape has all columns of the relation by their names, and the relation those of the key. */
function fits({ shape, map }: Meaning, relation: Relation): boolean {
  const own = new Set(shape.columns.map(({ name }) => name));
  const names = relation.columns.map(({ name }) => name);
  return names.every((name) => own.has(name)) && map.key.columns.every((name) => names.includes(name));
}

/** A shape that nobody has seen, because it was altered twice between two looks. */
function guess(meanings: readonly Meaning[], relation: Relation): TableMap | undefined {
  const names = new Set(relation.columns.map(({ name }) => name));
  for (const { shape, map } of meanings) {
    const words = renamedAlone(shape, relation);
    if (words !== undefined) return inOwnWords(map, words);
  }
  const keyed = meanings.find(({ map }) => map.key.columns.length > 0 && map.key.columns.every((name) => names.has(name)));
  if (keyed !== undefined) return keyed.map;
  for (const { shape, map } of meanings) {
    const words = alignKey(shape, relation);
    if (words !== undefined) return { ...map, key: { ...map.key, columns: map.key.columns.map((name) => words.get(name) ?? name) } };
  }
  return undefined;
}
