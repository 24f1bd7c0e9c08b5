// The verdict of verify for people. (For programs it is the VerifyResult as JSON.)

import { createColors } from 'picocolors';
import { FINDINGS, type Finding, type FindingCode, type VerifyResult } from './finding.ts';

type Colors = ReturnType<typeof createColors>;

/** @param color whether the reader's terminal shows colours */
export function formatVerdict(result: VerifyResult, color: boolean): string {
  const colors = createColors(color);
  const { logs, events, systemLeaves, tiles, checkpoints } = result.checked;
  const seen = [
    // The file of an export has none of the others.
    ...(logs > 0 ? [count(logs, 'log')] : []),
    count(events, 'event'),
    ...(systemLeaves > 0 ? [count(systemLeaves, 'system leaf', 'system leaves')] : []),
    ...(logs > 0 ? [count(tiles, 'tile')] : []),
    ...(logs > 0 || checkpoints > 0 ? [count(checkpoints, 'checkpoint')] : []),
  ];
  const head =
    result.exitCode === 0
      ? colors.green('verified')
      : result.exitCode === 1
        ? colors.red(colors.bold('ALTERED'))
        : colors.yellow('incomplete');
  const lines = [`${head}  ${seen.join(', ')}`];
  for (const finding of result.findings) lines.push('', ...formatFinding(finding, colors));
  const total = Object.values(result.counts).reduce((sum, number) => sum + number, 0);
  if (total > result.findings.length)
    lines.push('', `and ${(total - result.findings.length).toLocaleString('en')} more: ${countsOf(result)}`);
  for (const note of result.notes) lines.push('', colors.dim(`note: ${note}`));
  return `${lines.join('\n')}\n`;
}

function formatFinding(finding: Finding, colors: Colors): string[] {
  const paint = FINDINGS[finding.code] === 'altered' ? colors.red : colors.yellow;
  const facts: [string, string | undefined][] = [
    ['tenant', finding.tenant],
    ['log', finding.tenant === undefined ? finding.log : undefined],
    ['sequence', finding.seq === undefined ? undefined : `${finding.seq}${finding.toSeq === undefined ? '' : ` to ${finding.toSeq}`}`],
    ['action', finding.action],
    ['actor', finding.actor],
    ['source', finding.source],
    ['section', finding.section],
    ['column', finding.column],
    ['expected', finding.expected],
    ['found', finding.found],
  ];
  return [
    `${paint(finding.code)}  ${printable(finding.message)}`,
    ...facts.flatMap(([name, value]) => (value === undefined ? [] : [`  ${colors.dim(name.padEnd(9))} ${printable(value)}`])),
  ];
}

function countsOf({ counts }: VerifyResult): string {
  return (Object.keys(counts) as FindingCode[]).map((code) => `${code} ${(counts[code] ?? 0).toLocaleString('en')}`).join(', ');
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}

/** What a record says may hold what a terminal would obey. */
function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
