// The pages of a query, one after the other as far as they are wanted, and a word on standard error on what is missing.

import { checkZone, Failure } from '@indelible/core';
import pc from 'picocolors';
import { makeCsv } from '../export/csv.ts';
import { PAGE_EVENTS_MAX } from '../limits.ts';
import type { PresentedEvent } from '../query/present.ts';
import type { Page } from '../query/read-page.ts';
import type { ApiClient, ApiParameters } from './api-client.ts';
import { makeEventTable } from './event-table.ts';
import { jsonLine, type Output } from './output.ts';
import { printable } from './text-width.ts';

export interface PagesOptions {
  readonly limit: number;
  readonly order: 'asc' | 'desc';
  readonly zone?: string;
  readonly cursor?: string;
  readonly all?: boolean;
  readonly verbose?: boolean;
  readonly json?: boolean;
  readonly csv?: boolean;
}

/** What an answer looks like: lines before the first event, and those of each. */
interface Format {
  readonly header: readonly string[];
  /** Whether the header stands even above nothing. */
  readonly always: boolean;
  readonly lines: (event: PresentedEvent) => readonly string[];
}

/** Where notes go; they never stand between the events. */
export interface Notes {
  readonly write: (text: string) => unknown;
  /** Whether a count that is written over and over can be seen: a terminal that does not show the events too. */
  readonly live: boolean;
}

/** The parameters of the query, without those of one page. */
export function parametersOf(q: string, { order, zone, cursor }: PagesOptions): ApiParameters & { readonly q: string } {
  return { q, order, zone, cursor };
}

/**
 * Prints up to `limit` events, or all of them.
 *
 * @throws Failure of the server, or `internal` when its cursor leads nowhere
 */
export async function printPages(client: ApiClient, output: Output, notes: Notes, q: string, options: PagesOptions): Promise<void> {
  const most = options.all === true ? Number.POSITIVE_INFINITY : options.limit;
  const format = formatOf(options, output);
  if (format.always) for (const line of format.header) await output.line(line);
  let count = 0;
  let page: Page;
  let { cursor } = options;
  for (;;) {
    page = await client.get<Page>('/v1/events', { ...parametersOf(q, options), limit: Math.min(PAGE_EVENTS_MAX, most - count), cursor });
    if (!format.always && count === 0 && page.events.length > 0) for (const line of format.header) await output.line(line);
    for (const event of page.events) for (const line of format.lines(event)) await output.line(line);
    count += page.events.length;
    if (page.next !== undefined && page.next === cursor) throw new Failure('internal', 'the server answers with the same cursor again');
    cursor = page.next;
    if (cursor === undefined || count >= most || (page.partial === true && options.all !== true)) break;
    if (notes.live)
      notes.write(`\r${pc.dim(`${count} events${page.partial === true ? `, searched back to ${page.searchedBackTo}` : ''} ... `)}`);
  }
  if (notes.live && options.all === true) notes.write(`\r\u001b[K${pc.dim(`${count} events\n`)}`);
  for (const line of remarks(page, count)) notes.write(`${line}\n`);
}

/** What a reader has to know of an answer that is not the whole, and how to go on. */
function remarks({ next, partial, searchedBackTo }: Page, count: number): string[] {
  if (next === undefined) return count === 0 ? [pc.dim('No event matches.')] : [];
  const said =
    partial === true
      ? pc.yellow(`The time was up: this is complete only as far as ${printable(searchedBackTo ?? 'the last event')}. There may be more.`)
      : pc.dim('There are more.');
  return [said, pc.dim(`The same command with --all prints every one; the next page alone: --cursor ${printable(next)}`)];
}

function formatOf({ json, csv, verbose, zone }: PagesOptions, output: Output): Format {
  if (json === true) return { header: [], always: false, lines: (event) => [jsonLine(event)] };
  if (csv === true) {
    // A file gets every character as it is; a terminal would obey some.
    const shown = (line: string): string => (output.columns === undefined ? line : printable(line));
    const { header, record } = makeCsv();
    // The output adds the line feed.
    const line = (text: string): string => shown(text.slice(0, -1));
    return { header: [line(header)], always: true, lines: (event) => [line(record(event))] };
  }
  const table = makeEventTable(output.columns, verbose === true, checkZone(zone ?? 'UTC'));
  return { header: [table.header()], always: false, lines: table.lines };
}
