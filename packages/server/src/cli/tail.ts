// indelible tail: prints events as they are recorded, until it is stopped.

import { setTimeout as wait } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import pc from 'picocolors';
import { clientOf, type ClientOptions, streamOf, withClientOptions } from './client-options.ts';
import { makeEventTable } from './event-table.ts';
import { followStream } from './follow-stream.ts';
import { jsonLine, standardOutput } from './output.ts';
import { withPlace } from './query-fault.ts';

const POLL_MS = 500;
const PAST_MAX = 1_000;

interface TailOptions extends ClientOptions {
  readonly lines: number;
  readonly verbose?: boolean;
  readonly json?: boolean;
}

export function tailCommand(): Command {
  const command = new Command('tail')
    .description('Print events as they are recorded, each once, in the order of the log')
    .argument('[query]', 'in the query language; one that begins with a minus goes after --', '')
    .option('--lines <number>', 'how many events of the past to begin with', pastCount, 10)
    .option('--verbose', 'also what changed, before and after')
    .option('--json', 'print JSON, one event a line');
  return withClientOptions(command).action(tail);
}

function pastCount(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > PAST_MAX) throw new InvalidArgumentError(`expected a whole number from 0 to ${PAST_MAX}`);
  return value;
}

async function tail(q: string, options: TailOptions): Promise<void> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const output = standardOutput();
  const table = makeEventTable(output.columns, options.verbose === true);
  let troubled = false;
  const events = followStream(clientOf(options), streamOf(options), {
    q,
    past: options.lines,
    pollMs: POLL_MS,
    signal: stop.signal,
    sleep: (ms) => wait(ms, undefined, { signal: stop.signal }).catch(() => undefined),
    onFault: (failure) => {
      if (!troubled) process.stderr.write(pc.yellow(`${failure.message}; trying again\n`));
      troubled = true;
    },
    onSuccession: (origin) => process.stderr.write(pc.yellow(`another log has taken the place of this one: ${origin}\n`)),
  });
  if (options.json !== true) await output.line(table.header());
  try {
    for await (const event of events) {
      troubled = false;
      for (const line of options.json === true ? [jsonLine(event)] : table.lines(event)) await output.line(line);
    }
  } catch (error) {
    throw withPlace(error, q);
  }
}
