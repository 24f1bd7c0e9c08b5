// indelible log succeed: lets new logs follow the present ones, after a restore or without the signer's memory.

import { Command } from 'commander';
import { readConfig } from '../config.ts';
import { succeed } from '../ledger/succeed.ts';
import { trailUrl } from '../store/trail-url.ts';
import { jsonLine } from './output.ts';
import { withPool } from './with-pool.ts';

export function logCommand(): Command {
  const command = new Command('log').description('The logs as a whole');
  command
    .command('succeed')
    .description(
      'Freeze every log and open one that says which log it follows: after a legitimate restore, or when the signer lost its memory',
    )
    .requiredOption('--reason <text>', 'why; it is recorded in the first leaf of every new log')
    .option('--json', 'print JSON')
    .action(async (options: { reason: string; json?: boolean }) => {
      const config = readConfig();
      const done = await withPool(await trailUrl(config), (owner) =>
        succeed({ owner, signerDirectory: config.signerDirectory, reason: options.reason }),
      );
      if (options.json) {
        process.stdout.write(`${jsonLine(done)}\n`);
        return;
      }
      for (const { tenant, from, to, size } of done.logs)
        process.stdout.write(`${tenant}: ${from} is frozen at ${size} leaves; ${to} follows it\n`);
      process.stdout.write(`${done.system.from} is followed by ${done.system.logId}\n`);
      if (done.memoryAside !== undefined) process.stdout.write(`The signer's former memory is kept as ${done.memoryAside}\n`);
      if (done.newKey) process.stdout.write('The signer has another key than before: tell those who verify.\n');
      process.stdout.write('Who kept checkpoints of the former logs begins again with a new state file; say to them why.\n');
    });
  return command;
}
