// Events as CSV (RFC 4180) for spreadsheets: a header, one event a line, and no cell that a spreadsheet would run as a formula.

import type { JsonObject, Party } from '@indelible/core';
import type { PresentedEvent } from '../query/present.ts';

interface Column {
  readonly name: string;
  readonly of: (event: PresentedEvent) => string | number | undefined;
}

/** In their order. They are called as the fields of an event; a new one comes at the end, so that a place keeps its meaning. */
const COLUMNS: readonly Column[] = [
  { name: 'seq', of: ({ seq }) => seq },
  { name: 'id', of: ({ id }) => id },
  { name: 'occurredAt', of: ({ occurredAt }) => occurredAt },
  { name: 'recordedAt', of: ({ recordedAt }) => recordedAt },
  { name: 'action', of: ({ action }) => action },
  { name: 'category', of: ({ category }) => category },
  { name: 'operation', of: ({ operation }) => operation },
  { name: 'outcome', of: ({ outcome }) => outcome },
  { name: 'severity', of: ({ severity }) => severity },
  { name: 'actor.type', of: ({ actor }) => actor?.type },
  { name: 'actor.id', of: ({ actor }) => actor?.id },
  { name: 'actor.name', of: ({ actor }) => actor?.name },
  { name: 'actor.email', of: ({ actor }) => actor?.email },
  { name: 'actor.attribution', of: ({ actor }) => actor?.attribution },
  { name: 'onBehalfOf', of: ({ actor }) => behalf(actor?.onBehalfOf) },
  { name: 'resource.type', of: ({ resource }) => resource?.type },
  { name: 'resource.id', of: ({ resource }) => resource?.id },
  { name: 'resource.name', of: ({ resource }) => resource?.name },
  { name: 'change.fields', of: ({ change }) => change?.fields.join('; ') },
  { name: 'change.before', of: ({ change }) => json(change?.before) },
  { name: 'change.after', of: ({ change }) => json(change?.after) },
  { name: 'context.reason', of: ({ context }) => context?.reason },
  { name: 'context.ip', of: ({ context }) => context?.ip },
  { name: 'context.sessionId', of: ({ context }) => context?.sessionId },
  { name: 'context.requestId', of: ({ context }) => context?.requestId },
  { name: 'source.kind', of: ({ source }) => source?.kind },
  { name: 'source.name', of: ({ source }) => source?.name },
  { name: 'error.code', of: ({ error }) => error?.code },
  { name: 'error.message', of: ({ error }) => error?.message },
  { name: 'metadata', of: ({ metadata }) => json(metadata) },
  { name: 'tags', of: ({ tags }) => tags?.join('; ') },
  { name: 'tenant', of: ({ tenant }) => tenant },
  { name: 'log', of: ({ log }) => log },
];

/** The names of the columns, for the help. */
export const CSV_COLUMNS: readonly string[] = COLUMNS.map(({ name }) => name);

/** The first line; the carriage return belongs to the line's end, whose line feed the output adds. */
export function csvHeader(): string {
  return `${CSV_COLUMNS.join(',')}\r`;
}

/** @example csvLine(event) // '7,0197f0c2-...,2026-11-22T20:00:00.123Z,...\r' */
export function csvLine(event: PresentedEvent): string {
  return `${COLUMNS.map(({ of }) => cell(of(event))).join(',')}\r`;
}

/** A spreadsheet takes a text that begins so for a formula (CWE-1236), full-width signs too; an apostrophe before it makes it text. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

function cell(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function json(value: JsonObject | undefined): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}

/** The chain of those for whom it was done, nearest first. */
function behalf(party: Party | undefined): string | undefined {
  const names: string[] = [];
  for (let one = party; one !== undefined; one = one.onBehalfOf) names.push(one.id ?? one.name ?? one.type);
  return names.length === 0 ? undefined : names.join('; ');
}
