// An event as text to take away: JSON, a command, a query, a line for a report.

import { describe, type Describable } from '@indelible/core/event';
import type { Event } from '../../api/queries.ts';

/** Where the event was looked at. */
export interface Place {
  /** Of the server: "https://audit.example". */
  readonly origin: string;
  readonly tenant: string;
}

export type CopyName = 'link' | 'json' | 'curl' | 'query' | 'citation';

export const COPY_NAMES: readonly CopyName[] = ['link', 'json', 'curl', 'query', 'citation'];

/** @example copyOf('query', event, { origin: 'https://audit.example', tenant: 'acme' }) // 'id:0197...' */
export function copyOf(name: CopyName, event: Event, { origin, tenant }: Place): string {
  switch (name) {
    case 'link':
      return linkTo(event.id, { origin, tenant });
    case 'json':
      return JSON.stringify(event, null, 2);
    case 'curl':
      return [
        'curl -H "Authorization: Bearer $INDELIBLE_KEY"',
        `-H ${quoted(`Indelible-Tenant: ${encodeURIComponent(tenant)}`)}`,
        quoted(`${origin}/v1/events/${event.id}`),
      ].join(' ');
    case 'query':
      return `id:${event.id}`;
    case 'citation':
      return [
        `"${describe(event as Describable).text}", ${event.occurredAt}`,
        `event ${event.id}, tenant ${tenant}`,
        `entry ${String(event.seq)} of the log ${event.log}, recorded ${event.recordedAt}`,
        linkTo(event.id, { origin, tenant }),
      ].join('; ');
  }
}

/** The permanent address of an event: an id is never given twice. */
function linkTo(id: string, { origin, tenant }: Place): string {
  return `${origin}/events/${id}?${new URLSearchParams({ tenant }).toString()}`;
}

/** For a POSIX shell: a quote ends the text, stands escaped, and begins it again. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
