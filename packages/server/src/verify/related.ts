// The related resources of a log against what its events say: range by range by a digest, and where that differs, event by event.

import { VERIFY_RANGE_EVENTS } from '../limits.ts';
import { type LogToVerify, readEventTexts, readRelatedDigests, readRelatedTexts } from '../store/verify-rows.ts';
import { checkEvent } from './event-check.ts';
import { belongingTo } from './finding.ts';
import type { LogContext } from './log-check.ts';

const RANGES_NAMED_MAX = 5;
const WINDOW_EVENTS = 256;

/** @param expected the digests of the ranges whose events name related resources */
export async function checkRelated(ctx: LogContext, log: LogToVerify, expected: ReadonlyMap<number, string>): Promise<void> {
  const stored = new Map(
    (await readRelatedDigests(ctx.client, [log.tenantId], VERIFY_RANGE_EVENTS)).map(({ range, digest }) => [range, digest]),
  );
  const differing = [...new Set([...expected.keys(), ...stored.keys()])]
    .filter((range) => expected.get(range) !== stored.get(range))
    .sort((a, b) => a - b);
  for (const range of differing.slice(0, RANGES_NAMED_MAX)) await nameDifferences(ctx, log, range * VERIFY_RANGE_EVENTS);
  if (differing.length > RANGES_NAMED_MAX) ctx.found.count('related_changed', differing.length - RANGES_NAMED_MAX);
}

async function nameDifferences({ client, found }: LogContext, log: LogToVerify, from: number): Promise<void> {
  const stored = new Map<number, string[]>();
  for (const { seq, text } of await readRelatedTexts(client, log.tenantId, from, from + VERIFY_RANGE_EVENTS))
    stored.set(seq, [...(stored.get(seq) ?? []), text]);
  const end = Math.min(log.size, from + VERIFY_RANGE_EVENTS);
  for (let at = from; at < end; at += WINDOW_EVENTS) {
    for (const row of await readEventTexts(client, log.tenantId, at, Math.min(end, at + WINDOW_EVENTS))) {
      const seq = Number(row[0]);
      const { related, action, actor } = checkEvent(row);
      const rows = stored.get(seq) ?? [];
      stored.delete(seq);
      if (related.toSorted().join('\n') === rows.toSorted().join('\n')) continue;
      const named = { ...(action !== undefined && { action }), ...(actor !== undefined && { actor }) };
      const message = `the related resources by which event ${seq} can be found are not those that its record names`;
      found.add({ ...belongingTo(log), ...named, code: 'related_changed', seq, expected: said(related), found: said(rows), message });
    }
  }
  for (const [seq, rows] of stored) {
    found.add({
      ...belongingTo(log),
      code: 'related_changed',
      seq,
      expected: 'nothing',
      found: said(rows),
      message: `there are related resources of event ${seq}, which is not there`,
    });
  }
}

/** Only type and id: the rest of the text is the event's place. */
function said(texts: readonly string[]): string {
  return texts.length === 0 ? 'nothing' : texts.map((text) => text.split(' ').slice(4).join(' ')).join(', ');
}
