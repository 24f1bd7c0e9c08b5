// The words of the command line: which benchmarks, how long, and for whom the output is.

import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** Names of benchmarks; empty for all. */
  readonly names: readonly string[];
  readonly json: boolean;
  /** How long each timed part lasts, when it is not to last as long as the figure asks for. */
  readonly seconds: number | undefined;
  /** How many events `verify` and `disk` make, when not their own number. */
  readonly events: number | undefined;
  /** A directory for CPU profiles of the server and of verify. */
  readonly profile: string | undefined;
}

/** @throws TypeError for an unknown option or a number that is none */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    // npm passes on every -- but its first: `npm run bench -- verify -- --json`.
    args: args.filter((word) => word !== '--'),
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      seconds: { type: 'string' },
      events: { type: 'string' },
      profile: { type: 'string' },
    },
  });
  return {
    names: positionals,
    json: values.json,
    seconds: positive('seconds', values.seconds),
    events: positive('events', values.events),
    profile: values.profile,
  };
}

function positive(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!(value > 0)) throw new TypeError(`--${name} takes a number above zero, not "${text}"`);
  return value;
}
