// One event in full, for a person: the sentence, and below it everything that the event holds.

import { describe, type Json } from '@indelible/core';
import pc from 'picocolors';
import type { PresentedEvent } from '../query/present.ts';
import { changeLines, outcomePaint } from './event-table.ts';
import { printable } from './text-width.ts';

const NAME_COLUMNS = 14;
/** Shown in the head, or as changed fields. */
const ELSEWHERE = new Set(['id', 'change', 'log', 'seq', 'outcome']);

/** The lines of an event. */
export function detailLines(event: PresentedEvent): string[] {
  const head = [pc.bold(printable(describe(event).text)), `${pc.dim(event.id)}  ${outcomePaint(event.outcome)(event.outcome ?? '')}`];
  const rest = Object.entries(event)
    .filter(([name]) => !ELSEWHERE.has(name))
    .flatMap(([name, value]) => fieldLines(name, value as Json));
  const changes = changeLines(event, Number.POSITIVE_INFINITY);
  return [
    ...head,
    '',
    ...rest,
    ...(changes.length === 0 ? [] : [pc.dim('change'), ...changes]),
    '',
    pc.dim(`sequence ${event.seq} of ${printable(event.log)}`),
  ];
}

function fieldLines(name: string, value: Json): string[] {
  const label = pc.dim(name.padEnd(NAME_COLUMNS));
  if (Array.isArray(value)) return value.map((item: Json, index) => `${index === 0 ? label : ' '.repeat(NAME_COLUMNS)} ${inline(item)}`);
  return [`${label} ${inline(value)}`];
}

function inline(value: Json): string {
  if (typeof value === 'string') return printable(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return printable(JSON.stringify(value));
  return Object.entries(value)
    .map(
      ([name, item]) => `${pc.dim(`${printable(name)}:`)} ${typeof item === 'string' ? printable(item) : printable(JSON.stringify(item))}`,
    )
    .join('  ');
}
