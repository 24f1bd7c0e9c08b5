// indelible capture coverage: what is captured of every source and what is not, as the running server knows it.

import { Command } from 'commander';
import pc from 'picocolors';
import type { CoverageReport } from '../capture/index.ts';
import { clientOf, type ClientOptions, withClientOptions } from './client-options.ts';
import { coverageLines, isCovered } from './coverage-table.ts';
import { jsonLine, standardOutput } from './output.ts';

const HELP = `
Exit code: 0 when every source is captured and every table of it is, or is skipped by configuration; 1 when a source is
stopped, has an open gap, or has a table that is not covered or not known; 3 for a fault of usage. A source that retries,
and a table without earlier values, are shown and change nothing: no change is lost by them.

The key must be good for all tenants: a source holds rows of many.`;

export function coverageCommand(): Command {
  const command = new Command('coverage')
    .description('Show what is captured, table by table, and what is not')
    .option('--json', 'print JSON on one line')
    .addHelpText('after', HELP);
  return withClientOptions(command).action(async (options: ClientOptions & { readonly json?: boolean }) => {
    const report = await clientOf(options).get<CoverageReport>('/v1/coverage');
    const output = standardOutput();
    for (const line of options.json === true ? [jsonLine(report)] : coverageLines(report, output.columns)) await output.line(line);
    if (report.sources.length === 0 && options.json !== true)
      process.stderr.write(
        pc.dim('Set one up: indelible capture setup postgres://user:password@host/database, then serve with INDELIBLE_SOURCE_<NAME>.\n'),
      );
    if (!isCovered(report)) process.exitCode = 1;
  });
}
