// indelible search rebuild: the index of text search made anew from the log, straight in the trail's database.

import { Failure } from '@indelible/core';
import { Command } from 'commander';
import { readConfig } from '../config.ts';
import { rebuildIndex } from '../search/index.ts';
import { roleUrl } from '../store/roles.ts';
import { trailUrl } from '../store/trail-url.ts';
import { jsonLine, standardOutput } from './output.ts';
import { progressBar } from './progress-bar.ts';
import { withPool } from './with-pool.ts';

interface Options {
  readonly tenant?: string;
  readonly json?: boolean;
}

export function searchCommand(): Command {
  const command = new Command('search').description('The index of text search');
  command
    .command('rebuild')
    .description('Make the index anew from the log. Safe while the server runs; searches are slower until it is done')
    .option('--tenant <tenant>', 'of this tenant alone')
    .option('--json', 'print JSON')
    .action((options: Options) => rebuild(options));
  return command;
}

async function rebuild({ tenant, json }: Options): Promise<void> {
  const url = roleUrl(await trailUrl(readConfig()), 'projector');
  const bar = progressBar();
  const onProgress = (done: number, total: number): void => bar.update({ done, total, label: 'blocks of 256 events' });
  try {
    const rebuilt = await withPool(url, (projector) =>
      rebuildIndex(projector, { onProgress, ...(tenant === undefined ? {} : { tenant }) }),
    );
    if (rebuilt.logs === 0 && tenant !== undefined) throw new Failure('parameter_invalid', `--tenant: the tenant ${tenant} has no log`);
    bar.end();
    const { logs, blocks } = rebuilt;
    await standardOutput().line(
      json === true ? jsonLine(rebuilt) : `indexed ${blocks.toLocaleString('en')} blocks of ${logs} ${logs === 1 ? 'log' : 'logs'}`,
    );
  } finally {
    bar.end();
  }
}
