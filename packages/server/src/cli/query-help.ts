// What indelible query --help says below its options: the fields in short, and examples.

import { FIELDS } from '@indelible/core';
import { CSV_COLUMNS } from '../export/csv.ts';

const NAME_COLUMNS = 13;
const LINE_CHARS = 112;

const EXAMPLES: readonly (readonly [query: string, meaning: string])[] = [
  ["'actor:maria* action:bot.* at:-24h'", 'what Maria did to bots in the last 24 hours'],
  ["'resource:bot/bot_42 changed:model' --verbose", 'every change of the model of one bot, with the values'],
  ["'outcome:denied (ip:203.0.113.0/24 OR country:DE)' --all --json", 'refused from a network or a country, for jq'],
  [`'"ticket 4812" -actor.type:service at:2026-11' --zone Europe/Berlin --csv`, 'words, without services, in a month, for a spreadsheet'],
  ["'after.temperature:>0.5 has:reason' --explain", 'what that asks, and how the server finds it'],
];

/** @example command.addHelpText('after', queryHelp()) */
export function queryHelp(): string {
  const fields = FIELDS.map(({ name, paths, help }) => `  ${(paths === true ? `${name}.<path>` : name).padEnd(NAME_COLUMNS)} ${help}`);
  const examples = EXAMPLES.map(([query, meaning]) => `  indelible query ${query}\n      ${meaning}`);
  return `
Terms are joined by AND; OR and parentheses group, a minus excludes, * stands for any characters, quotes hold blanks.
Bare words are searched in values, names, reasons and metadata. Numbers and times take >, >=, <, <= and a..b.

Fields:
${fields.join('\n')}

Columns of --csv, where objects and lists are JSON; an apostrophe stands before = + - @, a tab, an end of line or an apostrophe
at the beginning of a cell, so that no spreadsheet takes it for a formula, and is alone in a cell whose text is empty:
${wrapped(CSV_COLUMNS)}

Examples:
${examples.join('\n')}
`;
}

/** Names joined by commas, on lines that a terminal has room for. */
function wrapped(names: readonly string[]): string {
  const lines: string[] = [];
  for (const name of names) {
    const last = lines.at(-1);
    if (last === undefined || last.length + name.length > LINE_CHARS) lines.push(`  ${name}`);
    else lines[lines.length - 1] = `${last}, ${name}`;
  }
  return lines.join(',\n');
}
