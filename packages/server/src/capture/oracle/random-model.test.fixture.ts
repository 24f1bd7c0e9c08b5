// What the randomised test knows of the source that it writes to: a seeded source of chance, the tables and their columns,
// and which names belong to the same table. It need not be exact: what really happened, the oracle tells.

import type { OracleTables } from './oracle-compare.test.fixture.ts';
import { resourceType } from '../tables/table-words.ts';

/** Chance that repeats itself for a seed (mulberry32). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to, not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 up to, not including, `below`. */
  int(below: number): number {
    return Math.floor(this.next() * below);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<Item>(items: readonly Item[]): Item {
    if (items.length === 0) throw new RangeError('there is nothing to pick from');
    return items[this.int(items.length)] as Item;
  }

  /** Another one for a part that goes on beside the others, so that they do not disturb each other. */
  fork(): Dice {
    return new Dice(this.int(2 ** 32));
  }
}

export interface Column {
  readonly name: string;
  readonly type: string;
}

export interface Table {
  readonly identity: string;
  readonly schema: string;
  readonly name: string;
  /** Those that statements write; not the key, nor generated ones. */
  readonly columns: readonly Column[];
  /** Empty for a table without a primary key. */
  readonly key: readonly Column[];
  /** Names of its partitions, in its own schema; undefined for a table that has none. */
  readonly partitions: readonly string[] | undefined;
  /** The table that its column parent_id refers to. */
  readonly parent: string | undefined;
}

/** As SQL writes it. */
export function sqlName({ schema, name }: Pick<Table, 'schema' | 'name'>): string {
  return `${quoted(schema)}.${quoted(name)}`;
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export class Model implements OracleTables {
  readonly #tables = new Map<string, Table>();
  readonly #names = new Map<string, string>();
  readonly #types = new Map<string, string>();
  readonly #keys = new Map<string, string[][]>();
  readonly #version: number;
  #numbers = 0;

  /** @param version of the source, for example 180004 */
  constructor(version: number) {
    this.#version = version;
  }

  get newest(): boolean {
    return this.#version >= 180_000;
  }

  /** Generated columns: before PostgreSQL 18 none is in the stream, and a virtual one never. */
  hides(column: string): boolean {
    return column.startsWith('virtual') || (!this.newest && column.startsWith('generated'));
  }

  number(): number {
    return ++this.#numbers;
  }

  get tables(): readonly Table[] {
    return [...this.#tables.values()];
  }

  table(identity: string): Table | undefined {
    return this.#tables.get(identity);
  }

  /** A table that is there now, or is there under another name or with other columns. */
  put(table: Table): void {
    this.#tables.set(table.identity, table);
    this.name(table.schema, table.name, table.identity);
    const keys = this.#keys.get(table.identity) ?? table.key.map(() => []);
    table.key.forEach(({ name }, index) => {
      if (keys[index]?.includes(name) === false) keys[index].push(name);
    });
    this.#keys.set(table.identity, keys);
  }

  remove(identity: string): void {
    this.#tables.delete(identity);
  }

  /** Changes under this name belong to that table: its own, or that of a partition. To be said before it is used. */
  name(schema: string, name: string, identity: string): void {
    this.#names.set(`${schema}.${name}`, identity);
    this.#types.set(resourceType(name), identity);
  }

  identify(table: string): string | undefined {
    return this.#names.get(table);
  }

  identifyType(type: string): string | undefined {
    return this.#types.get(type);
  }

  keyOf(identity: string): readonly (readonly string[])[] | undefined {
    return this.#keys.get(identity);
  }
}
