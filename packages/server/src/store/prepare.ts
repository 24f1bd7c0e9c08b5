// The work on an event that needs no lock: sections, salts, disclosures, commitments and the leaf. What a place in the log
// adds later is only the sequence number, which no leaf holds.

import { createHmac, randomFillSync } from 'node:crypto';
import { canonical, commitment, entry, leafHash, type NewEvent, type Section, toSections } from '@indelible/core';
import { disclosureText, SALT_BYTES, type StoredDisclosures } from './disclosures.ts';
import { nodeHash } from './node-hash.ts';

export interface Prepared extends StoredDisclosures {
  readonly event: NewEvent;
  readonly occurredMs: number;
  readonly commitments: Readonly<Record<string, string>>;
  /** Milliseconds since 1970: the `t` that the leaf was made with. */
  readonly t: number;
  /** base64, 32 bytes. */
  readonly leafHash: string;
  readonly mac: Buffer | undefined;
}

const pool = { bytes: Buffer.alloc(SALT_BYTES * 1_024), next: SALT_BYTES * 1_024 };

/** 16 random bytes for each section, from a pool that is filled 1,024 salts at a time. */
function makeSalts(count: number): Buffer {
  const salts = Buffer.allocUnsafe(count * SALT_BYTES);
  if (salts.length > pool.bytes.length) return randomFillSync(salts);
  if (pool.next + salts.length > pool.bytes.length) {
    randomFillSync(pool.bytes);
    pool.next = 0;
  }
  pool.bytes.copy(salts, 0, pool.next, pool.next + salts.length);
  pool.bytes.fill(0, pool.next, pool.next + salts.length);
  pool.next += salts.length;
  return salts;
}

/**
 * @param t milliseconds since 1970: the time of recording, unless the log turns out to be ahead of it
 * @param macKey the log's key for the body's HMAC
 */
export function prepare(event: NewEvent, t: number, macKey: Buffer): Prepared {
  const occurredAt = event.occurredAt ?? new Date(t).toISOString();
  const sections = toSections(event, occurredAt);
  const salts = makeSalts(sections.length);
  const commitments: Record<string, string> = {};
  let disclosures = '';
  // What is compared when an id returns: every section without its salt, and no time that the server chose.
  let body = '';
  for (let index = 0; index < sections.length; index++) {
    const { name, value } = sections[index] as Section;
    const text = canonical(value);
    disclosures += index === 0 ? `${name} ${text}` : `\n${name} ${text}`;
    const salt = salts.toString('base64url', index * SALT_BYTES, (index + 1) * SALT_BYTES);
    commitments[name] = commitment(disclosureText(salt, name, text), nodeHash);
    if (!event.idFromSender) continue;
    const chosenByServer = name === 'core' && event.occurredAt === undefined;
    body += `"${name}",${chosenByServer ? text.replace(`"occurredAt":"${occurredAt}"`, '') : text}]`;
  }
  return {
    event,
    occurredMs: event.occurredAt === undefined ? t : Date.parse(occurredAt),
    disclosures,
    salts,
    commitments,
    t,
    leafHash: leafOf(event.id, t, commitments),
    mac: event.idFromSender ? createHmac('sha256', macKey).update(body).digest().subarray(0, 16) : undefined,
  };
}

function leafOf(id: string, t: number, c: Readonly<Record<string, string>>): string {
  return Buffer.from(leafHash(entry({ c, id, t }), nodeHash)).toString('base64');
}

/** The same event recorded at another time: only the entry and the leaf are made anew. */
export function restamp(prepared: Prepared, t: number): Prepared {
  return { ...prepared, t, leafHash: leafOf(prepared.event.id, t, prepared.commitments) };
}

/** The same event under another id. */
export function rename(prepared: Prepared, id: string): Prepared {
  return { ...prepared, event: { ...prepared.event, id }, leafHash: leafOf(id, prepared.t, prepared.commitments) };
}
