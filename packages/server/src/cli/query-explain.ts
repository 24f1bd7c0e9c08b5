// indelible query --explain: what a query asks, in words, and how the server finds its page.

import { checkZone, explain, parse } from '@indelible/core';
import pc from 'picocolors';
import type { EventsExplanation } from '../query/page.ts';
import type { ApiClient, ApiParameters } from './api-client.ts';
import { jsonLine, type Output } from './output.ts';
import { printable } from './text-width.ts';

interface Column {
  readonly title: string;
  readonly text: (look: EventsExplanation['plan'][number]) => string;
}

const COLUMNS: readonly Column[] = [
  { title: 'INDEX', text: ({ lead }) => lead },
  { title: 'RECORDED FROM', text: ({ from }) => from },
  { title: 'TO', text: ({ to }) => to },
  { title: 'FOUND', text: ({ found }) => String(found) },
  { title: 'SEARCHED', text: ({ whole }) => (whole ? 'all of it' : 'in part') },
  { title: 'MS', text: ({ ms }) => ms.toFixed(1) },
];

/**
 * Says the query in words before the server is asked, so that a query that takes too long is explained too.
 *
 * @param parameters of the page whose way is asked for
 * @throws Failure of the query, which has its position, or of the server
 */
export async function printExplanation(
  client: ApiClient,
  output: Output,
  parameters: ApiParameters & { readonly q: string },
  json: boolean,
): Promise<void> {
  const zone = typeof parameters['zone'] === 'string' ? checkZone(parameters['zone']) : 'UTC';
  const words = explain(parse(parameters.q), zone);
  if (!json) await output.line(pc.bold(printable(words)));
  const answer = await client.get<EventsExplanation>('/v1/events', { ...parameters, explain: 'true' });
  if (json) {
    await output.line(jsonLine(answer));
    return;
  }
  for (const line of planLines(answer.plan)) await output.line(line);
}

function planLines(plan: EventsExplanation['plan']): string[] {
  if (plan.length === 0) return ['The server needs no look into the events for it.'];
  const rows = [COLUMNS.map(({ title }) => title), ...plan.map((look) => COLUMNS.map(({ text }) => printable(text(look))))];
  const wide = COLUMNS.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((text, index) => text.padEnd(wide[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const total = plan.reduce((sum, { ms }) => sum + ms, 0);
  return [
    '',
    ...lines.map((line, index) => (index === 0 ? pc.dim(line) : line)),
    pc.dim(`${plan.length} ${plan.length === 1 ? 'statement' : 'statements'}, ${total.toFixed(1)} ms`),
  ];
}
