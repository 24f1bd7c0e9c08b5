// indelible capture resume: shows the gap that stopped a source, and goes on after it once somebody accepts what is lost.

import { Command } from 'commander';
import pc from 'picocolors';
import { type CaptureResumeResult, captureResume } from '../capture/index.ts';
import { nameOf, tellWait, withAppender } from './capture-source.ts';
import { MAPPING_OPTION, mappingOption } from './mapping-option.ts';
import { printable } from './text-width.ts';

interface Options {
  readonly name?: string;
  readonly mapping?: string;
  readonly acceptGap?: boolean;
  readonly json?: boolean;
}

const HELP = `
Without --accept-gap nothing is changed, and the exit code is 1 when there is a gap. With it the publication is made whole,
capture goes on at the slot that is there or at a new one, and both are on record in the log of _operator.`;

export function resumeCommand(): Command {
  return new Command('resume')
    .argument('<url>')
    .description('Show the gap that stopped the capture of a database, and go on after it')
    .option('--name <name>', 'the name of the source; the name of the database by default')
    .option(...MAPPING_OPTION)
    .option('--accept-gap', 'I have seen what is lost: go on')
    .option('--json', 'print JSON')
    .addHelpText('after', HELP)
    .action(resume);
}

async function resume(url: string, options: Options): Promise<void> {
  const name = nameOf(url, options);
  const mapped = await mappingOption(name, options.mapping);
  const result = await withAppender((appender) =>
    captureResume({ sourceUrl: url, name, appender, acceptGap: options.acceptGap === true, ...mapped, waiting: tellWait }),
  );
  if (options.json) process.stdout.write(`${JSON.stringify({ name, ...result })}\n`);
  else print(name, result);
  if (result.gap !== undefined && !result.resumed) process.exitCode = 1;
}

function print(name: string, { gap, slot, statements, uncovered, resumed }: CaptureResumeResult): void {
  if (gap === undefined) {
    process.stdout.write(`${name} is not stopped by a gap; there is nothing to resume\n`);
    return;
  }
  const rows = [
    ['reason', `${gap.reason}: ${gap.detail}`],
    ['range', `after ${gap.from} ${gap.to === undefined ? '(no end is known)' : `up to ${gap.to}`}`],
    ['since', gap.since.toISOString()],
    ['lost', gap.lost],
    [
      'slot',
      slot === 'kept'
        ? 'the one that is there is good: what was written since is captured'
        : 'a new one: what was written until it is made is lost too',
    ],
  ] as const;
  process.stdout.write(`${pc.yellow('gap')} ${pc.bold(name)}\n`);
  for (const [label, text] of rows) process.stdout.write(`  ${label.padEnd(8)} ${printable(text)}\n`);
  for (const statement of statements) process.stdout.write(`  ${'run'.padEnd(8)} ${printable(statement)};\n`);
  for (const { table, what, remedy } of uncovered)
    process.stderr.write(`${pc.yellow('not covered')} ${printable(`${table}: ${what}. ${remedy}`)}\n`);
  process.stderr.write(
    resumed
      ? `${name} goes on within seconds, wherever a server captures it; the range stays on record.\n`
      : 'Nothing was changed. Add --accept-gap to go on.\n',
  );
}
