// indelible capture remove: the undo of setup. Without --yes it prints what it would run.

import { Command } from 'commander';
import pc from 'picocolors';
import { type CaptureRemove, captureRemove } from '../capture/index.ts';
import { readConfig } from '../config.ts';
import { openStore } from '../store/pool.ts';
import { trailUrl } from '../store/trail-url.ts';

interface Options {
  readonly name?: string;
  readonly yes?: boolean;
  readonly sourceOnly?: boolean;
  readonly json?: boolean;
}

export function removeCommand(): Command {
  return new Command('remove')
    .argument('<url>')
    .description('Take event triggers, publication and slot out of a database; what was captured stays in the trail')
    .option('--name <name>', 'the name of the source; the name of the database by default')
    .option('--yes', 'do it; without this the SQL is printed and nothing is changed')
    .option('--source-only', 'do not look for the trail, for when it is gone')
    .option('--json', 'print JSON')
    .action(remove);
}

async function remove(url: string, options: Options): Promise<void> {
  const name = options.name ?? new URL(url).pathname.slice(1).toLowerCase();
  const wanted = { sourceUrl: url, name, yes: options.yes === true };
  const result = options.sourceOnly === true ? await captureRemove(wanted) : await besideTrail(wanted);
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ name, ...result })}\n`);
    return;
  }
  for (const statement of result.statements) process.stdout.write(`${statement};\n`);
  if (!result.applied) {
    process.stderr.write('Nothing was changed. Add --yes to run this.\n');
    return;
  }
  process.stderr.write(`${name} is not captured any more.\n`);
  if (result.identities.length === 0) return;
  process.stderr.write(pc.dim('These tables keep REPLICA IDENTITY FULL. If nothing else needs it:\n'));
  for (const statement of result.identities) process.stderr.write(`${statement};\n`);
}

async function besideTrail(wanted: Omit<CaptureRemove, 'appender'>): Promise<Awaited<ReturnType<typeof captureRemove>>> {
  const store = openStore({ ownerUrl: await trailUrl(readConfig()), onError: () => {} });
  try {
    return await captureRemove({ ...wanted, appender: store.appender });
  } finally {
    await store.close();
  }
}
