// indelible verify --export: whether an export file is whole and as it was made, by what it says of itself. The log need not
// be there; where a server is asked, the file is held against what the log has on record of it too (export-record.ts).

import { Failure, parseVkey, verifyCheckpoint } from '@indelible/core';
import { z } from 'zod';
import { nodeHash } from '../store/node-hash.ts';
import { makeVerifier } from './ed25519.ts';
import { type ExportLines, readLines } from './export-lines.ts';
import { type Manifest, type Manifests, readManifests } from './export-manifest.ts';
import { checkRecord, shownKeys } from './export-record.ts';
import { type FindingList, findingList, type VerifyResult } from './finding.ts';
import { openRemote, type RemoteOptions } from './remote.ts';

export interface VerifyExportOptions {
  readonly file: string;
  /** What GET /v1/exports/{id}/manifest answered; `<file>.manifest.json` by default, if there is one. */
  readonly manifestFile?: string | undefined;
  /** The key that must have signed the checkpoint, as name+id+key. */
  readonly vkey?: string | undefined;
  /** Whose log is asked what it has on record. */
  readonly server?: RemoteOptions | undefined;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

const checkedNothing = { logs: 0, events: 0, systemLeaves: 0, tiles: 0, checkpoints: 0 };

/**
 * @throws Failure `parameter_invalid` for files that cannot be read, and a key that is none
 * @example (await verifyExport({ file: 'events.jsonl' })).exitCode // 0
 */
export async function verifyExport(options: VerifyExportOptions): Promise<VerifyResult> {
  const { file, onProgress, vkey } = options;
  const publicKey = vkey === undefined ? undefined : keyOf(vkey);
  const found = findingList();
  const checked = { ...checkedNothing };
  const manifests = await readManifests(file, options.manifestFile);
  const manifest = manifests.inside ?? manifests.beside;
  const places = makePlaces(found, manifest);
  const lines = await readLines({
    file,
    bytes: manifests.bodyBytes,
    format: manifest?.format ?? 'jsonl',
    onLine: manifest === undefined ? undefined : (line, index) => places.take(line, index),
    onProgress: (done) => onProgress?.({ done, total: manifests.bodyBytes }),
  });
  checked.events = lines.events;
  if (manifest === undefined) {
    found.add({ code: 'export_short', message: withoutManifest(lines) });
    return found.result(checked, []);
  }
  checkManifests(found, manifests);
  if (checkBytes(found, manifest, lines)) places.end();
  const notes: string[] = [];
  const remote = options.server === undefined ? undefined : openRemote(options.server);
  const publicKeys = publicKey !== undefined ? [publicKey] : remote === undefined ? [] : await shownKeys(remote);
  if (remote === undefined) notes.push(ownWord(manifest));
  else await checkRecord(found, manifest, remote, publicKeys);
  if (publicKey === undefined) notes.push(remote === undefined ? UNCHECKED : SHOWN);
  checked.checkpoints = await checkCheckpoint(found, manifest, publicKeys);
  return found.result(checked, notes);
}

const SHOWN = 'this run trusts the keys that the server shows: give --vkey for one that you got elsewhere';
const UNCHECKED = 'the signature of the checkpoint was not checked: give the key of the log by --vkey';

function ownWord({ id }: Manifest): string {
  return `the file is held against its own manifest, which nobody signed; the log has the sha256 on record, as the event audit.export.completed of ${id}: give --server to hold it against that`;
}

function number(count: number): string {
  return count.toLocaleString('en');
}

function withoutManifest({ events, bytes }: ExportLines): string {
  if (bytes === 0) return 'short: the file is empty';
  return `short: the last line, which says how many events there are, is missing; ${number(events)} lines are there (a CSV file has none: give its manifest by --manifest)`;
}

/** Of a JSONL file whose manifest was fetched besides: both must say the same. */
function checkManifests(found: FindingList, { inside, beside }: Manifests): void {
  if (inside === undefined) {
    if (beside?.format === 'jsonl')
      found.add({ code: 'export_short', log: beside.log, message: 'short: the last line of the file, its manifest, is missing' });
    return;
  }
  if (beside === undefined || JSON.stringify(inside) === JSON.stringify(beside)) return;
  const message = 'altered: the manifest in the file and the one beside it differ';
  found.add({
    code: 'export_changed',
    log: beside.log,
    expected: `${beside.id} ${beside.sha256}`,
    found: `${inside.id} ${inside.sha256}`,
    message,
  });
}

/** Whether the bytes are those that were exported. */
function checkBytes(found: FindingList, { log, count, bytes, sha256 }: Manifest, lines: ExportLines): boolean {
  const isSame = lines.sha256 === sha256 && lines.bytes === bytes;
  if (isSame && lines.events === count) return true;
  const facts = {
    log,
    expected: `${number(count)} events, sha256 ${sha256}`,
    found: `${number(lines.events)} events, sha256 ${lines.sha256}`,
  };
  if (lines.events < count)
    found.add({ ...facts, code: 'export_short', message: `short: ${number(lines.events)} of ${number(count)} events` });
  else if (lines.events > count)
    found.add({ ...facts, code: 'export_changed', message: `altered: ${number(lines.events)} events, and there were ${number(count)}` });
  else found.add({ ...facts, code: 'export_changed', message: `altered: ${number(count)} events, but not the bytes that were exported` });
  return false;
}

const EVENT = z.object({ log: z.string(), seq: z.number().int().min(0), occurredAt: z.string() });

interface Places {
  take(line: string, index: number): void;
  /** Says what was found when the bytes are right. */
  end(): void;
}

/** What lines say of their places must be what the manifest says: of its log, each once, between the first and the last. */
function makePlaces(found: FindingList, manifest: Manifest | undefined): Places {
  let [first, last] = [Number.POSITIVE_INFINITY, -1];
  let before = { ms: Number.POSITIVE_INFINITY, seq: Number.POSITIVE_INFINITY };
  let fault: string | undefined;
  return {
    take: (line, index) => {
      if (manifest === undefined || fault !== undefined) return;
      const event = eventIn(line);
      if (event === undefined) fault = `line ${index + 1} is no event`;
      else if (event.log !== manifest.log) fault = `line ${index + 1} is of the log ${event.log}`;
      else if (!(event.ms < before.ms || (event.ms === before.ms && event.seq < before.seq)))
        fault = `line ${index + 1} is not in its place`;
      else {
        before = event;
        first = Math.min(first, event.seq);
        last = Math.max(last, event.seq);
      }
    },
    end: () => {
      if (manifest === undefined || manifest.format === 'csv') return;
      const { log, count, firstSeq, lastSeq } = manifest;
      if (fault === undefined && count > 0 && (first !== firstSeq || last !== lastSeq))
        fault = `the manifest says sequences ${firstSeq} to ${lastSeq}, and the events have ${first} to ${last}`;
      if (fault !== undefined) found.add({ code: 'export_changed', log, message: `altered: ${fault}` });
    },
  };
}

function eventIn(line: string): { readonly log: string; readonly seq: number; readonly ms: number } | undefined {
  try {
    const { data } = EVENT.safeParse(JSON.parse(line));
    return data === undefined ? undefined : { log: data.log, seq: data.seq, ms: Date.parse(data.occurredAt) };
  } catch {
    return undefined;
  }
}

/** How many checkpoints were checked. */
async function checkCheckpoint(found: FindingList, manifest: Manifest, publicKeys: readonly Uint8Array[]): Promise<number> {
  const { log, checkpoint, lastSeq = -1 } = manifest;
  if (publicKeys.length === 0) return 0;
  if (checkpoint === undefined) {
    found.add({ code: 'not_sealed', log, message: 'the export has no checkpoint: nothing of the log was published when it was made' });
    return 0;
  }
  const verdict = await verifyCheckpoint(checkpoint, log, { publicKeys, verify: makeVerifier() }, nodeHash);
  if (!verdict.ok) found.add({ code: 'signature_invalid', log, message: `the checkpoint is not valid: ${verdict.reason}` });
  else if (verdict.checkpoint.size <= lastSeq) {
    const message = `the checkpoint covers the log up to sequence ${verdict.checkpoint.size - 1}, and the export reaches up to ${lastSeq}`;
    found.add({ code: 'not_sealed', log, seq: verdict.checkpoint.size, toSeq: lastSeq, message });
  }
  return 1;
}

function keyOf(vkey: string): Uint8Array {
  try {
    return parseVkey(vkey, nodeHash).publicKey;
  } catch (cause) {
    throw new Failure('parameter_invalid', `--vkey: ${(cause as Error).message}`, { pointer: 'vkey' }, { cause: cause as Error });
  }
}
