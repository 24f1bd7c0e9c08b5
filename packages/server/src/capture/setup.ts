// Makes a database ready to be captured: checks it, sets identities, makes publication and slot, fills the tenant map at
// the slot's own snapshot, registers the source. Run again, it covers what has appeared since.

import pg from 'pg';
import { Failure, makeRedaction } from '@indelible/core';
import { appendIn } from '../store/append.ts';
import { OPERATOR_TENANT } from '../store/log-row.ts';
import { inTransaction } from '../store/pool.ts';
import { loadCatalog } from './catalog.ts';
import { noteCoverage, publishedIn } from './coverage.ts';
import { captureEvent, checkContinuity } from './gap.ts';
import { type Lsn, lsnText, parseLsn } from './lsn.ts';
import { type Uncovered, planPublication, widening } from './publication-plan.ts';
import { type SourceIdentity, connectReplication, identify, identifySource, walEnd } from './replication.ts';
import { type MapOptions, makeResourceMap } from './resource-map.ts';
import { openSource } from './source-client.ts';
import { checkSource, failedOf } from './source-checks.ts';
import { type SourceRecord, loadAcknowledged, loadRecord, namesOf, registerSource } from './source-record.ts';
import { fillFromSource } from './tenant-fill.ts';

export interface CaptureSetup extends MapOptions {
  readonly sourceUrl: string;
  /** 1 to 50 characters of a-z, 0-9, _ and -. */
  readonly name: string;
  /** Say what would be done, and do nothing. */
  readonly dryRun?: boolean;
  /** After a gap: make a new slot and go on from there. Without it a source with a gap is refused. */
  readonly resume?: boolean;
  /** The trail; with `dryRun` it may be left out, and then the source counts as new. */
  readonly appender?: pg.Pool;
}

export interface CaptureSetupResult {
  /** The SQL for the source, in order; empty when there is nothing left to do. */
  readonly statements: readonly string[];
  /** False after a dry run. */
  readonly applied: boolean;
  /** What is not covered, or not wholly, and what would help. */
  readonly uncovered: readonly Uncovered[];
  /** The gap after which capture goes on, when there was one. */
  readonly resumed?: string;
}

const LOCK_ATTEMPTS = 5;

/**
 * @throws Failure `capture_invalid` naming what the source lacks, a slot that this trail does not know, or a gap without `resume`
 * @example
 * await captureSetup({ sourceUrl: 'postgres://app:secret@db/app', name: 'app', appender: store.appender });
 */
export async function captureSetup(setup: CaptureSetup): Promise<CaptureSetupResult> {
  const { slot, publication } = namesOf(setup.name);
  const source = await openSource(setup.sourceUrl);
  try {
    const failed = failedOf(await checkSource(source, slot));
    if (failed !== undefined) throw new Failure('capture_invalid', failed);
    const record = setup.appender === undefined ? undefined : await loadRecord(setup.appender, setup.name);
    const { wanted: slotWanted, drop } = await needsSlot(source, setup, record, slot);
    const catalog = await loadCatalog(source, publication);
    const plan = planPublication(catalog, publication);
    const inSource = [...widening(catalog.publication, publication), ...plan.statements];
    const statements = [
      ...inSource,
      ...(drop ? [`SELECT pg_drop_replication_slot(${pg.escapeLiteral(slot)})`] : []),
      ...(slotWanted ? [`SELECT pg_create_logical_replication_slot(${pg.escapeLiteral(slot)}, 'pgoutput')`] : []),
    ];
    const resumed = record?.stoppedReason === undefined ? {} : { resumed: record.stoppedReason };
    if (setup.dryRun === true) return { statements, applied: false, uncovered: plan.uncovered, ...resumed };
    if (setup.appender === undefined) throw new TypeError('captureSetup needs the appender, unless it is a dry run');
    await runStatements(source, inSource);
    if (slotWanted) await makeSlot(source, setup, setup.appender, record, slot, publication);
    else if (record !== undefined) await coverMore(source, setup.appender, record);
    return { statements, applied: true, uncovered: plan.uncovered, ...resumed };
  } finally {
    await source.end();
  }
}

/** What tables came into the publication is on record before the command ends. */
async function coverMore(source: pg.Client, appender: pg.Pool, record: SourceRecord): Promise<void> {
  const before = await walEnd(source);
  const catalog = await loadCatalog(source, record.publication);
  const after = await walEnd(source);
  await inTransaction(appender, (tx) => noteCoverage(tx, record, catalog, before, after));
}

interface SlotNeed {
  readonly wanted: boolean;
  /** Whether the slot that is there goes first. */
  readonly drop: boolean;
}

/**
 * A slot is made for a new source, and anew after a gap that is on record, when somebody asks for that. Everything else
 * is for a human to decide.
 */
