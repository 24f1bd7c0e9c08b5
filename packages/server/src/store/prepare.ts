// The work on an event that needs no lock: sections, salts, disclosures, commitments and the leaf. What a place in the log
// adds later is only the sequence number, which no leaf holds.

import { createHmac, randomFillSync } from 'node:crypto';
import { commitment, disclosure, entry, leafHash, type NewEvent, toSections } from '@indelible/core';
import { nodeHash } from './node-hash.ts';

export interface Prepared {
  readonly event: NewEvent;
  readonly occurredMs: number;
  /** The disclosures in the order of their section names, joined by U+000A. */
  readonly disclosures: string;
  readonly commitments: Readonly<Record<string, string>>;
  /** Milliseconds since 1970: the `t` that the leaf was made with. */
  readonly t: number;
  /** base64, 32 bytes. */
  readonly leafHash: string;
  readonly mac: Buffer | undefined;
}

const SALT_BYTES = 16;
/** `["<22 characters>",`: what stands before the name of a section in its disclosure. */
const SALT_TEXT_CHARS = 26;
const pool = { bytes: Buffer.alloc(SALT_BYTES * 1_024), next: SALT_BYTES * 1_024 };

/** 16 random bytes in base64url, from a pool that is filled 1,024 salts at a time. */
function salt(): string {
  if (pool.next === pool.bytes.length) {
    randomFillSync(pool.bytes);
    pool.next = 0;
  }
  const start = pool.next;
  pool.next += SALT_BYTES;
  const text = pool.bytes.toString('base64url', start, pool.next);
  pool.bytes.fill(0, start, pool.next);
  return text;
}

/**
 * @param t milliseconds since 1970: the time of recording, unless the log turns out to be ahead of it
 * @param macKey the log's key for the body's HMAC
 */
export function prepare(event: NewEvent, t: number, macKey: Buffer): Prepared {
  const occurredAt = event.occurredAt ?? new Date(t).toISOString();
  const commitments: Record<string, string> = {};
  let disclosures = '';
  // What is compared when an id returns: every section without its salt, and no time that the server chose.
  let body = '';
  for (const section of toSections(event, occurredAt)) {
    const text = disclosure(salt(), section.name, section.value);
    disclosures = disclosures === '' ? text : `${disclosures}\n${text}`;
    commitments[section.name] = commitment(text, nodeHash);
    if (!event.idFromSender) continue;
    const unsalted = text.slice(SALT_TEXT_CHARS);
    const chosenByServer = section.name === 'core' && event.occurredAt === undefined;
    body += chosenByServer ? unsalted.replace(`"occurredAt":"${occurredAt}"`, '') : unsalted;
  }
  return {
    event,
    occurredMs: event.occurredAt === undefined ? t : Date.parse(occurredAt),
    disclosures,
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
