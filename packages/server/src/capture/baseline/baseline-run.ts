// One run of a baseline: what is to be read, what came of it, and one snapshot after the other while something is left.

import { Failure, makeRedaction } from '@indelible/core';
import { inTransaction } from '../../store/pool.ts';
import type { BaselineOptions, BaselineResult, BaselineTable } from './baseline.ts';
import { loadKeyTypes } from './baseline-key.ts';
import { type ReadTable, type Trouble, estimateRows, releaseLocks, troubleOf } from './baseline-read.ts';
import { type TableProgress, beginTables, reopenTables, loadProgress } from './baseline-record.ts';
import { type Snapshot, takeSnapshot } from './baseline-snapshot.ts';
import { type Round, observeTable } from './baseline-table.ts';
import { chosenTables, readableTables } from './baseline-tables.ts';
import { SnapshotTenants, tablesLedTo } from './baseline-tenants.ts';
import type { Observed } from './baseline-write.ts';
import { type Catalog, type CatalogTable, loadCatalog } from '../source/catalog.ts';
import { lsnText } from '../replication/lsn.ts';
import type { SourceIdentity } from '../replication/replication.ts';
import { type ResourceMap, makeResourceMap } from '../tables/resource-map.ts';
import { ShapeMemory } from '../tables/shape-memory.ts';
import type { SourceRecord } from '../source/source-record.ts';

const REDACTION = makeRedaction();

interface Look {
  readonly catalog: Catalog;
  readonly maps: ResourceMap;
  readonly tables: readonly ReadTable[];
}

export class BaselineRun {
  readonly #options: BaselineOptions;
  readonly #record: SourceRecord;
  readonly #tables = new Map<string, BaselineTable>();
  /** What is expected of each table that this run reads. */
  readonly #estimated = new Map<string, number>();
  readonly #rows = new Map<string, number>();
  #written = 0;
  #tenantUnknown = 0;
  #takenAt: Date | undefined;

  constructor(options: BaselineOptions, record: SourceRecord) {
    this.#options = { redaction: REDACTION, ...options };
    this.#record = record;
  }

  /** Whether there is something to read, and nobody wants it to end. */
  get goesOn(): boolean {
    return this.#options.signal?.aborted !== true && [...this.#tables.values()].some(({ state }) => state === 'left');
  }

