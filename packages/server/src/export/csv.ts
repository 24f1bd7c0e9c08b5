// Events as CSV (RFC 4180) for spreadsheets: every part of an event has its column, what is nested is JSON, and no cell is one
// that a spreadsheet would run as a formula. Whoever takes the apostrophe away again has the event as it is.

import { Failure } from '@indelible/core';
import type { PresentedEvent } from '../query/present.ts';

interface Column {
  readonly name: string;
  readonly of: (event: PresentedEvent) => unknown;
}

/** In their order, called as the fields of an event. A new one comes at the end, so that a place keeps its meaning. */
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
  { name: 'actor.onBehalfOf', of: ({ actor }) => actor?.onBehalfOf },
  { name: 'resource.type', of: ({ resource }) => resource?.type },
  { name: 'resource.id', of: ({ resource }) => resource?.id },
  { name: 'resource.name', of: ({ resource }) => resource?.name },
  { name: 'related', of: ({ related }) => related },
  { name: 'change.fields', of: ({ change }) => change?.fields },
  { name: 'change.before', of: ({ change }) => change?.before },
  { name: 'change.after', of: ({ change }) => change?.after },
  { name: 'change.unavailable', of: ({ change }) => change?.unavailable },
  { name: 'context.reason', of: ({ context }) => context?.reason },
  { name: 'context.ip', of: ({ context }) => context?.ip },
  { name: 'context.location', of: ({ context }) => context?.location },
  { name: 'context.userAgent', of: ({ context }) => context?.userAgent },
  { name: 'context.sessionId', of: ({ context }) => context?.sessionId },
  { name: 'context.requestId', of: ({ context }) => context?.requestId },
  { name: 'context.traceId', of: ({ context }) => context?.traceId },
  { name: 'context.spanId', of: ({ context }) => context?.spanId },
  { name: 'context.route', of: ({ context }) => context?.route },
  { name: 'context.authMethod', of: ({ context }) => context?.authMethod },
  { name: 'source.kind', of: ({ source }) => source?.kind },
  { name: 'source.name', of: ({ source }) => source?.name },
  { name: 'source.position', of: ({ source }) => source?.position },
  { name: 'source.transaction', of: ({ source }) => source?.transaction },
  { name: 'error.code', of: ({ error }) => error?.code },
  { name: 'error.message', of: ({ error }) => error?.message },
  { name: 'metadata', of: ({ metadata }) => metadata },
  { name: 'tags', of: ({ tags }) => tags },
  { name: 'tenant', of: ({ tenant }) => tenant },
  { name: 'log', of: ({ log }) => log },
];

export const CSV_COLUMNS: readonly string[] = COLUMNS.map(({ name }) => name);

/** How events become records, which end in CRLF. */
export interface CsvWriter {
  readonly header: string;
  readonly record: (event: PresentedEvent) => string;
}

/**
 * @param names of columns, in the order that they shall have; all of them by default
 * @throws Failure `parameter_invalid`
 * @example makeCsv(['seq', 'actor.id']).record(event) // '7,usr_maria\r\n'
 */
export function makeCsv(names: readonly string[] = CSV_COLUMNS): CsvWriter {
  const columns = names.map(columnNamed);
  if (new Set(names).size < names.length) throw invalid('columns: one of them is named twice');
  if (columns.length === 0) throw invalid('columns: expected one at least');
  return {
    header: `${names.join(',')}\r\n`,
    record: (event) => `${columns.map(({ of }) => cell(of(event))).join(',')}\r\n`,
  };
}

function columnNamed(name: string): Column {
  const column = COLUMNS.find((known) => known.name === name);
  if (column === undefined) throw invalid(`columns: there is no column "${name.slice(0, 60)}"; there are ${CSV_COLUMNS.join(', ')}`);
  return column;
}

function invalid(message: string): Failure {
  return new Failure('parameter_invalid', message, { pointer: '/columns' });
}

/**
 * A spreadsheet takes a text that begins so for a formula (CWE-1236), full-width signs too; an apostrophe before it makes it
 * text. One that is there already gets another, and an empty text, which is not the same as none, is one alone: so taking one
 * away always leads back.
 */
const DEFUSED = /^(?:[=+\-@\t\r\n'＝＋－＠]|$)/;

function cell(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const safe = DEFUSED.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
