// Rows that move between tenants, and whatever may happen to the capture meanwhile: no event of a row ever goes to a tenant that
// the row did not belong to when it was committed. That nobody knows whose it is, is allowed.

import type pg from 'pg';
import { expect, test } from 'vitest';
import type { Capture } from '../capture.ts';
import { type CaptureTest, openCaptureTest, until } from '../capture.test.fixture.ts';
import { Dice } from '../oracle/random-model.test.fixture.ts';

const SECONDS = 15;
const TENANTS = ['a', 'b', 'c'] as const;
const SCHEMA = `
  create table datasets (id int primary key, tenant_id text, note text);
  create table sentinel (id int primary key);
  create table folders (id int primary key, parent_id int, note text);
  insert into datasets values (1, 'a', 'first-1'), (2, 'b', 'first-2'), (3, 'c', 'first-3');`;

interface Row {
  readonly id: number;
  note: string;
  /** The tenant of a dataset. */
  tenant?: string;
  /** The row of the table above that this one leads to. */
  parent?: Row;
}

interface Table {
  readonly name: string;
  readonly above: Table | undefined;
  readonly rows: Set<Row>;
  /** Whether there is a reference: without one, nobody can know. */
  led: boolean;
}

function ownerOf(row: Row): string | undefined {
  return row.parent === undefined ? row.tenant : ownerOf(row.parent);
}

class World {
  readonly #dice: Dice;
  readonly #app: CaptureTest;
  readonly tables: Table[];
  /** For each note, the tenant of the row that came to have it, and of the row that it was taken from. */
  readonly after = new Map<string, string | undefined>();
  readonly before = new Map<string, string | undefined>();
  readonly trace: string[] = [];
  #last = 100;

  constructor(dice: Dice, app: CaptureTest) {
    this.#dice = dice;
    this.#app = app;
    const datasets: Table = { name: 'datasets', above: undefined, rows: new Set(), led: true };
    TENANTS.forEach((tenant, index) => datasets.rows.add({ id: index + 1, tenant, note: `first-${index + 1}` }));
    this.tables = [datasets, { name: 'folders', above: datasets, rows: new Set(), led: false }];
  }

  async run(sql: string, client: pg.ClientBase | pg.Pool = this.#app.source): Promise<void> {
    this.trace.push(sql);
    await client.query(sql);
  }

