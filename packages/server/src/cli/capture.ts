// indelible capture setup | doctor: makes a PostgreSQL ready to be captured, and says what is covered and what is not.

import { Command } from 'commander';
import pc from 'picocolors';
import { captureDoctor, captureSetup, type Check } from '../capture/index.ts';
import { readConfig } from '../config.ts';
import { openStore } from '../store/pool.ts';
import { trailUrl } from '../store/trail-url.ts';

interface Options {
  readonly name?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function captureCommand(): Command {
  const command = new Command('capture').description('Capture a PostgreSQL database');
  command
    .command('setup <url>')
    .description('Make a database ready: identities, publication, slot, and the map of its rows to tenants')
    .option('--name <name>', 'the name of the source; the name of the database by default')
    .option('--dry-run', 'print the SQL and change nothing')
    .option('--json', 'print JSON')
    .action(setup);
  command
    .command('doctor <url>')
    .description('Check everything that capture depends on, and name what is not covered')
    .option('--name <name>', 'the name of the source; the name of the database by default')
    .option('--json', 'print JSON')
    .action(doctor);
  return command;
}

function nameOf(url: string, options: Options): string {
  return options.name ?? new URL(url).pathname.slice(1).toLowerCase();
}

async function setup(url: string, options: Options): Promise<void> {
  const name = nameOf(url, options);
  const result =
    options.dryRun === true
      ? await captureSetup({ sourceUrl: url, name, dryRun: true })
      : await withAppender((appender) => captureSetup({ sourceUrl: url, name, appender, resume: true }));
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ name, ...result })}\n`);
    return;
  }
  if (result.resumed !== undefined) {
    process.stderr.write(`${pc.yellow('gap')} ${name} was stopped: ${result.resumed}\n`);
    process.stderr.write('Capture goes on from a new slot; the changes between are missing, and the log of _operator says so.\n');
  }
  for (const statement of result.statements) process.stdout.write(`${statement};\n`);
  for (const { table, what, remedy } of result.uncovered)
    process.stderr.write(`${pc.yellow('not covered')} ${table}: ${what}. ${remedy}\n`);
  if (!result.applied) process.stderr.write('Nothing was changed. Leave --dry-run out to apply this.\n');
  else
    process.stderr.write(
      `${name} is set up. Capture it: INDELIBLE_SOURCE_${name.toUpperCase().replaceAll('-', '_')}=${withoutPassword(url)} indelible serve\n`,
    );
}

function withoutPassword(text: string): string {
  const url = new URL(text);
  if (url.password !== '') url.password = '...';
  return url.href;
}

async function doctor(url: string, options: Options): Promise<void> {
  const name = nameOf(url, options);
  const checks = await withAppender((appender) => captureDoctor({ sourceUrl: url, name, appender })).catch(async (error: unknown) => {
    process.stderr.write(pc.dim(`looking at the source alone: ${error instanceof Error ? error.message : String(error)}\n`));
    return captureDoctor({ sourceUrl: url, name });
  });
  if (options.json) process.stdout.write(`${JSON.stringify(checks)}\n`);
  else for (const check of checks) process.stdout.write(printCheck(check));
  if (checks.some((check) => check.verdict === 'failed')) process.exitCode = 1;
}

function printCheck({ item, verdict, found, remedy }: Check): string {
  const paint = { ok: pc.green, warning: pc.yellow, failed: pc.red }[verdict];
  return `${paint(verdict.padEnd(8))} ${pc.bold(item)}: ${found}\n${remedy === undefined ? '' : `         ${pc.dim(remedy)}\n`}`;
}

async function withAppender<Result>(work: (appender: ReturnType<typeof openStore>['appender']) => Promise<Result>): Promise<Result> {
  const store = openStore({ ownerUrl: await trailUrl(readConfig()), onError: () => {} });
  try {
    return await work(store.appender);
  } finally {
    await store.close();
  }
}
