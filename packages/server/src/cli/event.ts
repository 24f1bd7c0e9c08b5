// indelible event: one event in full, or what happened around it.

import { checkZone } from '@indelible/core';
import { Command, Option } from 'commander';
import pc from 'picocolors';
import type { EventContext, Neighbours } from '../query/context.ts';
import type { PresentedEvent } from '../query/present.ts';
import { clientOf, type ClientOptions, withClientOptions } from './client-options.ts';
import { detailLines } from './event-detail.ts';
import { makeEventTable } from './event-table.ts';
import { jsonLine, type Output, standardOutput } from './output.ts';
import { printable } from './text-width.ts';

interface EventOptions extends ClientOptions {
  readonly context?: boolean;
  readonly zone?: string;
  readonly json?: boolean;
}

export function eventCommand(): Command {
  const command = new Command('event')
    .description('Show one event in full, or what happened around it')
    .argument('<id>', 'the id of the event')
    .option('--context', 'the events before and after it by the same actor, about the same resource, of the same request')
    .addOption(new Option('--zone <zone>', 'of --context: the time zone of what is shown, such as Europe/Berlin (default: UTC)'))
    .option('--json', 'print JSON on one line');
  return withClientOptions(command).action(show);
}

async function show(id: string, options: EventOptions): Promise<void> {
  const client = clientOf(options);
  const output = standardOutput();
  const path = `/v1/events/${encodeURIComponent(id)}`;
  const zone = checkZone(options.zone ?? 'UTC');
  const lines = async (): Promise<string[]> => {
    if (options.context !== true) {
      const event = await client.get<PresentedEvent>(path);
      return options.json === true ? [jsonLine(event)] : detailLines(event);
    }
    const context = await client.get<EventContext>(`${path}/context`);
    return options.json === true ? [jsonLine(context)] : contextLines(context, output, zone);
  };
  for (const line of await lines()) await output.line(line);
}

const MARK_COLUMNS = 2;

/** Each kind of neighbours as a table of its own, in which the event is marked. */
function contextLines({ event, actor, resource, request }: EventContext, { columns }: Output, zone: string): string[] {
  const table = makeEventTable(columns === undefined ? undefined : columns - MARK_COLUMNS, false, zone);
  const marked = (one: PresentedEvent, mark: string): string[] => table.lines(one).map((line) => mark.padEnd(MARK_COLUMNS) + line);
  const section = (title: string, around: Neighbours | undefined): string[] => {
    if (around === undefined) return [];
    const { q, after, before, more, partial } = around;
    const few = partial === true ? [pc.yellow('  The time was up: there may be more.')] : [];
    const further =
      more.after || more.before ? [pc.dim(`  There are more: indelible query '${printable(q).replaceAll("'", `'\\''`)}'`)] : [];
    const rows = [...after.flatMap((one) => marked(one, '')), ...marked(event, '>'), ...before.flatMap((one) => marked(one, ''))];
    return [pc.bold(title), ' '.repeat(MARK_COLUMNS) + table.header(), ...rows, ...few, ...further, ''];
  };
  const sections = [
    ...section('By the same actor', actor),
    ...section('About the same resource', resource),
    ...section('Of the same request', request),
  ];
  return sections.length === 0 ? ['The event names no actor, no resource and no request.'] : sections.slice(0, -1);
}
