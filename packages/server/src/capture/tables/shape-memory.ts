// The shapes that the tables of a source have had since the place that the trail has read up to. Kept in the trail: rows from
// before a renaming or a DROP TABLE are also read by a server that was not there at the time.

import type pg from 'pg';
import { type Catalog, type CatalogTable, qualified } from '../source/catalog.ts';
import type { ToldShape } from '../ddl/ddl-message.ts';
import { type Lsn, lsnText, parseLsn } from '../replication/lsn.ts';
import { type Shape, type Words, inWords, shapeOf, shapeText, tableTold, withFormerNames, wordsBetween } from './shape.ts';

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
  /** The present shapes as the last look found them: what is the same again need not be put in order to be compared. */
  readonly #looked = new Map<number, string>();
  /** What is on record up to here is known. */
  #recalled: Lsn = 0n;

  private constructor(sourceId: number) {
    this.#sourceId = sourceId;
  }

  static async load(trail: pg.ClientBase | pg.Pool, sourceId: number): Promise<ShapeMemory> {
    const memory = new ShapeMemory(sourceId);
    await memory.#recall(trail);
    return memory;
  }

  /** Takes up what is on record and not known here: setup writes there, too. */
  async #recall(trail: pg.ClientBase | pg.Pool): Promise<void> {
    const answer = await trail.query<{ oid: string; seen: string; until: string | null; shape: string }>(
      `select oid::text, seen_lsn::text as seen, until_lsn::text as until, shape::text from indelible.capture_shape
       where source_id = $1 and seen_lsn > $2 order by oid, until_lsn nulls last, seen_lsn`,
      [this.#sourceId, lsnText(this.#recalled)],
    );
    for (const { oid, seen, until, shape } of answer.rows) {
      const parsed = JSON.parse(shape) as Shape;
      const at = parseLsn(seen);
      if (at > this.#recalled) this.#recalled = at;
      this.#looked.delete(Number(oid));
      this.#put({ shape: parsed, text: shapeText(parsed), until: until === null ? undefined : parseLsn(until) }, Number(oid), at);
    }
  }

  /** Before those that were put before; after the present one, unless it is that itself, and ends the other. */
  #put(known: Known, oid: number, at: Lsn): void {
    const others = (this.#known.get(oid) ?? []).filter(({ text }) => text !== known.text);
    const [present, former] = [others.filter(({ until }) => until === undefined), others.filter(({ until }) => until !== undefined)];
    const list =
      known.until === undefined ? [known, ...present.map((each) => ({ ...each, until: at })), ...former] : [...present, known, ...former];
    this.#known.set(oid, list.slice(0, SHAPES_MAX));
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
   * @param told what the source's event trigger said of tables since the last look, in the order of the stream
   */
  async see(trail: pg.ClientBase, catalog: Catalog, at: () => Promise<Lsn>, told: readonly ToldShape[] = []): Promise<void> {
    await this.#recall(trail);
    await this.#disregard(trail, catalog);
    const labels = this.#labels();
    const unseen = this.#unseen(catalog, told, labels);
    const fresh = [...catalog.tables.values()].flatMap((table): Known[] => {
      const [newest] = this.#known.get(table.oid) ?? [];
      const shape = shapeOf(table, catalog.tables, newest?.shape.label ?? freeLabel(table, labels));
      const looked = JSON.stringify(shape);
      if (newest !== undefined && newest.until === undefined && this.#looked.get(table.oid) === looked) return [];
      this.#looked.set(table.oid, looked);
      const text = shapeText(shape);
      return newest?.until === undefined && newest?.text === text ? [] : [{ shape, text, until: undefined }];
    });
    const gone = [...this.#known].filter(([oid, [newest]]) => newest?.until === undefined && !catalog.tables.has(oid)).map(([oid]) => oid);
    if (fresh.length + gone.length + unseen.length === 0) return;
    const lsn = await at();
    const ended = [...gone, ...fresh.map(({ shape }) => shape.oid)];
    await trail.query(`update indelible.capture_shape set until_lsn = $3 where source_id = $1 and oid = any($2) and until_lsn is null`, [
      this.#sourceId,
      ended,
      lsnText(lsn),
    ]);
    for (const oid of gone) {
      const list = this.#known.get(oid) ?? [];
      this.#known.set(
        oid,
        list.map((known) => ({ ...known, until: known.until ?? lsn })),
      );
      this.#looked.delete(oid);
    }
    const written = [...unseen.map((known) => ({ ...known, until: lsn })), ...fresh];
    // Those of one table in their order, none at a place that another one has.
    const later = (oid: number, index: number): number => written.filter(({ shape }, other) => other > index && shape.oid === oid).length;
    const places = written.map(({ shape }, index) => lsn - BigInt(index < unseen.length ? later(shape.oid, index) : 0));
    await trail.query(
      `insert into indelible.capture_shape (source_id, oid, seen_lsn, until_lsn, shape) select $1, * from unnest($2::int8[], $3::pg_lsn[], $4::pg_lsn[], $5::jsonb[])
       on conflict (source_id, oid, seen_lsn) do update set shape = excluded.shape, until_lsn = excluded.until_lsn`,
      [
        this.#sourceId,
        written.map(({ shape }) => shape.oid),
        places.map(lsnText),
        written.map(({ until }) => (until === undefined ? null : lsnText(until))),
        written.map(({ text }) => text),
      ],
    );
    for (const known of written) this.#put(known, known.shape.oid, lsn);
    if (lsn > this.#recalled) this.#recalled = lsn;
  }

  /**
   * What the event trigger told of tables that no look at the catalog has shown, oldest first. Anybody can send such a message:
   * of every other table it counts for nothing, or it could hide a column by a name that this never had.
   */
  #unseen(catalog: Catalog, told: readonly ToldShape[], labels: ReadonlyMap<string, number>): Known[] {
    const found: Known[] = [];
    const tables = new Map<number, Pick<CatalogTable, 'name' | 'columns'>>(catalog.tables);
    for (const [oid, [newest]] of this.#known) if (newest !== undefined) tables.set(oid, newest.shape);
    for (const table of told.map(tableTold)) {
      const known = [...(this.#known.get(table.oid) ?? []), ...found.filter(({ shape }) => shape.oid === table.oid)];
      if (catalog.tables.has(table.oid) || known.some(({ shape }) => shape.told !== true)) continue;
      const shape: Shape = { ...shapeOf(table, tables, known[0]?.shape.label ?? freeLabel(table, labels)), told: true };
      const text = shapeText(shape);
      tables.set(table.oid, shape);
      if (!known.some((other) => other.text === text)) found.push({ shape, text, until: undefined });
    }
    return found;
  }

  /** A table that was told of, and is there: from now on what is seen of it counts alone. */
  async #disregard(trail: pg.ClientBase, catalog: Catalog): Promise<void> {
    const seen = [...this.#known].filter(([oid, list]) => catalog.tables.has(oid) && list.some(({ shape }) => shape.told === true));
    if (seen.length === 0) return;
    for (const [oid] of seen) this.#known.delete(oid);
    await trail.query(`delete from indelible.capture_shape where source_id = $1 and oid = any($2) and shape ? 'told'`, [
      this.#sourceId,
      seen.map(([oid]) => oid),
    ]);
  }

  /**
   * Lets go of former shapes whose last row is in the trail.
   *
   * @param kept of those that the present table must still be known by
   */
  async forget(trail: pg.ClientBase, kept: (was: Shape, now: Shape) => boolean): Promise<void> {
    if (![...this.#known.values()].some((list) => list.some(({ until }) => until !== undefined))) return;
    const stays = [...this.#known].flatMap(([oid, [now, ...former]]) =>
      former.flatMap(({ shape, until }) =>
        now?.until === undefined && now !== undefined && until !== undefined && kept(shape, now.shape) ? [{ oid, until }] : [],
      ),
    );
    const answer = await trail.query<{ at: string }>(
      `with read as (select acknowledged_lsn as at from indelible.capture_source where source_id = $1),
       gone as (delete from indelible.capture_shape where source_id = $1 and until_lsn <= (select at from read)
         and not (oid, until_lsn) in (select * from unnest($2::int8[], $3::pg_lsn[])))
       select at::text from read`,
      [this.#sourceId, stays.map(({ oid }) => oid), stays.map(({ until }) => lsnText(until))],
    );
    const at = parseLsn(answer.rows[0]?.at ?? '0/0');
    for (const [oid, list] of this.#known) {
      const stay = new Set(stays.flatMap((known) => (known.oid === oid ? [known.until] : [])));
      const left = list.filter(({ until }) => until === undefined || until > at || stay.has(until));
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

  /** Which table has each label. */
  #labels(): Map<string, number> {
    return new Map([...this.#known].flatMap(([oid, list]) => list.map(({ shape }) => [shape.label, oid] as const)));
  }
}

function freeLabel(table: CatalogTable, labels: ReadonlyMap<string, number>): string {
  const name = qualified(table);
  const holder = labels.get(name);
  return holder === undefined || holder === table.oid ? name : `${name}#${table.oid}`;
}
