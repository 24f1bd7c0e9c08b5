// indelible query and indelible event: what the trail holds, on the terminal or as JSON, one event a line.

import { Failure } from '@indelible/core';
import { Command, InvalidArgumentError, Option } from 'commander';
import pc from 'picocolors';
import { PAGE_EVENTS_DEFAULT, PAGE_EVENTS_MAX } from '../limits.ts';
import type { PresentedEvent } from '../query/present.ts';
import type { Page } from '../query/read-page.ts';
import type { ApiClient } from './api-client.ts';
import { clientOf, type ClientOptions, withClientOptions } from './client-options.ts';
import { detailLines } from './event-detail.ts';
import { makeEventTable } from './event-table.ts';
import { jsonLine, type Output, standardOutput } from './output.ts';
import { withPlace } from './query-fault.ts';

interface QueryOptions extends ClientOptions {
  readonly limit: number;
  readonly all?: boolean;
  readonly order: 'asc' | 'desc';
  readonly verbose?: boolean;
  readonly json?: boolean;
}

export function queryCommand(): Command {
  const command = new Command('query')
    .description("Ask the trail, for example: indelible query 'actor:maria action:bot.* at:-24h'")
    .argument('[query]', 'in the query language; one that begins with a minus goes after --', '')
    .option('--limit <number>', 'how many events at most', positive, PAGE_EVENTS_DEFAULT)
    .option('--all', 'every event that matches')
    .addOption(new Option('--order <order>', 'by the time of occurrence: desc is newest first').choices(['desc', 'asc']).default('desc'))
    .option('--verbose', 'also what changed, before and after')
    .option('--json', 'print JSON, one event a line');
  return withClientOptions(command).action(async (q: string, options: QueryOptions) => {
    await printEvents(clientOf(options), standardOutput(), q, options);
  });
}

export function eventCommand(): Command {
  const command = new Command('event')
    .description('Show one event in full')
    .argument('<id>', 'the id of the event')
    .option('--json', 'print JSON on one line');
  return withClientOptions(command).action(async (id: string, options: ClientOptions & { readonly json?: boolean }) => {
    const event = await clientOf(options).get<PresentedEvent>(`/v1/events/${encodeURIComponent(id)}`);
    const output = standardOutput();
    for (const line of options.json === true ? [jsonLine(event)] : detailLines(event)) await output.line(line);
  });
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number from 1');
  return value;
}

async function printEvents(client: ApiClient, output: Output, q: string, options: QueryOptions): Promise<void> {
  const most = options.all === true ? Number.POSITIVE_INFINITY : options.limit;
  const table = makeEventTable(output.columns, options.verbose === true);
  let count = 0;
  let cursor: string | undefined;
  do {
    const limit = Math.min(PAGE_EVENTS_MAX, most - count);
    const page = await client.get<Page>('/v1/events', { q, limit, cursor, order: options.order }).catch((error: unknown) => {
      throw withPlace(error, q);
    });
    if (options.json !== true && count === 0 && page.events.length > 0) await output.line(table.header());
    for (const event of page.events) {
      for (const line of options.json === true ? [jsonLine(event)] : table.lines(event)) await output.line(line);
    }
    count += page.events.length;
    if (page.next !== undefined && page.next === cursor) throw new Failure('internal', 'the server answers with the same cursor again');
    cursor = page.next;
  } while (cursor !== undefined && count < most);
  if (options.json === true) return;
  if (count === 0) process.stderr.write(pc.dim('No event matches.\n'));
  else if (cursor !== undefined)
    process.stderr.write(pc.dim(`There are more. --limit ${count * 10} shows more of them, --all every one.\n`));
}
