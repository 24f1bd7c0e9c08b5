// One line of the trail of the trail while it is folded: what one actor read, or was refused, in a short time.

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
  /** Of what was refused. */
  readonly error?: { readonly code: string; readonly message: string };
}

export interface Entry {
  readonly first: Access;
  readonly firstMs: number;
  lastMs: number;
  count: number;
  /** How often each was asked: the first ACCESS_NAMED_MAX of them. */
  readonly asked: Map<string, number>;
  readonly addresses: Set<string>;
  /** More addresses came than are named. */
  moreAddresses: boolean;
}

export function openEntry(first: Access, nowMs: number): Entry {
  return { first, firstMs: nowMs, lastMs: nowMs, count: 0, asked: new Map(), addresses: new Set(), moreAddresses: false };
}

export function fold(entry: Entry, { operation, question, by }: Access, nowMs: number): void {
  entry.lastMs = nowMs;
  entry.count++;
  const asked = `${operation} ${storable(question, ACCESS_QUESTION_CHARS_MAX)}`;
  const times = entry.asked.get(asked);
  if (times !== undefined || entry.asked.size < ACCESS_NAMED_MAX) entry.asked.set(asked, (times ?? 0) + 1);
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
  const questions = [...asked].map(([name, times]): JsonObject => {
    const at = name.indexOf(' ');
    return { operation: name.slice(0, at), ...(at === name.length - 1 ? {} : { question: name.slice(at + 1) }), times };
  });
  const named = [...asked.values()].reduce((sum, times) => sum + times, 0);
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
      : { outcome: 'denied' as const, error: { code: error.code, message: storable(error.message, ACCESS_QUESTION_CHARS_MAX) } }),
    ...(resource === undefined ? {} : { resource }),
    metadata,
  };
}