  #note(): string {
    return `n${++this.#last}`;
  }

  /** One statement, or several in one transaction: each is told as it was when it was done. */
  async step(): Promise<void> {
    const statements = Array.from({ length: this.#dice.pick([1, 1, 1, 2, 4]) }, () => this.#statement(this.#dice.pick(this.tables)));
    await this.run(statements.length === 1 ? (statements[0] ?? '') : `begin; ${statements.join('; ')}; commit`);
  }

  #statement(table: Table): string {
    if (table.above?.rows.size === 0) return this.#statement(table.above);
    const rows = [...table.rows];
    const what = rows.length < 3 ? 'insert' : this.#dice.pick(['insert', 'move', 'move', 'update', 'delete'] as const);
    const row = this.#dice.pick(rows.length === 0 ? [{ id: 0, note: '' }] : rows);
    const above = table.above === undefined ? [] : [...table.above.rows];
    if (what === 'insert') return this.#insert(table, above);
    if (what === 'delete') return this.#delete(table, row);
    this.before.set(row.note, ownerOf(row));
    row.note = this.#note();
    if (what === 'move' && table.above === undefined) row.tenant = this.#dice.pick(TENANTS);
    else if (what === 'move') row.parent = this.#dice.pick(above);
    this.after.set(row.note, ownerOf(row));
    return `update ${table.name} set note = '${row.note}', ${this.#lead(table, row)} where id = ${row.id}`;
  }

  #lead(table: Table, row: Row): string {
    return table.above === undefined ? `tenant_id = '${row.tenant}'` : `parent_id = ${row.parent?.id}`;
  }

  #insert(table: Table, above: readonly Row[]): string {
    // Ids come again, in other hands.
    const taken = new Set([...table.rows].map(({ id }) => id));
    const free = Array.from({ length: 30 }, (_, index) => index + 1).filter((id) => !taken.has(id));
    const id = free.length === 0 ? ++this.#last : this.#dice.pick(free);
    const row: Row = {
      id,
      note: this.#note(),
      ...(table.above === undefined ? { tenant: this.#dice.pick(TENANTS) } : { parent: this.#dice.pick(above) }),
    };
    table.rows.add(row);
    this.after.set(row.note, ownerOf(row));
    return `insert into ${table.name} values (${id}, ${table.above === undefined ? `'${row.tenant}'` : row.parent?.id}, '${row.note}')`;
  }

  /** With what leads to it: a cascade of ours, since not every table has a reference. */
  #delete(table: Table, row: Row): string {
    const below = this.tables
      .filter(({ above }) => above === table)
      .flatMap((other) => [...other.rows].filter(({ parent }) => parent === row).map((child) => this.#delete(other, child)));
    this.before.set(row.note, ownerOf(row));
    table.rows.delete(row);
    return [...below, `delete from ${table.name} where id = ${row.id}`].join('; ');
  }

  /** A reference is new, or a table that has one. */
  async refer(): Promise<void> {
    const bare = this.tables.find(({ led }) => !led);
    if (bare !== undefined) {
      await this.run(`alter table ${bare.name} add foreign key (parent_id) references ${bare.above?.name}`);
      bare.led = true;
    } else if (this.tables.length < 6) {
      const above = this.#dice.pick(this.tables.slice(0, 3));
      const name = `table${this.tables.length}`;
      const led = this.#dice.chance(0.7);
      await this.run(`create table ${name} (id int primary key, parent_id int ${led ? `references ${above.name}` : ''}, note text)`);
      this.tables.push({ name, above, rows: new Set(), led });
    } else {
      const table = this.#dice.pick(this.tables.slice(1));
      if (table.led) await this.run(`alter table ${table.name} drop constraint ${table.name}_parent_id_fkey`);
      table.led = false;
    }
  }
}

async function stopped(app: CaptureTest, capture: Capture): Promise<void> {
  await capture.stop();
  const slot = 'select from pg_replication_slots where slot_name = $1 and active';
  await until(async () => (await app.admin.query(slot, [app.slot])).rowCount === 0);
}

/** Changes while a publication hides some of them, until somebody resumes at the slot that was kept. */
async function hole(app: CaptureTest, world: World, dice: Dice, capture: Capture): Promise<Capture> {
  await stopped(app, capture);
  for (let n = dice.int(4); n > 0; n--) await world.step();
  await world.run(`alter publication "${app.slot}" set (publish = '${dice.pick(['insert', 'insert, delete', 'update'])}')`);
  for (let n = dice.int(12); n > 0; n--) await world.step();
  const next = app.start();
  await until(() => next.status().state === 'stopped');
  for (let n = dice.int(6); n > 0; n--) await world.step();
  expect(await app.resume()).toMatchObject({ slot: 'kept', resumed: true });
  return next;
}

/** What is told to whom it does not belong. */
async function strangers(app: CaptureTest, world: World): Promise<string[]> {
  const found: string[] = [];
  for (const tenant of TENANTS) {
    for (const { action, resource, change, source } of await app.events(tenant)) {
      const [was, is] = [change?.before?.['note'], change?.after?.['note']];
      const wrong =
        (typeof was === 'string' && world.before.get(was) !== tenant) || (typeof is === 'string' && world.after.get(is) !== tenant);
      if (wrong) found.push(`${tenant} is told ${action} ${resource?.id} at ${source?.position}: ${JSON.stringify([was, is])}`);
    }
  }
  return found;
}

async function round(seed: number): Promise<string[]> {
  const dice = new Dice(seed);
  const app = await openCaptureTest(SCHEMA);
  const world = new World(dice, app);
  const blocker = await app.source.connect();
  try {
    await app.setup({ ddl: dice.chance(0.7) });
    let capture = app.start();
    const end = Date.now() + SECONDS * 1_000;
    while (Date.now() < end) {
      const what = dice.int(60);
      if (what === 0) {
        await stopped(app, capture);
        for (let n = dice.int(10); n > 0; n--) await world.step();
        if (dice.chance(0.5)) await world.refer();
        for (let n = dice.int(10); n > 0; n--) await world.step();
        capture = app.start();
      } else if (what === 1) capture = await hole(app, world, dice, capture);
      else if (what < 5) await world.refer();
      else if (what < 7) {
        // It holds up every snapshot.
        await blocker.query('rollback');
        await blocker.query('begin');
        await blocker.query('insert into sentinel values (-1)');
      } else if (what < 10) await blocker.query('rollback');
      else await world.step();
    }
    await blocker.query('rollback');
    await finish(app, world);
    const found = await strangers(app, world);
    return found.length === 0 ? [] : [...found.slice(0, 10), 'after', ...world.trace];
  } finally {
    blocker.release(true);
    await app.close();
  }
}

/** Once it is quiet, everybody is told what is his. */
async function finish(app: CaptureTest, world: World): Promise<void> {
  while (world.tables.some(({ led }) => !led)) await world.refer();
  const settled = async (id: number): Promise<void> => {
    await world.run(`insert into sentinel values (${id})`);
    await until(
      async () => (await app.events('default')).some(({ resource }) => resource?.type === 'sentinel' && resource.id === String(id)),
      60,
    );
  };
  await settled(1);
  const rules = `select tenant from indelible.tenant_map where table_name = '' and key = any($1)`;
  const above = [...new Set(world.tables.flatMap(({ above: table }) => (table === undefined ? [] : [`public.${table.name}`])))];
  await until(async () => {
    const answer = await app.store.owner.query<{ tenant: string }>(rules, [above]);
    return answer.rows.length === above.length && answer.rows.every(({ tenant }) => !tenant.startsWith('pending'));
  });
  // A reference that no event trigger told of is known once the catalog has been looked at again.
  let told = 1;
  await until(async () => {
    told += 1;
    return (await untold(app, world, () => settled(told), told)).length === 0;
  }, 60);
}

/** Touches every row that leads somewhere, and says which of them their tenant is not told of. */
async function untold(app: CaptureTest, world: World, settled: () => Promise<void>, round: number): Promise<string[]> {
  const last = new Map<string, string | undefined>();
  for (const table of world.tables.slice(1)) {
    for (const row of table.rows) {
      world.before.set(row.note, ownerOf(row));
      row.note = `last-${round}-${table.name}-${row.id}`;
      world.after.set(row.note, ownerOf(row));
      last.set(row.note, ownerOf(row));
      await world.run(`update ${table.name} set note = '${row.note}' where id = ${row.id}`);
    }
  }
  await settled();
  const notes = new Set<string>();
  for (const tenant of TENANTS) {
    for (const { change } of await app.events(tenant)) notes.add(JSON.stringify([tenant, change?.after?.['note']]));
  }
  return [...last].filter(([note, owner]) => !notes.has(JSON.stringify([owner, note]))).map(([note]) => note);
}

test.each([1, 2, 3])('no event of a row goes to a tenant that it did not belong to (seed %i)', { timeout: 180_000 }, async (seed) => {
  expect(await round(seed)).toEqual([]);
});
