// indelible capture setup | doctor: makes a PostgreSQL ready to be captured, and says what is covered and what is not.

import { Failure } from '@indelible/core';
import { Command } from 'commander';
import pc from 'picocolors';
import { type CaptureSetup, type CaptureSetupResult, captureDoctor, captureSetup, type Check } from '../capture/index.ts';
import { readConfig } from '../config.ts';
import { type BaselineFlags, checkFlags, setupAndObserve } from './capture-baseline.ts';
import { coverageCommand } from './capture-coverage.ts';
import { previewCommand } from './capture-preview.ts';
import { removeCommand } from './capture-remove.ts';
import { resumeCommand } from './capture-resume.ts';
import { nameOf, tellWait, withAppender, withoutSecrets } from './capture-source.ts';
import { MAPPING_OPTION, mappingOption } from './mapping-option.ts';
import { printable } from './text-width.ts';

interface Options extends BaselineFlags {
  readonly name?: string;
  readonly mapping?: string;
  /** False after --no-ddl. */
  readonly ddl?: boolean;
}

export function captureCommand(): Command {
  const command = new Command('capture').description('Capture a PostgreSQL database');
  command
    .command('setup <url>')
    .description('Make a database ready: identities, publication, slot, and the map of its rows to tenants')
    .option('--name <name>', 'the name of the source; the name of the database by default')
    .option(...MAPPING_OPTION)
    .option('--no-ddl', 'without event triggers: DDL is not recorded, and new tables are found within ten seconds')
    .option('--baseline', 'observe the rows that are there: one event each. Can be ended and gone on with')
    .option('--table <table...>', 'with --baseline: these tables only, as schema.table')
    .option('--again', 'with --baseline: also the tables that were observed before')
    .option('--dry-run', 'print the SQL and change nothing')
    .option('--json', 'print JSON')
    .action(setup);
  command
    .command('doctor <url>')
    .description('Check everything that capture depends on, and name what is not covered')
    .option('--name <name>', 'the name of the source; the name of the database by default')
    .option('--json', 'print JSON')
    .action(doctor);
  command.addCommand(resumeCommand());
  command.addCommand(coverageCommand());
  command.addCommand(previewCommand());
  command.addCommand(removeCommand());
  return command;
}

async function setup(url: string, options: Options): Promise<void> {
  checkFlags(options);
  const name = nameOf(url, options);
  const mapped = { ...(await mappingOption(name, options.mapping)), ddl: options.ddl !== false, waiting: tellWait };
  const tell = (result: CaptureSetupResult): void => printSetup(name, url, result);
  if (options.baseline === true)
    return withAppender((appender) => setupAndObserve({ sourceUrl: url, name, appender, ...mapped }, options, tell));
  const result =
    options.dryRun === true
      ? await dryRun({ sourceUrl: url, name, dryRun: true, ...mapped })
      : await withAppender((appender) => captureSetup({ sourceUrl: url, name, appender, ...mapped }));
  if (options.json) process.stdout.write(`${JSON.stringify({ name, ...result })}\n`);
  else tell(result);
}

function printSetup(name: string, url: string, result: CaptureSetupResult): void {
  for (const statement of result.statements) process.stdout.write(`${statement};\n`);
  for (const { table, what, remedy } of result.uncovered)
    process.stderr.write(`${pc.yellow('not covered')} ${table}: ${what}. ${remedy}\n`);
  if (!result.applied) process.stderr.write('Nothing was changed. Leave --dry-run out to apply this.\n');
  else
    process.stderr.write(
      `${name} is set up. Capture it: INDELIBLE_SOURCE_${name.toUpperCase().replaceAll('-', '_')}=${withoutSecrets(url)} indelible serve\n`,
    );
}

/** Of a source that the trail knows it tells what is missing now, and refuses one that is stopped; without a trail it counts as new. */
async function dryRun(options: CaptureSetup): Promise<CaptureSetupResult> {
  return withAppender((appender) => captureSetup({ ...options, appender })).catch((error: unknown) => {
    if (error instanceof Failure && error.code === 'capture_invalid') throw error;
    process.stderr.write(pc.dim(`looking at the source alone: ${error instanceof Error ? error.message : String(error)}\n`));
    return captureSetup(options);
  });
}

async function doctor(url: string, options: Options): Promise<void> {
  const name = nameOf(url, options);
  const mapped = await mappingOption(name);
  const { contextKey } = readConfig();
  const checks = await withAppender((appender) => captureDoctor({ sourceUrl: url, name, appender, contextKey, ...mapped })).catch(
    async (error: unknown) => {
      process.stderr.write(pc.dim(`looking at the source alone: ${error instanceof Error ? error.message : String(error)}\n`));
      return captureDoctor({ sourceUrl: url, name, contextKey, ...mapped });
    },
  );
  if (options.json) process.stdout.write(`${JSON.stringify(checks)}\n`);
  else for (const check of checks) process.stdout.write(printCheck(check));
  if (checks.some((check) => check.verdict === 'failed')) process.exitCode = 1;
}

/** The statements stand alone on their lines, so that they can be copied. */
function printCheck({ item, verdict, found, remedy, statements }: Check): string {
  const paint = { ok: pc.green, warning: pc.yellow, failed: pc.red }[verdict];
  const lines = [
    `${paint(verdict.padEnd(8))} ${pc.bold(item)}: ${printable(found)}`,
    ...(remedy === undefined ? [] : [`         ${pc.dim(printable(remedy))}`]),
    ...statements.map((statement) => `             ${pc.cyan(printable(statement))}`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}