async function needsSlot(source: pg.Client, setup: CaptureSetup, record: SourceRecord | undefined, slot: string): Promise<SlotNeed> {
  const found = await source.query<{ active: boolean }>('select active from pg_replication_slots where slot_name = $1', [slot]);
  const exists = found.rows[0] !== undefined;
  if (record?.stoppedReason !== undefined) {
    if (setup.resume !== true)
      throw new Failure(
        'capture_invalid',
        `${setup.name} is stopped, and only "indelible capture setup" resumes it: ${record.stoppedReason}`,
      );
    return { wanted: true, drop: exists };
  }
  const { appender } = setup;
  if (record === undefined || appender === undefined) {
    if (!exists || appender === undefined) return { wanted: !exists, drop: false };
    throw new Failure(
      'capture_invalid',
      `the source has a replication slot ${slot} that this trail does not know; another trail may capture it. If none does: SELECT pg_drop_replication_slot('${slot}')`,
    );
  }
  const identity = await identifySource(setup.sourceUrl);
  const { gap } = await checkContinuity(source, record, identity, () => loadAcknowledged(appender, record.sourceId));
  // The running capture finds the same and puts it on record; only then is a new slot made.
  if (gap !== undefined)
    throw new Failure(
      'capture_invalid',
      `${gap.detail}. Let the server record this gap first (it does within ten seconds), then run setup again`,
    );
  return { wanted: false, drop: false };
}

/** Each statement on its own, so that no table stays locked while the next one is waited for. */
async function runStatements(source: pg.Client, statements: readonly string[]): Promise<void> {
  for (const statement of statements) {
    for (let attempt = 1; ; attempt++) {
      try {
        await source.query(statement);
        break;
      } catch (cause) {
        if (!(cause instanceof Error)) throw cause;
        const LOCK_NOT_AVAILABLE = '55P03';
        if ((cause as { code?: string }).code === LOCK_NOT_AVAILABLE && attempt < LOCK_ATTEMPTS) continue;
        throw new Failure(
          'capture_invalid',
          `${cause.message}; the statement was: ${statement}. Run setup again as the owner of the tables`,
          {},
          { cause },
        );
      }
    }
  }
}

/** The tenant map is read at the very point from which the slot streams, so that no row is between the two. */
async function makeSlot(
  source: pg.Client,
  setup: CaptureSetup,
  appender: pg.Pool,
  record: SourceRecord | undefined,
  slot: string,
  publication: string,
): Promise<void> {
  if (record !== undefined)
    await source.query('select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1', [slot]);
  const replication = await connectReplication(setup.sourceUrl);
  let made = false;
  try {
    const identity = await identify(replication);
    const answer = await replication.query<{ consistent_point: string; snapshot_name: string }>(
      `CREATE_REPLICATION_SLOT ${pg.escapeIdentifier(slot)} LOGICAL pgoutput (SNAPSHOT 'export')`,
    );
    made = true;
    const row = answer.rows[0];
    if (row === undefined) throw new Error('the source did not say where the slot begins');
    await source.query('begin isolation level repeatable read read only');
    await source.query(`set transaction snapshot ${pg.escapeLiteral(row.snapshot_name)}`);
    await register(source, setup, appender, record, identity, parseLsn(row.consistent_point), publication);
    await source.query('commit');
  } catch (error) {
    await source.query('rollback').catch(() => {});
    // A slot that nobody reads would hold the source's log for ever.
    if (made) await source.query('select pg_drop_replication_slot($1)', [slot]).catch(() => {});
    throw error;
  } finally {
    await replication.end();
  }
}

async function register(
  source: pg.Client,
  setup: CaptureSetup,
  appender: pg.Pool,
  record: SourceRecord | undefined,
  identity: SourceIdentity,
  slotAt: Lsn,
  publication: string,
): Promise<void> {
  // A source that was put back to an older state writes other changes at positions that the cursor has passed.
  const sameHistory =
    record === undefined ||
    (record.systemIdentifier === identity.systemIdentifier &&
      record.timeline === identity.timeline &&
      record.stoppedReason?.startsWith('source_replaced') !== true &&
      slotAt >= record.cursor.lsn);
  const catalog = await loadCatalog(source, publication);
  await inTransaction(appender, async (tx) => {
    const sourceId = await registerSource(tx, setup.name, identity, slotAt, publishedIn(catalog), sameHistory);
    // What the map knows from before the gap may be wrong by now.
    await tx.query('delete from indelible.tenant_map where source_id = $1', [sourceId]);
    await fillFromSource(
      source,
      tx,
      sourceId,
      catalog,
      makeResourceMap(catalog, { ...setup, redaction: setup.redaction ?? makeRedaction() }),
    );
    const registered = { name: setup.name, slot: namesOf(setup.name).slot, cursor: record?.cursor ?? { lsn: 0n, ordinal: -1 } };
    const facts =
      record === undefined
        ? { reason: 'setup', detail: `changes are captured from ${lsnText(slotAt)} on` }
        : {
            reason: 'setup_after_gap',
            detail: `${record.stoppedReason ?? 'stopped'}; changes are captured again from ${lsnText(slotAt)} on, and those between are missing`,
          };
    await appendIn(tx, OPERATOR_TENANT, [captureEvent('capture.started', registered, record?.acknowledged ?? slotAt, slotAt, facts)]);
  });
}
