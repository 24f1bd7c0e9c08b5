// Takes a source up again after a gap that stopped it: somebody has seen what is lost and says so. Nothing else does it.
// Where the slot is still good it goes on there, so that what was written since the hole is captured.

import type pg from 'pg';
import { Failure } from '@indelible/core';
import { appendIn } from '../../store/append.ts';
import { OPERATOR_TENANT } from '../../store/log-row.ts';
import { inTransaction } from '../../store/pool.ts';
import { loadCatalog } from '../source/catalog.ts';
import { checkContinuity } from '../replication/continuity.ts';
import { captureEvent } from '../gaps/gap.ts';
import { STOPS, isStopReason, keepsSlot } from '../gaps/gap-reasons.ts';
import { type Lsn, lsnText, parseLsn } from '../replication/lsn.ts';
import { type MappingChoice, mustBeOnRecord } from '../mapping/on-record.ts';
import { makeSlot } from '../slot/new-slot.ts';
import { lookAt, remembered } from '../source/publication-memory.ts';
import { type Uncovered, planPublication, widening } from '../source/publication-plan.ts';
import { type SourceIdentity, identifySource, logEnd, walEnd } from '../replication/replication.ts';
import { wasRemoved } from './remove.ts';
import type { MapOptions } from '../tables/resource-map.ts';
import { ShapeMemory } from '../tables/shape-memory.ts';
import { openSource } from '../source/source-client.ts';
import { checkSource, failedOf } from '../source/source-checks.ts';
import { type OpenGap, type SourceRecord, loadAcknowledged, loadRecord, namesOf, registerSource } from '../source/source-record.ts';
import type { Waiting } from '../slot/slot-wait.ts';
import { runPlan, runStatements, whileNobodyLooks } from '../source/source-statements.ts';

export interface CaptureResume extends MapOptions, MappingChoice, Waiting {
  readonly sourceUrl: string;
  readonly name: string;
  readonly appender: pg.Pool;
  /** The operator has seen the gap. Without it nothing is changed. */
  readonly acceptGap: boolean;
}

export interface CaptureResumeResult {
  /** The gap that stopped the source; undefined when it is not stopped. */
  readonly gap: (OpenGap & { readonly lost: string }) | undefined;
  /** Where capture goes on: at the slot that is there, or at a new one. */
  readonly slot: 'kept' | 'new';
  /** The SQL for the source that makes the publication whole. */
  readonly statements: readonly string[];
  readonly uncovered: readonly Uncovered[];
  readonly resumed: boolean;
}

/**
 * @throws Failure `capture_invalid`: the trail does not know the source, it does not answer, lacks what capture needs, or was
 *   captured by another mapping
 * @example
 * const { gap } = await captureResume({ sourceUrl, name: 'shop', appender: store.appender, acceptGap: false });
 */
export async function captureResume(resume: CaptureResume): Promise<CaptureResumeResult> {
  const { name, appender } = resume;
  const record = await loadRecord(appender, name);
  if (record === undefined || wasRemoved(record))
    throw new Failure('capture_invalid', `the trail does not capture a source ${name}; run "indelible capture setup"`);
  if (record.stoppedReason === undefined) return { gap: undefined, slot: 'kept', statements: [], uncovered: [], resumed: false };
  const source = await openSource(resume.sourceUrl);
  try {
    const failed = failedOf(await checkSource(source, record.slot, resume.sourceUrl));
    if (failed !== undefined) throw new Failure('capture_invalid', failed);
    const gap = gapOf(record);
    const identity = await identifySource(resume.sourceUrl);
    const slot = await slotFor(source, record, identity, appender);
    const catalog = await loadCatalog(source, record.publication);
    const plan = planPublication(catalog, record.publication);
    const widened = widening(catalog.publication, record.publication);
    const result = { gap, slot, statements: [...widened, ...plan.statements], uncovered: [...plan.uncovered, ...plan.refused] };
    if (!resume.acceptGap) return { ...result, resumed: false };
    await mustBeOnRecord(appender, name, resume);
    const left = await whileNobodyLooks(appender, name, resume, async () => {
      await runStatements(source, widened);
      const tables = await runPlan(source, plan, record.publication, resume.signal);
      if (slot === 'new') await makeSlot(source, { ...resume, record });
      else await keepSlot(source, resume, record, identity);
      return tables;
    });
    return { ...result, uncovered: [...result.uncovered, ...left], resumed: true };
  } finally {
    await source.end();
  }
}

function gapOf(record: SourceRecord): OpenGap & { readonly lost: string } {
  const gap = record.openGap ?? {
    reason: 'stopped',
    detail: record.stoppedReason ?? '',
    from: lsnText(record.acknowledged),
    since: new Date(),
  };
  return { ...gap, lost: isStopReason(gap.reason) ? STOPS[gap.reason].lost : 'not known' };
}

/** The gap on record and the state that is found now must both allow it: meanwhile the slot may have gone too. */
async function slotFor(source: pg.Client, record: SourceRecord, identity: SourceIdentity, appender: pg.Pool): Promise<'kept' | 'new'> {
  const version = await source.query<{ version: number }>(`select current_setting('server_version_num')::int as version`);
  const found = await checkContinuity(source, record, identity, () => loadAcknowledged(appender, record.sourceId));
  const reasons = [record.openGap?.reason ?? '', ...(found.gap === undefined ? [] : [found.gap.reason])];
  const keeps = reasons.every((reason) => isStopReason(reason) && keepsSlot(reason, version.rows[0]?.version ?? 0));
  return keeps && found.slot !== undefined && found.slot.activePid === undefined ? 'kept' : 'new';
}

/** What was written in the hole is missing in the tenant map: the capture fills it anew, and rows from before the hole's end do not use it. */
async function keepSlot(source: pg.Client, resume: CaptureResume, record: SourceRecord, identity: SourceIdentity): Promise<void> {
  const { publication, slot } = namesOf(record.name);
  const before = await walEnd(source);
  const wholeFrom = await logEnd(source);
  await source.query('begin isolation level repeatable read read only');
  const catalog = await loadCatalog(source, publication);
  const look = await lookAt(source, catalog, publication);
  const confirmed = await source.query<{ at: string }>(
    'select confirmed_flush_lsn::text as at from pg_replication_slots where slot_name = $1',
    [slot],
  );
  const at = parseLsn(confirmed.rows[0]?.at ?? '0/0');
  const slotAt: Lsn = at > record.acknowledged ? at : record.acknowledged;
  const begin = {
    slotAt,
    published: remembered(look),
    publishedAt: before,
    publicationWas: look.publication,
    wholeFrom,
    sameHistory: true,
  };
  await inTransaction(resume.appender, async (tx) => {
    const sourceId = await registerSource(tx, record.name, identity, begin);
    const shapes = await ShapeMemory.load(tx, sourceId);
    await shapes.see(tx, catalog, () => logEnd(source));
    await tx.query('delete from indelible.tenant_map where source_id = $1', [sourceId]);
    const reason = record.openGap?.reason ?? 'stopped';
    // An advanced slot has skipped up to where it stands; what a publication hid, it hid until just now.
    const end = reason === 'slot_advanced' ? slotAt : before;
    const detail = `${reason}: capture goes on at the slot that is there, from ${lsnText(slotAt)} on; changes in this range may be missing`;
    const from = parseLsn(record.openGap?.from ?? lsnText(record.acknowledged));
    await appendIn(tx, OPERATOR_TENANT, [captureEvent('capture.started', record, from, end, { reason: 'resumed_after_gap', detail })]);
  });
  await source.query('commit');
}
