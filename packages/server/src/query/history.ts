// The history of one resource: the events about it and, when asked for, those that name it as related.

import type pg from 'pg';
import { readRelatedSlice, readSlice } from '../store/read-events.ts';
import type { PresentedEvent, ReadScope } from './present.ts';
import { type ListingPlan, type Page, type PageRequest, readPage } from './read-page.ts';
import { checkSubject } from './state-subject.ts';

export interface HistorySubject {
  readonly type: string;
  /** 1 to 256 characters. */
  readonly id: string;
  /** Also the events that name the resource as related; false by default. */
  readonly related?: boolean | undefined;
}

export interface ResourceHistory extends Page {
  readonly resource: {
    readonly type: string;
    readonly id: string;
    /** The latest name on this page. */
    readonly name?: string;
  };
}

/**
 * The events of a resource, newest first by default; a resource that no event names has an empty history.
 *
 * @throws Failure `parameter_invalid`, `cursor_invalid`, `query_timeout`, `store_unavailable`
 * @example await resourceHistory(store.reader, log, { type: 'bot', id: 'bot_42', related: true }, { limit: 20 });
 */
export async function resourceHistory(
  reader: pg.Pool,
  log: ReadScope,
  subject: HistorySubject,
  request: PageRequest = {},
): Promise<ResourceHistory> {
  const { type, id, related = false } = checkSubject(subject);
  const plan: ListingPlan = {
    seq: {},
    occurredFromMs: Number.NEGATIVE_INFINITY,
    read: async (tx, slice) => {
      const own = await readSlice(tx, log.tenantId, slice, ({ bind }) => `e.resource_type = ${bind(type)} and e.resource_id = ${bind(id)}`);
      return related ? [...own, ...(await readRelatedSlice(tx, log.tenantId, slice, { type, id }))] : own;
    },
  };
  const listing = { kind: 'history', question: JSON.stringify([type, id, related]), plan: () => plan };
  const page = await readPage(reader, log, listing, request, Date.now());
  const name = latestName(page.events, type, id);
  return { resource: { type, id, ...(name === undefined ? {} : { name }) }, ...page };
}

function latestName(events: readonly PresentedEvent[], type: string, id: string): string | undefined {
  let latest: { readonly seq: number; readonly name: string } | undefined;
  for (const { resource, seq } of events) {
    if (resource?.type !== type || resource.id !== id || resource.name === undefined) continue;
    if (latest === undefined || latest.seq < seq) latest = { seq, name: resource.name };
  }
  return latest?.name;
}
