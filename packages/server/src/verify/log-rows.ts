// The rows of indelible.log against what each log says of itself in its first leaf: whose it is, its names, and which log it
// follows. Nothing else ties a tenant's name to its events.

import { originHash } from '@indelible/core';
import { sectionLines } from '../store/disclosures.ts';
import { nodeHash } from '../store/node-hash.ts';
import { SYSTEM_TENANT_ID } from '../store/log-row.ts';
import type { LogToVerify } from '../store/verify-rows.ts';
import { belongingTo, type FindingList } from './finding.ts';
import type { Claim } from './log-check.ts';
import type { SystemReport } from './system-log.ts';

interface FirstLeaf {
  readonly tenant: unknown;
  readonly origin: unknown;
  readonly logId: unknown;
  readonly predecessor: { readonly origin: string; readonly size: number; readonly root: string } | undefined;
}

/**
 * Whether the events belong to these disclosures is checked elsewhere; here they are believed.
 *
 * @param first the disclosures of the first leaves, by tenant number
 * @returns what logs say about those that they follow, by origin
 */
export function checkLogRows(
  logs: readonly LogToVerify[],
  first: ReadonlyMap<number, string>,
  found: FindingList,
): ReadonlyMap<string, Claim> {
  const followers = new Map<string, LogToVerify[]>();
  const claims = new Map<string, Claim>();
  const live = new Map<string, LogToVerify>();
  for (const log of logs) {
    const disclosures = first.get(log.tenantId);
    const said = disclosures === undefined ? undefined : readFirstLeaf(disclosures);
    checkNames(log, said, found);
    if (said !== undefined) {
      const { predecessor } = said;
      if ((predecessor === undefined) !== (log.generation === 0))
        changed(
          found,
          log,
          'generation',
          predecessor === undefined ? '0' : 'one more than that of the log it follows',
          `${log.generation}`,
        );
      if (predecessor !== undefined) {
        followers.set(predecessor.origin, [...(followers.get(predecessor.origin) ?? []), log]);
        claims.set(predecessor.origin, { ...predecessor, root: Buffer.from(predecessor.root, 'base64'), by: 'the log that follows it' });
      }
    }
    const other = log.frozen ? undefined : live.get(log.tenant);
    if (other !== undefined) changed(found, log, 'frozen_at', `one log of ${log.tenant} that is not frozen`, `${other.origin} besides`);
    else if (!log.frozen) live.set(log.tenant, log);
  }
  for (const log of logs) checkFollowers(log, followers.get(log.origin) ?? [], found);
  return claims;
}

/** The system log has no first leaf of that kind; its names follow from its generation. */
export function checkSystemRow(log: LogToVerify, found: FindingList): void {
  const logId = log.generation === 0 ? 'system' : `system-${log.generation + 1}`;
  if (log.logId !== logId) changed(found, log, 'log_id', logId, log.logId);
  if (!log.origin.endsWith(`/log/${log.logId}`)) changed(found, log, 'origin', `.../log/${log.logId}`, log.origin);
  if (log.frozen) changed(found, log, 'frozen_at', 'nothing', 'a time');
}

/** Every log that anybody knows of must still be there: those that are named, and those that the system log has sealed. */
export function checkAllThere(
  logs: readonly LogToVerify[],
  named: readonly ReadonlyMap<string, Claim>[],
  { sealings }: SystemReport,
  found: FindingList,
): void {
  const origins = new Set(logs.map((log) => log.origin));
  for (const claims of named) {
    for (const [origin, { size, by }] of claims) {
      if (origins.has(origin)) continue;
      origins.add(origin);
      const message = `${by} names a log ${origin} of ${size} leaves, which is not in the database`;
      found.add({ code: 'log_missing', log: origin, expected: `${size} leaves`, found: 'nothing', message });
    }
  }
  const hashes = new Set([...origins].map((origin) => originHash(origin, nodeHash)));
  for (const [hash, { seq, size }] of sealings) {
    if (hashes.has(hash)) continue;
    const message = `leaf ${seq} of the system log has sealed ${size} leaves of a log, by the hash ${hash} of its origin, which is not in the database`;
    found.add({ code: 'log_missing', expected: `${size} leaves`, found: 'nothing', message });
  }
}

function checkNames(log: LogToVerify, said: FirstLeaf | undefined, found: FindingList): void {
  if (!log.origin.endsWith(`/log/${log.logId}`)) changed(found, log, 'log_id', `the end of ${log.origin}`, log.logId);
  if (said === undefined) {
    // Of a log that has leaves the gap is named where its events are checked.
    if (log.size === 0) changed(found, log, 'size', 'at least 1, with the leaf that says whose log it is', '0');
    return;
  }
  const columns: readonly [string, unknown, string][] = [
    ['tenant', said.tenant, log.tenant],
    ['origin', said.origin, log.origin],
    ['log_id', said.logId, log.logId],
  ];
  for (const [column, expected, value] of columns) {
    if (expected === undefined)
      found.add({
        ...belongingTo(log),
        code: 'unreadable',
        seq: 0,
        column,
        message: `the first leaf no longer says the ${column} of its log, so that the row of the log cannot be checked`,
      });
    else if (expected !== value) changed(found, log, column, typeof expected === 'string' ? expected : 'another', value);
  }
}

/** A log is frozen when another one takes its place, and only then. */
function checkFollowers(log: LogToVerify, followers: readonly LogToVerify[], found: FindingList): void {
  if (log.tenantId === SYSTEM_TENANT_ID) return;
  const [follower] = followers;
  if (followers.length !== (log.frozen ? 1 : 0))
    changed(found, log, 'frozen_at', log.frozen ? 'one log that follows it' : 'no log that follows it', `${followers.length}`);
  else if (follower !== undefined && (follower.tenant !== log.tenant || follower.generation !== log.generation + 1))
    changed(
      found,
      log,
      'generation',
      `${follower.tenant} ${follower.generation - 1}, which the log that follows it has one more of`,
      `${log.tenant} ${log.generation}`,
    );
}

function changed(found: FindingList, log: LogToVerify, column: string, expected: string, value: string): void {
  const message = `the row of the log ${log.origin} does not say what its first leaf and the logs around it say`;
  found.add({ ...belongingTo(log), code: 'log_changed', column, expected, found: value, message });
}

function readFirstLeaf(disclosures: string): FirstLeaf {
  const sections = new Map(sectionLines(disclosures).map(([name, value]) => [name, readValue(value)]));
  const metadata = property(sections.get('metadata'), 'metadata');
  const followed = property(metadata, 'predecessor');
  const [origin, size, root] = ['origin', 'size', 'root'].map((name) => property(followed, name));
  const sound = typeof origin === 'string' && typeof size === 'number' && typeof root === 'string';
  return {
    tenant: property(metadata, 'tenant'),
    origin: property(metadata, 'origin'),
    logId: property(sections.get('resource'), 'id'),
    predecessor: sound ? { origin, size, root } : undefined,
  };
}

/** Undefined where it is no JSON, which its commitment tells. */
function readValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}
