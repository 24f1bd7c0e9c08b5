// What was there before capture began: one `<resource>.observed` for each row, read at a snapshot whose place in the stream
// is known. Interrupted, it goes on with what is left at a newer snapshot, which has its own place.

import type pg from 'pg';
import { Failure } from '@indelible/core';
import { BASELINE_ROUNDS_MAX } from '../../limits.ts';
import { BaselineRun } from './baseline-run.ts';
import { type SlotSnapshot, type Snapshot, importSnapshot } from './baseline-snapshot.ts';
import type { MapOptions } from '../tables/resource-map.ts';
import { type CaptureSetup, type CaptureSetupResult, captureSetup } from '../setup/setup.ts';
import { openSource } from '../source/source-client.ts';
import { type SourceRecord, loadRecord } from '../source/source-record.ts';

export interface BaselineProgress {
  readonly table: string;
  /** Rows of this table that are in the log, and how many the source expects it to have. */
  readonly rows: number;
  readonly estimated: number;
  /** The same over all tables of this run. */
  readonly done: number;
  readonly total: number;
  /** Those of `done` that earlier runs have observed. */
  readonly before: number;
  readonly finished: boolean;
}

export interface BaselineOptions extends MapOptions {
  readonly sourceUrl: string;
  /** The name under which `captureSetup` registered the source. */
  readonly name: string;
  readonly appender: pg.Pool;
  /** schema.table; all tables that are captured by default. */
  readonly tables?: readonly string[];
  /** Observe the rows anew, also of tables that are finished. */
  readonly again?: boolean;
  /** Ends the run after the page that is being written. */
  readonly signal?: AbortSignal;
  /** Told after each page has become durable; waited for. */
  readonly progress?: (progress: BaselineProgress) => void | Promise<void>;
  /** The snapshot of the slot that setup has just made; a new one by default. It is closed. */
  readonly snapshot?: Snapshot;
}

export interface BaselineTable {
  readonly table: string;
  /** observed: by this run. before: by an earlier one. left: interrupted, or not begun. refused: see `reason`. */
  readonly state: 'observed' | 'before' | 'left' | 'refused';
  /** How many rows are in the log, from earlier runs of the same baseline too. */
  readonly rows: number;
  /** The place of the (last) snapshot in the source's log, for example 16/B374D848. */
  readonly position?: string;
  /** When the table was finished. */
  readonly finishedAt?: Date;
  readonly reason?: string;
  readonly remedy?: string;
}

export interface BaselineResult {
  readonly tables: readonly BaselineTable[];
  /** Rows that this run has put into the log. */
  readonly rows: number;
  /** Those among them that went to the tenant `default`, because they do not say whose they are. */
  readonly tenantUnknown: number;
  /** When the snapshot was taken, in the source's time; the last one of several. */
  readonly takenAt?: Date;
}

/**
 * Observes the rows of a source that was set up. May run while servers capture it.
 *
 * @throws Failure `capture_invalid` when the source has not been set up, is stopped, or is another database now;
 *   `parameter_invalid` for a table that cannot be observed
 * @example const { tables } = await captureBaseline({ sourceUrl, name: 'app', appender: store.appender });
 */
export async function captureBaseline(options: BaselineOptions): Promise<BaselineResult> {
  let ready = options.snapshot;
  try {
    const run = new BaselineRun(options, await recordOf(options));
    await begin(run, options);
    for (let round = 1; round <= BASELINE_ROUNDS_MAX && run.goesOn; round++) {
      ready ??= await run.takeSnapshot();
      if (ready === undefined) break;
      await run.observe(ready, round === BASELINE_ROUNDS_MAX);
      await ready.close();
      ready = undefined;
    }
    return run.result;
  } finally {
    await ready?.close();
  }
}

async function recordOf({ appender, name }: BaselineOptions): Promise<SourceRecord> {
  const record = await loadRecord(appender, name);
  if (record === undefined) throw new Failure('capture_invalid', `the source ${name} has not been set up; run "indelible capture setup"`);
  if (record.stoppedReason !== undefined) throw new Failure('capture_invalid', `the source ${name} is stopped: ${record.stoppedReason}`);
  return record;
}

async function begin(run: BaselineRun, { sourceUrl, snapshot }: BaselineOptions): Promise<void> {
  if (snapshot !== undefined) return run.begin(snapshot.source);
  const source = await openSource(sourceUrl);
  try {
    await run.begin(source);
  } finally {
    await source.end();
  }
}

/**
 * Sets a source up and observes its rows: at the very place from which the slot streams when setup makes one, so that the
 * first change of an old row finds what was observed before it.
 *
 * @param done told once the source is set up, before its rows are read
 */
export async function setupWithBaseline(
  setup: CaptureSetup & { readonly appender: pg.Pool },
  options: Pick<BaselineOptions, 'tables' | 'again' | 'signal' | 'progress'>,
  done?: (result: CaptureSetupResult) => void,
): Promise<BaselineResult> {
  let snapshot: Snapshot | undefined;
  const withSnapshot = async (made: SlotSnapshot): Promise<void> => {
    snapshot = await importSnapshot(setup.sourceUrl, made);
  };
  try {
    const result = await captureSetup({ ...setup, withSnapshot });
    done?.(result);
  } catch (error) {
    await snapshot?.close();
    throw error;
  }
  return captureBaseline({ ...setup, ...options, ...(snapshot === undefined ? {} : { snapshot }) });
}
