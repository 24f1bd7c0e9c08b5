// indelible resource: all about one resource, as a table of events or of versions.

import { checkZone, Failure } from '@indelible/core';
import { Command, InvalidArgumentError, Option } from 'commander';
import pc from 'picocolors';
import { PAGE_EVENTS_DEFAULT, PAGE_EVENTS_MAX } from '../limits.ts';
import type { ResourceAnswer } from '../query/history-resource.ts';
import { clientOf, type ClientOptions, withClientOptions } from './client-options.ts';
import { makeEventTable } from './event-table.ts';
import { jsonLine, type Output, standardOutput } from './output.ts';
import { headLines, versionLines } from './resource-text.ts';

interface ResourceOptions extends ClientOptions {
  readonly limit: number;
  readonly order: 'asc' | 'desc';
  readonly all?: boolean;
  readonly related?: boolean;
  readonly versions?: boolean;
  readonly verbose?: boolean;
  readonly zone?: string;
  readonly json?: boolean;
}

export function resourceCommand(): Command {
  const command = new Command('resource')
    .description('What happened to one resource, and how it is now')
    .argument('<type>', 'the type of the resource, for example bot')
    .argument('<id>', 'its id, exactly')
    .addOption(
      new Option('--versions', 'only what changed it, each change with its number and its fields').conflicts(['related', 'verbose']),
    )
    .option('--related', 'also the events that name it as related')
    .option('--limit <number>', 'how many events at most', positive, PAGE_EVENTS_DEFAULT)
    .option('--all', 'every one')
    .addOption(new Option('--order <order>', 'by the time of occurrence: desc is newest first').choices(['desc', 'asc']).default('desc'))
    .option('--zone <zone>', 'the time zone of what is shown, such as Europe/Berlin (default: UTC)')
    .option('--verbose', 'also what changed, before and after')
    .option('--json', 'print JSON: a line for each event, or version');
  return withClientOptions(command).action(show);
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number from 1');
  return value;
}

async function show(type: string, id: string, options: ResourceOptions): Promise<void> {
  const client = clientOf(options);
  const output = standardOutput();
  const lines = linesOf(options, output);
  const path = `/v1/resources/${encodeURIComponent(type)}/${encodeURIComponent(id)}`;
  const most = options.all === true ? Number.POSITIVE_INFINITY : options.limit;
  let count = 0;
  let cursor: string | undefined;
  let page: ResourceAnswer;
  do {
    const limit = Math.min(PAGE_EVENTS_MAX, most - count);
    page = await client.get<ResourceAnswer>(path, {
      limit,
      cursor,
      order: options.order,
      related: options.related === true ? 'true' : undefined,
    });
    for (const line of lines(page, count === 0)) await output.line(line);
    count += page.events.length;
    if (page.next !== undefined && page.next === cursor) throw new Failure('internal', 'the server answers with the same cursor again');
    cursor = page.next;
  } while (cursor !== undefined && count < most);
  if (cursor !== undefined && options.json !== true) process.stderr.write(pc.dim('There are more. --all shows every one.\n'));
}

function linesOf(options: ResourceOptions, output: Output): (page: ResourceAnswer, isFirst: boolean) => string[] {
  const { json, versions, verbose } = options;
  if (json === true) return (page) => (versions === true ? page.versions : page.events).map(jsonLine);
  const shown = { columns: output.columns, zone: checkZone(options.zone ?? 'UTC') };
  const head = (page: ResourceAnswer, isFirst: boolean): string[] => (isFirst ? [...headLines(page, shown), ''] : []);
  if (versions === true) return (page, isFirst) => [...head(page, isFirst), ...versionLines(page.versions, shown)];
  const table = makeEventTable(output.columns, verbose === true, shown.zone);
  return (page, isFirst) => [...head(page, isFirst), ...(isFirst ? [table.header()] : []), ...page.events.flatMap(table.lines)];
}
