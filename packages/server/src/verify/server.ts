// indelible verify --server: what an outsider can check over HTTP, who believes nothing but a key and what it saw before.
//
//   keys -> checkpoints of the tenant's log and the system log -> continue the kept ones? -> leaves make the root?
//        -> the tenant's checkpoint is a leaf of the system log -> events, with what they disclose

import {
  equalBytes,
  foldPeaks,
  HASH_BYTES,
  parseVkey,
  rootFromNodes,
  rootNodes,
  TILE_WIDTH,
  treeBuilder,
  type Trust,
  verifyCheckpoint,
  Failure,
} from '@indelible/core';
import { nodeHash } from '../store/node-hash.ts';
import { findingList, type VerifyResult } from './finding.ts';
import { openRemote, type Remote } from './remote.ts';
import { checkEvents } from './remote-events.ts';
import { openRemoteKeys } from './remote-keys.ts';
import { continues, leafTiles, openRemoteLog } from './remote-log.ts';
import { type Published, type Run, type Status, STATUS, type VerifyServerOptions } from './remote-run.ts';
import { readState, type State, writeState } from './state-file.ts';

/**
 * Verifies what a server publishes. The state file is written only when nothing was altered.
 *
 * @throws Failure `parameter_invalid` for options and a state file that cannot be used; `not_found`, `unauthorized` or
 *   `forbidden` when the server does not answer what is asked
 */
export async function verifyServer(options: VerifyServerOptions): Promise<VerifyResult> {
  const state = await readState(options.stateFile);
  const remote = openRemote(options);
  const notes: string[] = [];
  const found = findingList();
  const status = await statusOf(remote);
  const run: Run = {
    options,
    remote,
    state,
    keys: await openRemoteKeys({ options, state, remote, found, notes }, status),
    found,
    checked: { logs: 0, events: 0, systemLeaves: 0, tiles: 0, checkpoints: 0 },
    notes,
  };
  checkOrigins(run, status);
  const { keys } = run;
  const sound =
    (await checkSigned(run, status, keys.trust)) && (await checkSigned(run, status.system, keys.systemTrust(status.system.size)));
  if (sound && (await checkSystem(run, status.system))) {
    const peaks = await checkLeaves(run, status);
    if (peaks !== undefined) {
      await checkEvents(run, status);
      if (run.found.result(run.checked, []).exitCode !== 1) await keep(run, status, peaks);
    }
  }
  return run.found.result(run.checked, notes);
}

async function statusOf(remote: Remote): Promise<Status> {
  const parsed = STATUS.safeParse(await remote.json('/v1/log'));
  if (!parsed.success) throw new Failure('not_found', 'the answer to /v1/log is not that of an Indelible server');
  return parsed.data;
}

/** The logs must be those that were seen before, and those that the key is for. */
function checkOrigins({ found, state, options }: Run, status: Status): void {
  for (const [now, before] of [
    [status, state?.log],
    [status.system, state?.system],
  ] as const) {
    if (before === undefined || before.origin === now.origin) continue;
    const message = `the server shows the log ${now.origin} in place of ${before.origin}; if its operator restored a backup, the first event of the new log names the old one: begin again with another state file then`;
    found.add({ code: 'forked', log: now.origin, expected: before.origin, found: now.origin, message });
  }
  for (const { origin, logId } of [status, status.system]) {
    if (!origin.endsWith(`/log/${logId}`))
      found.add({ code: 'forked', log: origin, message: `the origin ${origin} does not belong to the log ${logId}` });
  }
  const name = options.vkey === undefined ? undefined : parseVkey(options.vkey, nodeHash).name;
  if (name !== undefined && name !== status.origin && name !== status.system.origin) {
    found.add({
      code: 'signature_invalid',
      log: status.origin,
      expected: name,
      found: status.origin,
      message: `the key is that of ${name}, and the server shows ${status.origin} and ${status.system.origin}`,
    });
  }
}

async function checkSigned({ found, checked }: Run, log: Published, trust: Trust): Promise<boolean> {
  checked.checkpoints++;
  const verdict = await verifyCheckpoint(log.checkpoint, log.origin, trust, nodeHash);
  const agrees = verdict.ok && verdict.checkpoint.size === log.size && equalBytes(verdict.checkpoint.root, Buffer.from(log.root, 'base64'));
  if (agrees) return true;
  const reason = verdict.ok ? 'it says something else than the answer around it' : verdict.reason;
  found.add({
    code: 'signature_invalid',
    log: log.origin,
    seq: log.size - 1,
    message: `the checkpoint of size ${log.size} is not valid: ${reason}`,
  });
  return false;
}

