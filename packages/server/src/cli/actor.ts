// indelible actor: one actor on one screen: since when and from where seen, and what they touched.

import { checkZone } from '@indelible/core';
import { Command } from 'commander';
import type { ActorAnswer } from '../query/actor.ts';
import { actorLines } from './actor-text.ts';
import { clientOf, type ClientOptions, withClientOptions } from './client-options.ts';
import { jsonLine, standardOutput } from './output.ts';

interface ActorOptions extends ClientOptions {
  readonly from?: string;
  readonly to?: string;
  readonly zone?: string;
  readonly json?: boolean;
}

export function actorCommand(): Command {
  const command = new Command('actor')
    .description('Who an actor is: first and last seen, addresses, sessions, what they did and to what')
    .argument('<id>', 'the id of the actor, exactly')
    .option('--from <time>', 'since then: RFC 3339, or a time of queries such as -7d (default: 90 days ago)')
    .option('--to <time>', 'before then (default: now)')
    .option('--zone <zone>', 'the time zone of what is read and shown, such as Europe/Berlin (default: UTC)')
    .option('--json', 'print JSON on one line');
  return withClientOptions(command).action(async (id: string, options: ActorOptions) => {
    const output = standardOutput();
    const zone = checkZone(options.zone ?? 'UTC');
    const { from, to } = options;
    const answer = await clientOf(options).get<ActorAnswer>(`/v1/actors/${encodeURIComponent(id)}`, { from, to, zone: options.zone });
    for (const line of options.json === true ? [jsonLine(answer)] : actorLines(answer, { columns: output.columns, zone }))
      await output.line(line);
  });
}
