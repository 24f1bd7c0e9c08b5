// The shapes that the tables of a source have had since the place that the trail has read up to. Kept in the trail: rows from
// before a renaming or a DROP TABLE are also read by a server that was not there at the time.

import type pg from 'pg';
import { type Catalog, type CatalogTable, qualified } from './catalog.ts';
import { type Lsn, lsnText, parseLsn } from './lsn.ts';
import { type Shape, type Words, inWords, shapeOf, shapeText, withFormerNames, wordsBetween } from './shape.ts';

/** A table that is altered more often than that between two rows is taken for what it was last. */
const SHAPES_MAX = 16;

interface Known {
  readonly shape: Shape;
  readonly text: string;
  /** Where another shape, or none, was seen in its place; undefined while it is the present one. */
  readonly until: Lsn | undefined;
}

/** A shape, and where its map is to be found. */
export interface FormerShape {
  readonly shape: Shape;
  /** The OID in the catalog that `extend` makes: its own, or one that stands for this shape alone. */
  readonly oid: number;
  /** From the words of the shape to those of the catalog. */
  readonly words: Words;
}

export interface Extended {
  /** With tables that are gone, and one table more for each former shape. */
  readonly catalog: Catalog;
  /** By the real OID, newest first. */
  readonly shapes: ReadonlyMap<number, readonly FormerShape[]>;
}

export class ShapeMemory {
  readonly #sourceId: number;
  /** Newest first. */
  readonly #known = new Map<number, readonly Known[]>();

  private constructor(sourceId: number) {
    this.#sourceId = sourceId;
  }

  static async load(trail: pg.ClientBase, sourceId: number): Promise<ShapeMemory> {
    const memory = new ShapeMemory(sourceId);
    const answer = await trail.query<{ oid: string; until: string | null; shape: string }>(
      `select oid::text, until_lsn::text as until, shape::text from indelible.capture_shape where source_id = $1
       order by oid, until_lsn desc nulls first, seen_lsn desc`,
      [sourceId],
    );
    for (const { oid, until, shape } of answer.rows) {
      const parsed = JSON.parse(shape) as Shape;
      const known = { shape: parsed, text: shapeText(parsed), until: until === null ? undefined : parseLsn(until) };
      memory.#known.set(Number(oid), [...(memory.#known.get(Number(oid)) ?? []), known].slice(0, SHAPES_MAX));
    }
    return memory;
  }

  /** Forgets what it knows: of a history that begins anew, nothing was written before. */
  async clear(trail: pg.ClientBase): Promise<void> {
    this.#known.clear();
    await trail.query('delete from indelible.capture_shape where source_id = $1', [this.#sourceId]);
  }

  /**
   * Writes down what looks otherwise than it did.
   *
   * @param at where the source's log ended after the catalog was read
   */
  async see(trail: pg.ClientBase, catalog: Catalog, at: () => Promise<Lsn>): Promise<void> {
    const fresh = [...catalog.tables.values()].flatMap((table): Known[] => {
      const [newest] = this.#known.get(table.oid) ?? [];
      const shape = shapeOf(table, catalog, newest?.shape.label ?? this.#freeLabel(table));
      const text = shapeText(shape);
      return newest?.until === undefined && newest?.text === text ? [] : [{ shape, text, until: undefined }];
    });
    const gone = [...this.#known].filter(([oid, [newest]]) => newest?.until === undefined && !catalog.tables.has(oid)).map(([oid]) => oid);
    if (fresh.length === 0 && gone.length === 0) return;
    const lsn = await at();
    const ended = [...gone, ...fresh.map(({ shape }) => shape.oid)];
    await trail.query(`update indelible.capture_shape set until_lsn = $3 where source_id = $1 and oid = any($2) and until_lsn is null`, [
      this.#sourceId,
      ended,
      lsnText(lsn),
    ]);
    await trail.query(
      `insert into indelible.capture_shape (source_id, oid, seen_lsn, shape) select $1, oid, $2, shape from unnest($3::int8[], $4::jsonb[]) as s(oid, shape)
       on conflict (source_id, oid, seen_lsn) do update set shape = excluded.shape, until_lsn = null`,
      [this.#sourceId, lsnText(lsn), fresh.map(({ shape }) => shape.oid), fresh.map(({ text }) => text)],
    );
    for (const oid of ended) {
      const former = (this.#known.get(oid) ?? []).map((known) => ({ ...known, until: known.until ?? lsn }));
      const [now] = fresh.filter(({ shape }) => shape.oid === oid);
      this.#known.set(oid, (now === undefined ? former : [now, ...former]).slice(0, SHAPES_MAX));
    }
  }

  /** Lets go of former shapes whose last row is in the trail. */
  async forget(trail: pg.ClientBase): Promise<void> {
    if (![...this.#known.values()].some((list) => list.some(({ until }) => until !== undefined))) return;
    const answer = await trail.query<{ at: string }>(
      `with read as (select acknowledged_lsn as at from indelible.capture_source where source_id = $1),
       gone as (delete from indelible.capture_shape where source_id = $1 and until_lsn <= (select at from read))
       select at::text from read`,
      [this.#sourceId],
    );
    const at = parseLsn(answer.rows[0]?.at ?? '0/0');
    for (const [oid, list] of this.#known) {
      const left = list.filter(({ until }) => until === undefined || until > at);
      if (left.length === 0) this.#known.delete(oid);
      else this.#known.set(oid, left);
    }
  }

  /** The catalog with what rows that are still on their way may belong to. Its labels are those that the tenant map is kept under. */
  extend(catalog: Catalog): Extended {
    const latest = new Map<number, Shape>();
    for (const [oid, [newest]] of this.#known) if (newest !== undefined) latest.set(oid, newest.shape);
    const tables = new Map<number, CatalogTable>();
    for (const [oid, table] of catalog.tables) tables.set(oid, this.#named(table, oid));
    const shapes = new Map<number, FormerShape[]>();
    let standIn = 0;
    for (const [oid, list] of this.#known) {
      const now = latest.get(oid);
      if (now === undefined) continue;
      const former = list.map(({ shape }, index): FormerShape => {
        const words = wordsBetween(shape, now);
        const own = index === 0 ? oid : --standIn;
        if (!tables.has(own)) tables.set(own, this.#named(inWords(shape, words, latest, own), oid));
        return { shape, oid: own, words };
      });
      shapes.set(oid, former);
    }
    return { catalog: { ...catalog, tables }, shapes };
  }

  #named(table: CatalogTable, oid: number): CatalogTable {
    const list = this.#known.get(oid) ?? [];
    const label = list[0]?.shape.label;
    const named =
      list.length > 1
        ? withFormerNames(
            table,
            list.map(({ shape }) => shape),
          )
        : table;
    return label === undefined ? named : { ...named, label };
  }

  #freeLabel(table: CatalogTable): string {
    const name = qualified(table);
    const taken = [...this.#known].some(([oid, list]) => oid !== table.oid && list.some(({ shape }) => shape.label === name));
    return taken ? `${name}#${table.oid}` : name;
  }
}
