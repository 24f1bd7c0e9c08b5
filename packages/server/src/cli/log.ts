// indelible log succeed: lets new logs follow the present ones, after a restore or without the signer's memory.
// indelible log rotate-key: lets another key of the signer follow the present one.

import { Command } from 'commander';
import { readConfig } from '../config.ts';
import { askRotation, type Rotation } from '../ledger/ask-rotation.ts';
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
  command
    .command('rotate-key')
    .description(
      'Let another key of the signer follow the present one, which vouches for it; what was signed stays valid. A server that runs does it within seconds, or else this command',
    )
    .option('--reason <text>', "why; it is recorded in the operator's log", 'planned')
    .option('--json', 'print JSON')
    .action(async (options: { reason: string; json?: boolean }) => {
      const config = readConfig();
      const done = await withPool(await trailUrl(config), (owner) =>
        askRotation({ owner, signerDirectory: config.signerDirectory, reason: options.reason }),
      );
      // Asked for is not done, also for a script.
      if (done.to === undefined) process.exitCode = 2;
      process.stdout.write(options.json ? `${jsonLine(done)}\n` : rotationText(done, config.signerDirectory));
    });
  return command;
}

function rotationText({ from, to, resumed }: Rotation, directory: string): string {
  if (to === undefined)
    return `The server that seals has not changed the key yet; it does as soon as it seals again (see /readyz). The request lies in ${directory}.\n`;
  return [
    ...(resumed ? ['This had been asked for before, and is finished now; no second key was made.'] : []),
    `The logs are signed by ${to}`,
    `               after ${from}, whose private part is no more.`,
    'Back up the directory of the signer. Who verifies with the former key learns the new one by itself.',
    '',
  ].join('\n');
}
