// indelible capture preview: a few rows of each table as the events that they would be. Writes nothing, and needs no trail.

import { Command, InvalidArgumentError } from 'commander';
import pc from 'picocolors';
import { type PreviewedEvent, type PreviewedTable, capturePreview } from '../capture/index.ts';
import { PREVIEW_ROWS_MAX } from '../limits.ts';
import { nameOf } from './capture-source.ts';
import { MAPPING_OPTION, mappingOption } from './mapping-option.ts';
import { type Output, jsonLine, standardOutput } from './output.ts';
import { printable } from './text-width.ts';

interface Options {
  readonly name?: string;
  readonly mapping?: string;
  readonly table?: string;
  readonly limit: number;
  readonly json?: boolean;
}

export function previewCommand(): Command {
  return new Command('preview')
    .description('Show what the rows of a database would look like as events; writes nothing')
    .argument('<url>', 'postgres://user:password@host/database')
    .option('--name <name>', 'the name of the source; the name of the database by default')
    .option(...MAPPING_OPTION)
    .option('--table <table>', 'this table alone: schema.table, or table in the schema public')
    .option('--limit <number>', 'how many rows of each table', rows, 3)
    .option('--json', 'print JSON, a line for each table')
    .action(preview);
}

function rows(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > PREVIEW_ROWS_MAX)
    throw new InvalidArgumentError(`expected a number from 1 to ${PREVIEW_ROWS_MAX}`);
  return number;
}

async function preview(url: string, options: Options): Promise<void> {
  const name = nameOf(url, options);
  const { tables, findings } = await capturePreview({
    sourceUrl: url,
    name,
    limit: options.limit,
    ...(options.table === undefined ? {} : { table: options.table }),
    ...(await mappingOption(name, options.mapping)),
  });
  const output = standardOutput();
  for (const table of tables) {
    if (options.json === true) await output.line(jsonLine(table));
    else await printTable(table, output);
  }
  for (const { place, found, remedy } of findings)
    process.stderr.write(`${pc.yellow('mapping')} ${printable(`${place}: ${found}; ${remedy}`)}\n`);
  if (tables.length === 0) process.stderr.write('The database has no tables.\n');
}

async function printTable(table: PreviewedTable, output: Output): Promise<void> {
  const state = table.state === 'captured' ? '' : ` ${pc.yellow(table.state.replace('_', ' '))}: ${printable(table.reason ?? '')}`;
  await output.line(`${pc.bold(printable(table.table))} -> ${table.resourceType}${state}`);
  if (table.state === 'skipped' || table.state === 'not_covered') return;
  const redacted = Object.entries(table.redacted).map(([column, rule]) => `${column} (${rule})`);
  const facts: [string, readonly string[], string][] = [
    ['id', table.id, 'none: events carry the row itself'],
    ['name', table.name === undefined ? [] : [table.name], 'none'],
    ['tenant', table.tenant, 'none: "default"'],
    ['related', table.related, ''],
    ['redacted', redacted, ''],
    ['noise', table.noise, ''],
  ];
  for (const [label, words, otherwise] of facts) {
    const text = words.length === 0 ? otherwise : words.join('; ');
    if (text !== '') await output.line(`  ${pc.dim(label.padEnd(8))} ${printable(text)}`);
  }
  for (const event of table.events) for (const line of eventLines(event)) await output.line(line);
  if (table.state === 'captured' && table.events.length === 0) await output.line(pc.dim('  no rows'));
}

function eventLines({ action, resource, tenant, tenantBy, related = [], change }: PreviewedEvent): string[] {
  const label = [resource?.id, resource?.name === undefined ? undefined : `"${resource.name}"`].filter((text) => text !== undefined);
  const others = related.map(({ relation, type, id }) => `${relation} ${type} ${id}`).join('; ');
  return [
    `  ${pc.cyan(action)} ${printable(label.join(' '))}  tenant ${printable(`${tenant} (${tenantBy})`)}${others === '' ? '' : `  ${printable(others)}`}`,
    `    ${pc.dim(jsonLine(change?.after ?? {}))}`,
  ];
}
