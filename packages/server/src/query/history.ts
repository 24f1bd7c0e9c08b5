// The history of one resource: the events about it and, when asked for, those that name it as related.

import { print, type Query } from '@indelible/core';
import type { Reader } from '../store/as-tenant.ts';
import type { PresentedEvent, ReadScope } from './present.ts';
import { planOf } from './page.ts';
import { askedOf } from './part.ts';
import { type Listing, type Page, type PageRequest, readPage } from './read-page.ts';
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
  reader: Reader,
  log: ReadScope,
  subject: HistorySubject,
  request: PageRequest = {},
): Promise<ResourceHistory> {
  const { type, id, related = false } = checkSubject(subject);
  const query = askedOf(log, aboutResource(type, id, related));
  const { within } = log;
  const listing: Listing = {
    kind: 'history',
    question: JSON.stringify([type, id, related, ...(within === undefined ? [] : [print(within)])]),
    plan: (nowMs) => planOf(log, query, { nowMs, zone: 'UTC' }),
  };
  const page = await readPage(reader, log, listing, request, Date.now());
  const name = latestName(page.events, type, id);
  return { resource: { type, id, ...(name === undefined ? {} : { name }) }, ...page };
}

function aboutResource(type: string, id: string, related: boolean): Query {
  const match = { kind: 'resource', type: { kind: 'equals', value: type }, id: { kind: 'equals', value: id } } as const;
  const named = (['resource', 'related'] as const).map((field) => ({ kind: 'field', field, negated: false, match }) as const);
  return { terms: related ? [{ kind: 'any', negated: false, terms: named }] : named.slice(0, 1) };
}

function latestName(events: readonly PresentedEvent[], type: string, id: string): string | undefined {
  let latest: { readonly seq: number; readonly name: string } | undefined;
  for (const { resource, seq } of events) {
    if (resource?.type !== type || resource.id !== id || resource.name === undefined) continue;
    if (latest === undefined || latest.seq < seq) latest = { seq, name: resource.name };
  }
  return latest?.name;
}
