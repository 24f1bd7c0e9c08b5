// Makes a database ready to be captured: checks it, sets identities, makes publication and slot, registers the source. Run
// again, it covers what has appeared since. After a gap it refuses: resume.ts is for that.

import pg from 'pg';
import { Failure } from '@indelible/core';
import { inTransaction } from '../../store/pool.ts';
import type { SlotSnapshot } from '../baseline/baseline-snapshot.ts';
import { type Catalog, loadCatalog } from '../source/catalog.ts';
import { checkContinuity } from '../replication/continuity.ts';
import { type DdlPlan, installDdl, planDdl, withoutDdl } from '../ddl/ddl.ts';
import { gapRemedy } from '../gaps/gap.ts';
import { type MappingChoice, mustBeOnRecord } from '../mapping/on-record.ts';
import { makeSlot } from '../slot/new-slot.ts';
import { type Look, lookAt, noteCoverage } from '../source/publication-memory.ts';
import { type Plan, type Uncovered, planPublication, widening } from '../source/publication-plan.ts';
import { wasRemoved } from './remove.ts';
import { identifySource, logEnd, walEnd } from '../replication/replication.ts';
import type { MapOptions } from '../tables/resource-map.ts';
import { ShapeMemory } from '../tables/shape-memory.ts';
import { openSource } from '../source/source-client.ts';
import { checkSource, failedOf } from '../source/source-checks.ts';
import { type SourceRecord, loadAcknowledged, loadRecord, namesOf } from '../source/source-record.ts';
import type { Waiting } from '../slot/slot-wait.ts';
import { runPlan, runStatements, whileNobodyLooks } from '../source/source-statements.ts';

export interface CaptureSetup extends MapOptions, MappingChoice, Waiting {
  readonly sourceUrl: string;
  /** 1 to 50 characters of a-z, 0-9, _ and -. */
  readonly name: string;
  /** Say what would be done, and do nothing. */
  readonly dryRun?: boolean;
  /** False: leave out the event triggers, so that DDL is not recorded and new tables are found by looking. */
  readonly ddl?: boolean;
  /** The trail; with `dryRun` it may be left out, and then the source counts as new. */
  readonly appender?: pg.Pool;
  /** Told of the snapshot of the slot that is made, while it can be imported. */
  readonly withSnapshot?: (snapshot: SlotSnapshot) => Promise<void>;
}

export interface CaptureSetupResult {
  /** The SQL for the source, in order; empty when there is nothing left to do. */
  readonly statements: readonly string[];
  /** False after a dry run. */
  readonly applied: boolean;
  /** What is not covered, or not wholly, and what would help. */
  readonly uncovered: readonly Uncovered[];
}

/**
 * @throws Failure `capture_invalid` naming what the source lacks, a slot that this trail does not know, or a gap
 * @example
 * await captureSetup({ sourceUrl: 'postgres://app:secret@db/app', name: 'app', appender: store.appender });
 */
export async function captureSetup(setup: CaptureSetup): Promise<CaptureSetupResult> {
  const { slot, publication } = namesOf(setup.name);
  const source = await openSource(setup.sourceUrl);
  try {
    const failed = failedOf(await checkSource(source, slot, setup.sourceUrl));
    if (failed !== undefined) throw new Failure('capture_invalid', failed);
    const { appender } = setup;
    if (setup.dryRun === true) return (await planSetup(source, setup)).result;
    if (appender === undefined) throw new TypeError('captureSetup needs the appender, unless it is a dry run');
    return await whileNobodyLooks(appender, setup.name, setup, async () => {
      const { record, catalog, plan, widened, ddl, result } = await planSetup(source, setup);
      if (record !== undefined) await mustBeOnRecord(appender, setup.name, setup);
      const found = await lookAt(source, catalog, publication);
      await runStatements(source, widened);
      const left = await runPlan(source, plan, publication, setup.signal);
      await installDdl(source, ddl?.statements ?? []);
      const altered = widened.length + plan.statements.length > 0;
      if (record === undefined || wasRemoved(record)) await makeSlot(source, { ...setup, appender, record });
      else await coverMore(source, appender, record, found, altered);
      return { ...result, applied: true, uncovered: [...result.uncovered, ...left] };
    });
  } finally {
    await source.end();
  }
}

interface SetupPlan {
  readonly record: SourceRecord | undefined;
  readonly catalog: Catalog;
  readonly plan: Plan;
  /** Statements that come before the plan's. */
  readonly widened: readonly string[];
  readonly ddl: DdlPlan | undefined;
  readonly result: CaptureSetupResult;
}

async function planSetup(source: pg.Client, setup: CaptureSetup): Promise<SetupPlan> {
  const { slot, publication } = namesOf(setup.name);
  const record = setup.appender === undefined ? undefined : await loadRecord(setup.appender, setup.name);
  const slotWanted = await needsSlot(source, setup, record, slot);
  const catalog = await loadCatalog(source, publication);
  const plan = planPublication(catalog, publication);
  const widened = widening(catalog.publication, publication);
  const ddl = setup.ddl === false ? undefined : await planDdl(source);
  const statements = [
    ...widened,
    ...plan.statements,
    ...(ddl?.statements ?? []),
    ...(slotWanted ? [`SELECT pg_create_logical_replication_slot(${pg.escapeLiteral(slot)}, 'pgoutput')`] : []),
  ];
  const undone = withoutDdl(ddl, setup.ddl !== false, catalog.publication?.allTables === true);
  const uncovered = [...plan.uncovered, ...plan.refused, ...undone];
  return { record, catalog, plan, widened, ddl, result: { statements, applied: false, uncovered } };
}

/** What tables came into the publication is on record before the command ends. */
async function coverMore(source: pg.Client, appender: pg.Pool, record: SourceRecord, found: Look, altered: boolean): Promise<void> {
  const at = await walEnd(source);
  const catalog = await loadCatalog(source, record.publication);
  const now = await lookAt(source, catalog, record.publication);
  const after = await walEnd(source);
  await inTransaction(appender, async (tx) => {
    const shapes = await ShapeMemory.load(tx, record.sourceId);
    await shapes.see(tx, catalog, () => logEnd(source));
    await noteCoverage(tx, record, { catalog, found, now, altered }, at, after);
  });
}

/** A slot is made for a new source alone. Everything else is for a human to decide. */
async function needsSlot(source: pg.Client, setup: CaptureSetup, record: SourceRecord | undefined, slot: string): Promise<boolean> {
  if (record !== undefined && wasRemoved(record)) return true;
  if (record?.stoppedReason !== undefined)
    throw new Failure('capture_invalid', `${setup.name} is stopped by a gap, and setup does not heal it: ${record.stoppedReason}`);
  const { appender } = setup;
  if (record === undefined || appender === undefined) {
    const found = await source.query('select from pg_replication_slots where slot_name = $1', [slot]);
    if (found.rowCount === 0 || appender === undefined) return found.rowCount === 0;
    throw new Failure(
      'capture_invalid',
      `the source has a replication slot ${slot} that this trail does not know; another trail may capture it. If none does: SELECT pg_drop_replication_slot('${slot}')`,
    );
  }
  const identity = await identifySource(setup.sourceUrl);
  const { gap } = await checkContinuity(source, record, identity, () => loadAcknowledged(appender, record.sourceId));
  // The running capture finds the same and puts it on record; then somebody may resume.
  if (gap !== undefined)
    throw new Failure(
      'capture_invalid',
      `${gap.detail}. Let the server record this gap first (it does within ten seconds); then ${gapRemedy(setup.name)}`,
    );
  return false;
}
