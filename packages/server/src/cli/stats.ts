// indelible stats rebuild: the counters made anew from the log, straight in the trail's database.

import { Failure } from '@indelible/core';
import { Command } from 'commander';
import { readConfig } from '../config.ts';
import { rebuild } from '../stats/rebuild.ts';
import { roleUrl } from '../store/roles.ts';
import { trailUrl } from '../store/trail-url.ts';
import { progressBar } from './progress-bar.ts';
import { withPool } from './with-pool.ts';

export function statsCommand(): Command {
  const command = new Command('stats').description('The counters behind histograms and facets');
  command
    .command('rebuild')
    .description('Make the counters anew from the log. Safe while the server runs; broken off, the next run goes on')
    .option('--tenant <tenant>', 'of this tenant alone')
    .option('--json', 'print JSON')
    .action((options: { tenant?: string; json?: boolean }) => run(options));
  return command;
}

async function run({ tenant, json }: { tenant?: string; json?: boolean }): Promise<void> {
  const url = roleUrl(await trailUrl(readConfig()), 'projector');
  const bar = progressBar();
  const onProgress: typeof bar.update = (progress) => bar.update(progress);
  try {
    const result = await withPool(url, (pool) => rebuild({ pool, onProgress, ...(tenant === undefined ? {} : { tenant }) }));
    bar.end();
    if (result.logs === 0 && tenant !== undefined) throw new Failure('parameter_invalid', `--tenant: the tenant ${tenant} has no log`);
    const { logs, events } = result;
    process.stdout.write(
      json ? `${JSON.stringify(result)}\n` : `counted ${events.toLocaleString('en')} events of ${logs} ${logs === 1 ? 'log' : 'logs'}\n`,
    );
  } finally {
    bar.end();
  }
}