/** Whether the published size can follow the kept one at all. */
function checkGrowth({ found }: Run, log: Published, before: { readonly size: number } | undefined): boolean {
  if (before === undefined || log.size >= before.size) return true;
  const message = `the log had ${before.size} leaves when it was verified last, and has ${log.size} now: its end was cut off, or an older backup was restored`;
  found.add({
    code: 'log_shrunk',
    log: log.origin,
    seq: log.size,
    toSeq: before.size - 1,
    expected: `${before.size} leaves`,
    found: `${log.size}`,
    message,
  });
  return false;
}

function forked({ found }: Run, log: Published, before: { readonly size: number; readonly root: string } | undefined): void {
  const message =
    before === undefined
      ? 'the leaves do not make the root that the server signed'
      : `the log does not continue the one of ${before.size} leaves that was verified last: it was rewritten`;
  found.add({
    code: before === undefined ? 'root_changed' : 'forked',
    log: log.origin,
    seq: 0,
    toSeq: log.size - 1,
    expected: before?.root ?? log.root,
    found: log.root,
    message,
  });
}

/** The system log: its tiles make its root, and it continues the kept one. Only the tiles on the way are read. */
async function checkSystem(run: Run, system: Published): Promise<boolean> {
  const before = run.state?.system;
  if (!checkGrowth(run, system, before)) return false;
  const log = openRemoteLog(run.remote, system.logId, system.size);
  const root = Buffer.from(system.root, 'base64');
  run.checked.logs++;
  if (!equalBytes(rootFromNodes(system.size, await log.nodes(rootNodes(system.size)), nodeHash), root)) {
    forked(run, system, undefined);
    return false;
  }
  if (
    before === undefined ||
    (await continues(run.remote, system.logId, { ...before, root: Buffer.from(before.root, 'base64') }, { size: system.size, root }))
  )
    return true;
  forked(run, system, before);
  return false;
}

/** The tenant's log, leaf by leaf from where the last run ended. Returns the state to go on with, or undefined when it is broken. */
async function checkLeaves(run: Run, status: Published): Promise<Uint8Array[] | undefined> {
  const before = run.state?.log;
  if (!checkGrowth(run, status, before)) return undefined;
  const peaks = before?.peaks.map((peak) => Buffer.from(peak, 'base64')) ?? [];
  if (before !== undefined && !equalBytes(foldPeaks(peaks, nodeHash), Buffer.from(before.root, 'base64'))) {
    throw new Failure('parameter_invalid', '--state: the state file contradicts itself; restore it, or begin again with another file');
  }
  const tree = treeBuilder({ size: before?.size ?? 0, peaks }, nodeHash);
  const log = openRemoteLog(run.remote, status.logId, status.size);
  const total = leafTiles(status.size);
  let at = before?.size ?? 0;
  for (let index = Math.floor(at / TILE_WIDTH); index < total; index++) {
    const leaves = await log.leaves(index);
    run.checked.tiles++;
    for (let offset = (at % TILE_WIDTH) * HASH_BYTES; offset < leaves.length; offset += HASH_BYTES, at++)
      tree.append(leaves.subarray(offset, offset + HASH_BYTES));
    run.options.onProgress?.({ done: index + 1, total });
  }
  run.checked.logs++;
  if (equalBytes(tree.root(), Buffer.from(status.root, 'base64'))) return [...tree.compact().peaks];
  forked(run, status, before);
  return undefined;
}

async function keep({ options, keys }: Run, status: Status, peaks: readonly Uint8Array[]): Promise<void> {
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  const seen = ({ origin, size, root, checkpoint }: Published): State['system'] => ({ origin, size, root, checkpoint });
  await writeState(options.stateFile, {
    v: 1,
    server: options.url,
    publicKeys: keys.present().map(base64),
    log: { ...seen(status), peaks: peaks.map(base64) },
    system: seen(status.system),
    verifiedAt: new Date().toISOString(),
  });
}
