// indelible query: what the trail holds, on the terminal or as JSON, one event a line.

import { Command, InvalidArgumentError, Option } from 'commander';
import { PAGE_EVENTS_DEFAULT } from '../limits.ts';
import { clientOf, type ClientOptions, withClientOptions } from './client-options.ts';
import { standardOutput } from './output.ts';
import { printExplanation } from './query-explain.ts';
import { withPlace } from './query-fault.ts';
import { queryHelp } from './query-help.ts';
import { type PagesOptions, parametersOf, printPages } from './query-pages.ts';

interface QueryOptions extends ClientOptions, PagesOptions {
  readonly explain?: boolean;
}

export function queryCommand(): Command {
  const command = new Command('query')
    .description("Ask the trail, for example: indelible query 'actor:maria action:bot.* at:-24h'")
    .argument('[query]', 'in the query language; one that begins with a minus goes after --', '')
    .option('--limit <number>', 'how many events at most', positive, PAGE_EVENTS_DEFAULT)
    .option('--all', 'every event that matches')
    .option('--cursor <cursor>', 'go on where a page ended, with the same query, order and zone')
    .addOption(new Option('--order <order>', 'by the time of occurrence: desc is newest first').choices(['desc', 'asc']).default('desc'))
    .option('--zone <zone>', 'the time zone of the query and of the table, such as Europe/Berlin (default: UTC)')
    .option('--verbose', 'also what changed, before and after')
    .option('--json', 'print JSON, one event a line')
    .addOption(new Option('--csv', 'print CSV with a header, safe for spreadsheets').conflicts(['json', 'verbose', 'explain']))
    .option('--explain', 'in place of the events: what the query asks, and how the server finds it')
    .addHelpText('after', queryHelp());
  return withClientOptions(command).action(ask);
}

async function ask(q: string, options: QueryOptions): Promise<void> {
  const client = clientOf(options);
  const output = standardOutput();
  const { stderr, stdout } = process;
  const notes = { write: (text: string) => stderr.write(text), live: stderr.isTTY && !stdout.isTTY };
  try {
    if (options.explain === true)
      await printExplanation(client, output, { ...parametersOf(q, options), limit: options.limit }, options.json === true);
    else await printPages(client, output, notes, q, options);
  } catch (error) {
    throw withPlace(error, q);
  }
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number from 1');
  return value;
}
