// indelible state: a resource as it is or was, what differs between two instants, and how to undo a change.

import { checkZone } from '@indelible/core';
import { Command, Option } from 'commander';
import type { CompareAnswer } from '../query/compare.ts';
import type { ReverseAnswer } from '../query/reverse.ts';
import type { StateAnswer } from '../query/state.ts';
import { clientOf, type ClientOptions, withClientOptions } from './client-options.ts';
import { jsonLine, standardOutput } from './output.ts';
import { compareLines, reverseLines, type Shown, stateLines } from './state-text.ts';

interface StateOptions extends ClientOptions {
  readonly at?: string;
  readonly compare?: string;
  readonly reverse?: string;
  readonly zone?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Times are RFC 3339, or those of queries: -24h, yesterday, 2026-11-01, 2026-11-01T10:00; of a day, its first moment.

Examples:
  indelible state bot bot_42
      how it is now, who set each field, and when
  indelible state bot bot_42 --at 2026-11-01T10:00 --zone Europe/Berlin
      how it was then
  indelible state bot bot_42 --at -7d --compare -1d
      what changed between a week ago and yesterday, before -> after
  indelible state bot bot_42 --reverse 0199f3a2-6c1e-7b3a-9d52-1f6a8c0e4b77
      the JSON Patch that undoes what this event changed`;

export function stateCommand(): Command {
  const command = new Command('state')
    .description('A resource as it is or was: every field, who set it and when')
    .argument('<type>', 'the type of the resource, for example bot')
    .argument('<id>', 'its id, exactly')
    .option('--at <time>', 'as it was then (default: now)')
    .option('--compare <time>', 'what differs between --at and this time')
    .addOption(new Option('--reverse <event>', 'how to undo the change that an event tells of, by its id').conflicts(['at', 'compare']))
    .option('--zone <zone>', 'the time zone of what is read and shown, such as Europe/Berlin (default: UTC)')
    .option('--json', 'print JSON on one line')
    .addHelpText('after', EXAMPLES);
  return withClientOptions(command).action(show);
}

async function show(type: string, id: string, options: StateOptions): Promise<void> {
  const output = standardOutput();
  const shown = { columns: output.columns, zone: checkZone(options.zone ?? 'UTC') };
  const { answer, lines } = await ask(type, id, options, shown);
  for (const line of options.json === true ? [jsonLine(answer)] : lines()) await output.line(line);
}

interface Asked {
  readonly answer: unknown;
  readonly lines: () => string[];
}

async function ask(type: string, id: string, options: StateOptions, shown: Shown): Promise<Asked> {
  const client = clientOf(options);
  const path = `/v1/resources/${encodeURIComponent(type)}/${encodeURIComponent(id)}`;
  const { at, compare, reverse, zone } = options;
  if (reverse !== undefined) {
    const answer = await client.get<ReverseAnswer>(`${path}/reverse`, { event: reverse });
    return { answer, lines: () => reverseLines(answer, shown) };
  }
  if (compare !== undefined) {
    // Without --at, what lies between then and now.
    const [from, to] = at === undefined ? [compare, undefined] : [at, compare];
    const answer = await client.get<CompareAnswer>(`${path}/compare`, { from, to, zone });
    return { answer, lines: () => compareLines(answer, shown) };
  }
  const answer = await client.get<StateAnswer>(`${path}/state`, { at, zone });
  return { answer, lines: () => stateLines(answer, shown) };
}