  get result(): BaselineResult {
    return {
      tables: [...this.#tables.values()],
      rows: this.#written,
      tenantUnknown: this.#tenantUnknown,
      ...(this.#takenAt === undefined ? {} : { takenAt: this.#takenAt }),
    };
  }

  /**
   * Finds out what there is to do.
   *
   * @throws Failure `parameter_invalid` for a table that cannot be observed
   */
  async begin(source: Snapshot['source']): Promise<void> {
    const { appender, again } = this.#options;
    const { tables } = await this.#look(source);
    if (again === true) {
      const names = tables.map(({ name }) => name);
      await reopenTables(appender, this.#record.sourceId, names);
    }
    await this.#recall(tables);
  }

  /** @returns undefined when somebody wanted it to end before the source was ready */
  async takeSnapshot(): Promise<Snapshot | undefined> {
    const { sourceUrl, signal } = this.#options;
    try {
      return await takeSnapshot(sourceUrl, (identity) => this.#check(identity), signal);
    } catch (error) {
      if (signal?.aborted === true) return undefined;
      throw error;
    }
  }

  /**
   * Reads what is left at a snapshot. A table that the snapshot does not show any more is left for the next one.
   *
   * @param last whether there is no next one
   */
  async observe(snapshot: Snapshot, last: boolean): Promise<void> {
    const { source, lsn, takenAt } = snapshot;
    const { catalog, maps, tables } = await this.#look(source);
    await this.#recall(tables);
    this.#takenAt = new Date(takenAt);
    const trouble = (name: string, found: Trouble): void => {
      if (found.kind === 'refused' || last) this.#refuse(name, found);
    };
    const involved = (read: ReadTable): CatalogTable[] => [read.table, ...tablesLedTo(read.map, catalog, maps)];
    const ready: ReadTable[] = [];
    for (const read of tables.filter(({ name }) => this.#tables.get(name)?.state === 'left')) {
      const found = await this.#estimate(source, read, involved(read));
      if (found === undefined) ready.push(read);
      else trouble(read.name, found);
    }
    const progress = await this.#putOnRecord(snapshot, ready);
    const keyTypes = await loadKeyTypes(source, catalog);
    const { redaction = REDACTION, appender, signal } = this.#options;
    const round: Round = {
      source,
      appender,
      keyTypes,
      tenants: new SnapshotTenants(source, catalog, maps, keyTypes),
      settings: { record: this.#record, lsn, takenAt, types: catalog.types, redaction },
      signal,
      written: (at, rows) => this.#tell(at, rows),
    };
    for (const read of ready) {
      const from = progress.get(read.name);
      if (from === undefined || signal?.aborted === true) continue;
      const found = await observeTable(round, read, from, involved(read));
      if (found !== undefined) trouble(read.name, found);
    }
  }

  async #look(source: Snapshot['source']): Promise<Look> {
    const catalog = await loadCatalog(source, this.#record.publication);
    // What was a secret, or skipped, under a former name is so here too.
    const shapes = await ShapeMemory.load(this.#options.appender, this.#record.sourceId);
    const maps = makeResourceMap(shapes.extend(catalog).catalog, this.#record.hashKey, this.#options);
    const { tables: names } = this.#options;
    return { catalog, maps, tables: names === undefined ? readableTables(catalog, maps) : chosenTables(catalog, maps, names) };
  }

  /** What earlier runs and rounds have done. */
  async #recall(tables: readonly ReadTable[]): Promise<void> {
    const progress = await loadProgress(this.#options.appender, this.#record.sourceId);
    for (const { name } of tables) {
      const known = this.#tables.get(name);
      if (known !== undefined && known.state !== 'left') continue;
      const at = progress.get(name);
      this.#tables.set(name, at === undefined ? { table: name, state: 'left', rows: 0 } : tableOf(at, 'before'));
    }
    // A table that is gone has nothing left to be read.
    const names = new Set(tables.map(({ name }) => name));
    for (const [name, { state }] of this.#tables) if (state === 'left' && !names.has(name)) this.#tables.delete(name);
  }

  #refuse(name: string, { reason, ...rest }: Trouble): void {
    const known = this.#tables.get(name);
    const remedy = 'remedy' in rest ? { remedy: rest.remedy } : {};
    this.#tables.set(name, { table: name, rows: 0, ...known, state: 'refused', reason, ...remedy });
  }

  async #estimate(source: Snapshot['source'], read: ReadTable, involved: readonly CatalogTable[]): Promise<Trouble | undefined> {
    try {
      this.#estimated.set(read.name, await estimateRows(source, read));
      await releaseLocks(source);
      return undefined;
    } catch (error) {
      return troubleOf(source, involved, error);
    }
  }

  async #putOnRecord({ lsn }: Snapshot, ready: readonly ReadTable[]): Promise<Map<string, TableProgress>> {
    const { appender } = this.#options;
    const { sourceId } = this.#record;
    const tables = ready.map(({ name }) => ({ table: name, estimated: this.#estimated.get(name) ?? 0 }));
    await inTransaction(appender, (tx) => beginTables(tx, sourceId, lsn, tables));
    const progress = await loadProgress(appender, sourceId);
    for (const { name } of ready) this.#rows.set(name, progress.get(name)?.rows ?? 0);
    return progress;
  }

  async #tell(at: TableProgress, rows: readonly Observed[]): Promise<void> {
    this.#tables.set(at.table, tableOf(at, 'observed'));
    this.#rows.set(at.table, at.rows);
    this.#written += rows.length;
    this.#tenantUnknown += rows.filter(({ tenant }) => tenant === undefined).length;
    const expected = (name: string): number => Math.max(this.#estimated.get(name) ?? 0, this.#rows.get(name) ?? 0);
    const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);
    await this.#options.progress?.({
      table: at.table,
      rows: at.rows,
      estimated: expected(at.table),
      done: sum(this.#rows.values()),
      total: sum([...this.#rows.keys()].map(expected)),
      before: sum(this.#rows.values()) - this.#written,
      finished: at.finishedAt !== undefined,
    });
  }

  #check({ systemIdentifier, timeline, database }: SourceIdentity): void {
    const { name, ...known } = this.#record;
    if (systemIdentifier === known.systemIdentifier && timeline === known.timeline && database === known.database) return;
    throw new Failure(
      'capture_invalid',
      `${name} was set up with ${known.database} of system ${known.systemIdentifier}, timeline ${known.timeline}; now ${database} of system ${systemIdentifier}, timeline ${timeline} answers`,
    );
  }
}

function tableOf({ table, rows, snapshotLsn, finishedAt }: TableProgress, whenFinished: 'observed' | 'before'): BaselineTable {
  return {
    table,
    state: finishedAt === undefined ? 'left' : whenFinished,
    rows,
    position: lsnText(snapshotLsn),
    ...(finishedAt === undefined ? {} : { finishedAt }),
  };
}
