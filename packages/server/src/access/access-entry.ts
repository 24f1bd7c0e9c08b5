// One line of the trail of the trail while it is folded: what one actor read, or was refused, in a short time.

import { createHash } from 'node:crypto';
import type { EventInput, JsonObject } from '@indelible/core';
import { ACCESS_NAMED_MAX, ACCESS_QUESTION_CHARS_MAX } from '../limits.ts';
import type { SelfEvent } from '../store/self.ts';
import type { By } from './actor.ts';
import { storable } from './storable.ts';

/** Something that was read or refused. */
export interface Access {
  /** In whose log it belongs; in that of the operator as long as the tenant has none. */
  readonly tenant: string;
  /** `audit.searched`, `audit.viewed` ..., or `permission.denied`, `auth.denied`. */
  readonly action: string;
  readonly by: By;
  /** What was asked: the name of the operation, and its query or its address. */
  readonly operation: string;
  readonly question: string;
  /** The rest of the query string, as it was sent. */
  readonly parameters?: string;
  /** Of what was refused. */
  readonly error?: { readonly code: string; readonly message: string };
}

interface Asked {
  readonly operation: string;
  readonly question?: string;
  readonly parameters?: string;
  times: number;
}

export interface Entry {
  readonly first: Access;
  /** Of what is named of the questions. */
  chars: number;
  readonly firstMs: number;
  lastMs: number;
  count: number;
  /** The first ACCESS_NAMED_MAX different ones, by their JSON without `times`. */
  readonly asked: Map<string, Asked>;
  readonly addresses: Set<string>;
  /** More addresses came than are named. */
  moreAddresses: boolean;
}

export function openEntry(first: Access, nowMs: number): Entry {
  return {
    // What was asked is folded; here it would be kept uncut.
    first: { ...first, question: '', parameters: '' },
    chars: 0,
    firstMs: nowMs,
    lastMs: nowMs,
    count: 0,
    asked: new Map(),
    addresses: new Set(),
    moreAddresses: false,
  };
}

/** It names all that it can, and not this. */
export function isFullFor({ asked }: Entry, access: Access): boolean {
  return asked.size >= ACCESS_NAMED_MAX && !asked.has(nameOf(askedBy(access)));
}

function askedBy({ operation, question, parameters = '' }: Access): Omit<Asked, 'times'> {
  return {
    operation,
    ...(question === '' ? {} : { question: kept(question) }),
    ...(parameters === '' ? {} : { parameters: kept(parameters) }),
  };
}

function nameOf(asked: Omit<Asked, 'times'>): string {
  return JSON.stringify(asked);
}

/** A key, a token or a link that somebody sends by mistake: 32 random bytes and more. */
const SECRETS = /(ink|ivt|iln)_[A-Za-z0-9_.-]{20,}/g;

/** What is kept of a text that a reader chose: secrets as their hash, and of what is too long enough to tell what it was. */
function kept(text: string): string {
  const safe = text.replace(SECRETS, (secret, kind: string) => `${kind}_[sha256:${sha256(secret).slice(0, 16)}]`);
  if (safe.length <= ACCESS_QUESTION_CHARS_MAX) return storable(safe, ACCESS_QUESTION_CHARS_MAX);
  return `${storable(safe, ACCESS_QUESTION_CHARS_MAX)} [cut; ${text.length} characters, sha256:${sha256(text)}]`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** @param charsMax how much more may be named of what was asked; beyond it is counted */
export function fold(entry: Entry, access: Access, nowMs: number, charsMax: number): void {
  const { by } = access;
  entry.lastMs = nowMs;
  entry.count++;
  const asked = askedBy(access);
  const name = nameOf(asked);
  const known = entry.asked.get(name);
  if (known !== undefined) known.times++;
  else if (entry.asked.size < ACCESS_NAMED_MAX && name.length <= charsMax) {
    entry.asked.set(name, { ...asked, times: 1 });
    entry.chars += name.length;
  }
  const { ip } = by.context;
  if (ip === undefined || entry.addresses.has(ip)) return;
  if (entry.addresses.size < ACCESS_NAMED_MAX) entry.addresses.add(ip);
  else entry.moreAddresses = true;
}

/**
 * The event that an entry becomes.
 *
 * @param id the same whenever it is written again, so that it is written once
 * @param logId of the tenant's log; undefined when it has none, and the event goes to the operator
 */
export function eventOf(
  { first, firstMs, lastMs, count, asked, addresses, moreAddresses }: Entry,
  id: string,
  logId: string | undefined,
): SelfEvent {
  const { action, by, tenant, error } = first;
  const questions = [...asked.values()].map((one): JsonObject => ({ ...one }));
  const named = [...asked.values()].reduce((sum, { times }) => sum + times, 0);
  const metadata: JsonObject = {
    count,
    from: new Date(firstMs).toISOString(),
    to: new Date(lastMs).toISOString(),
    asked: questions,
    ...(named < count ? { further: count - named } : {}),
    ...(addresses.size > 1 ? { addresses: [...addresses] } : {}),
    ...(moreAddresses ? { moreAddresses: true } : {}),
    ...(logId === undefined ? { tenant } : {}),
  };
  const resource: EventInput['resource'] = logId === undefined ? undefined : { type: 'log', id: logId };
  return {
    id,
    action,
    ...by,
    occurredAt: new Date(lastMs).toISOString(),
    ...(error === undefined
      ? {}
      : {
          outcome: error.code === 'not_found' ? ('failure' as const) : ('denied' as const),
          error: { code: error.code, message: kept(error.message) },
        }),
    ...(resource === undefined ? {} : { resource }),
    metadata,
  };
}
