// indelible verify --database: everything that is stored, the projections included, against what was recorded and signed.
// It reads one snapshot, so that a server may go on appending meanwhile.

import pg from 'pg';
import { SEAL_LAG_MS_MAX } from '../limits.ts';
import { SYSTEM_TENANT_ID } from '../store/log-row.ts';
import { storeFailure } from '../store/pool.ts';
import {
  beginSnapshot,
  type KeptCheckpoint,
  lastNamedSystemLeaf,
  type LogToVerify,
  readCheckpoints,
  readFirstDisclosures,
  readLogs,
  readStrayTenants,
} from '../store/verify-rows.ts';
import { checkCursors, type SourceToAsk } from './cursors.ts';
import { crewSize, verifyRanges } from './crew.ts';
import { type Checked, type FindingList, findingList, type VerifyResult } from './finding.ts';
import { type Claim, type LogCheck, type LogContext, openLogCheck } from './log-check.ts';
import { checkAllThere, checkLogRows, checkSystemRow } from './log-rows.ts';
import type { RangeTask } from './range.ts';
import { type SystemReport, verifySystemLog } from './system-log.ts';
import { bringTrust, type Brought, type Judge, makeJudge, type TrustOptions } from './trust.ts';

export interface VerifyDatabaseOptions extends TrustOptions {
  /** The URL of the role that owns the schema. */
  readonly ownerUrl: string;
  /** The captured sources, to be asked where their logs end and their slots stand. */
  readonly sources?: readonly SourceToAsk[];
  /** How many threads; as many as there are cores by default, none for small trails. */
  readonly workers?: number;
  /** Told as events are checked. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/**
 * Verifies a whole trail. A broken trail is a verdict, not an error.
 *
 * @throws Failure `store_unavailable`, `parameter_invalid`
 * @example const { ok, findings } = await verifyDatabase({ ownerUrl: 'postgres://...' });
 */
export async function verifyDatabase(options: VerifyDatabaseOptions): Promise<VerifyResult> {
  const brought = await bringTrust(options);
  const client = new pg.Client({ connectionString: options.ownerUrl, application_name: 'indelible verify' });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const snapshot = await beginSnapshot(client);
    return await verifySnapshot(client, snapshot, options, brought);
  } catch (error) {
    throw storeFailure(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function verifySnapshot(
  client: pg.Client,
  snapshot: string,
  options: VerifyDatabaseOptions,
  brought: Brought,
): Promise<VerifyResult> {
  const found = findingList();
  const checked: Checked = { logs: 0, events: 0, systemLeaves: 0, tiles: 0, checkpoints: 0 };
  const memory = new Map(
    brought.memory.map(({ origin, size, root }) => [origin, { size, root: Buffer.from(root, 'base64'), by: 'the signer\u2019s memory' }]),
  );
  const logs = await readLogs(client);
  const tenants = logs.filter((log) => log.tenantId !== SYSTEM_TENANT_ID);
  const followed = checkLogRows(tenants, await readFirstDisclosures(client), found);
  const { system, judge } = await checkSystem(client, logs, memory, { brought, found, checked });
  checkAllThere(logs, [memory, followed], system, found);
  const ctx: LogContext = { client, system, judge, found, checked, claims: [memory, followed], captured: [] };

  const total = tenants.reduce((sum, log) => sum + log.size, 0);
  let done = 0;
  const onProgress = (events: number): void => {
    done += events;
    options.onProgress?.({ done, total });
  };
  const open = new Map<number, LogCheck>();
  const exclusively = inTurn();
  const crew = { ownerUrl: options.ownerUrl, snapshot, client, workers: options.workers ?? crewSize(total), onProgress };
  await verifyRanges(crew, tasksOf(ctx, tenants, open, exclusively), async (result) => {
    const check = open.get(result.tenantId);
    if (check?.take(result) !== true) return;
    open.delete(result.tenantId);
    await exclusively(() => check.finish());
  });
  if (open.size > 0) throw new Error(`${open.size} logs were not read to their end`);
  for (const tenantId of await readStrayTenants(client)) {
    found.add({ code: 'event_unexpected', message: `there are events under the tenant number ${tenantId}, which no log has` });
  }
  const notes = await checkCursors(client, ctx.captured, options, found);
  return found.result(checked, [...judge.notes, ...notes]);
}

type InTurn = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** One after another: a connection does one thing at a time. */
function inTurn(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    // Who waits for a piece of work sees its error; the one after it does not.
    last = next.catch(() => undefined);
    return next;
  };
}

async function* tasksOf(
  ctx: LogContext,
  logs: readonly LogToVerify[],
  open: Map<number, LogCheck>,
  exclusively: InTurn,
): AsyncGenerator<RangeTask> {
  for (const log of logs) {
    const check = await exclusively(() => openLogCheck(ctx, log));
    if (log.size === 0) await exclusively(() => check.finish());
    else {
      open.set(log.tenantId, check);
      yield* check.tasks();
    }
  }
}

const NO_SYSTEM: SystemReport = { sealings: new Map(), keys: [], lastT: 0, openSinceT: undefined, root: () => undefined };

async function checkSystem(
  client: pg.Client,
  logs: readonly LogToVerify[],
  memory: ReadonlyMap<string, Claim>,
  { brought, found, checked }: { brought: Brought; found: FindingList; checked: Checked },
): Promise<{ system: SystemReport; judge: Judge }> {
  const log = logs.find(({ tenantId }) => tenantId === SYSTEM_TENANT_ID);
  if (log === undefined) {
    await checkNeverSealed(client, logs, found);
    return { system: NO_SYSTEM, judge: await makeJudge(client, brought, undefined, found) };
  }
  checkSystemRow(log, found);
  const checkpoints = await readCheckpoints(client, SYSTEM_TENANT_ID);
  const remembered = memory.get(log.origin);
  const claims: Claim[] = [
    ...checkpoints.map(({ size, root }) => ({ size, root, by: 'its published checkpoint' })),
    ...(remembered === undefined ? [] : [remembered]),
  ];
  const sizes = [...new Set(claims.map(({ size }) => size))].sort((a, b) => a - b);
  const published = checkpoints.at(-1)?.size ?? 0;
  const report = await verifySystemLog(client, log, sizes, published, found, checked);
  const judge = await makeJudge(client, brought, { origin: log.origin, named: report.keys, checkpoints }, found);
  await checkSystemSignatures(checkpoints, log, judge, found);
  await checkPublication(client, log, published, report, found);
  checked.checkpoints += checkpoints.length;
  checked.logs++;
  for (const { size, root, by } of claims) {
    if (size > log.size) {
      const message = `the system log has ${log.size} leaves, but ${by} is of ${size}: it was cut, or an older backup was restored`;
      found.add({
        code: 'log_shrunk',
        log: log.origin,
        seq: log.size,
        toSeq: size - 1,
        expected: `${size} leaves`,
        found: `${log.size}`,
        message,
      });
    } else if (report.root(size) !== undefined && !Buffer.from(report.root(size) ?? []).equals(root)) {
      found.add({
        code: 'root_changed',
        log: log.origin,
        seq: size - 1,
        message: `the root of the first ${size} leaves of the system log is not the one of ${by}`,
      });
    }
  }
  return { system: report, judge };
}

/** A trail that was never sealed has no system log; one that was sealed has checkpoints, and is sealed in time. */
async function checkNeverSealed(client: pg.Client, logs: readonly LogToVerify[], found: FindingList): Promise<void> {
  const sealed = (await client.query('select 1 from indelible.checkpoint limit 1')).rowCount !== 0;
  if (sealed) found.add({ code: 'log_missing', message: 'the system log is missing, although checkpoints are published' });
  else if (logs.some(({ lastT }) => Date.now() - lastT > SEAL_LAG_MS_MAX))
    found.add({
      code: 'not_sealed',
      message: 'there is no system log: no server has ever sealed this trail, or what it sealed was deleted',
    });
}

/** Checkpoints come with one of the system log that covers them, and its leaves are under one soon after they were written. */
async function checkPublication(
  client: pg.Client,
  log: LogToVerify,
  published: number,
  { openSinceT }: SystemReport,
  found: FindingList,
): Promise<void> {
  const named = await lastNamedSystemLeaf(client);
  if (named >= published) {
    const message = `a published checkpoint names leaf ${named} of the system log, whose own newest checkpoint is of size ${published}`;
    found.add({ code: 'checkpoint_missing', log: log.origin, seq: named, message });
  } else if (openSinceT !== undefined && Date.now() - openSinceT > SEAL_LAG_MS_MAX) {
    // A crash leaves such leaves too, until a server runs again.
    const since = new Date(openSinceT).toISOString();
    const message = `the leaves of the system log from ${published} on are under no published checkpoint since ${since}: no server seals, or it was deleted`;
    found.add({ code: 'not_sealed', log: log.origin, seq: published, message });
  }
}

async function checkSystemSignatures(
  checkpoints: readonly KeptCheckpoint[],
  log: LogToVerify,
  judge: Judge,
  found: FindingList,
): Promise<void> {
  for (const checkpoint of checkpoints) {
    const [origin = ''] = checkpoint.note.split('\n');
    // A succession gives the system log another name; the checkpoints from before bear the former one.
    const former = /^(.*\/log\/system)(?:-[1-9][0-9]*)?$/;
    const name = former.exec(origin)?.[1] === former.exec(log.origin)?.[1] ? origin : log.origin;
    const reason = await judge.fault(checkpoint.note, name, checkpoint, { former: name !== log.origin, leaves: checkpoint.size });
    if (reason !== undefined)
      found.add({
        code: 'signature_invalid',
        log: log.origin,
        seq: checkpoint.size - 1,
        message: `the system checkpoint of size ${checkpoint.size} is not valid: ${reason}`,
      });
  }
}
