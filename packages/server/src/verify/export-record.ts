// What the log says of an export: the event that was written when it was made, proved up to the signed checkpoint of the
// system log. So a file is known to be the one that was exported, and not another with a manifest of its own.

import { type AuditEvent, fromSections, verifyEvent } from '@indelible/core';
import { z } from 'zod';
import { nodeHash } from '../store/node-hash.ts';
import { makeVerifier } from './ed25519.ts';
import type { Manifest } from './export-manifest.ts';
import type { FindingList } from './finding.ts';
import type { Remote } from './remote.ts';
import { KEYS } from './remote-run.ts';

const PAGE = z.object({ events: z.array(z.object({ id: z.uuid() })) });
const ID = /^exp_[0-9a-f]{24}$/;

/**
 * @param publicKeys of which one must have signed
 * @throws Failure `server_unreachable`, `unauthorized`, `forbidden`, `not_found`
 */
export async function checkRecord(
  found: FindingList,
  manifest: Manifest,
  remote: Remote,
  publicKeys: readonly Uint8Array[],
): Promise<void> {
  const { id, log, sha256, count } = manifest;
  const eventId = ID.test(id) ? await recordOf(remote, id) : undefined;
  if (eventId === undefined) {
    found.add({ code: 'export_changed', log, message: `the log says nothing of an export ${id.slice(0, 64)}` });
    return;
  }
  const proof = await remote.json(`/v1/events/${eventId}/proof`);
  const verdict = await verifyEvent(proof, { publicKeys, verify: makeVerifier(), id: eventId }, nodeHash);
  if (!verdict.ok) {
    found.add({ code: 'value_changed', log, message: `the record of the export is not proved: ${verdict.reason}` });
    return;
  }
  const event = fromSections({ id: eventId, tenant: manifest.tenant, t: verdict.t }, [...verdict.sections]);
  if (verdict.origin === log && isRecordOf(event, manifest)) return;
  found.add({
    code: 'export_changed',
    log,
    seq: verdict.seq,
    expected: JSON.stringify({ count: event.metadata?.['count'], sha256: event.metadata?.['sha256'] }),
    found: JSON.stringify({ count, sha256 }),
    message: 'altered: the log has another file on record for this export',
  });
}

async function recordOf(remote: Remote, id: string): Promise<string | undefined> {
  const q = `source:self action:audit.export.completed resource:export/${id}`;
  const page = PAGE.safeParse(await remote.json(`/v1/events?limit=1&q=${encodeURIComponent(q)}`));
  return page.data?.events[0]?.id;
}

/** The keys that a server shows: to be trusted by those alone who know no better. */
export async function shownKeys(remote: Remote): Promise<Uint8Array[]> {
  const answer = KEYS.safeParse(await remote.json('/.well-known/indelible-keys.json'));
  const keys = answer.data?.keys ?? [];
  return keys.filter(({ algorithm }) => algorithm === 'ed25519').map((key) => Buffer.from(key.publicKey, 'base64'));
}

/** What is said of an event in columns counts for nothing: all of it is read from what was proved. */
function isRecordOf({ action, source, resource, metadata = {} }: Partial<AuditEvent>, { id, sha256, count }: Manifest): boolean {
  const isRecord = action === 'audit.export.completed' && source?.kind === 'self' && resource?.type === 'export' && resource.id === id;
  return isRecord && metadata['sha256'] === sha256 && metadata['count'] === count;
}
