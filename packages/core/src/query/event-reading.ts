// What a query asks of an event that takes longer to find out than to compare: its words, the values below a path, its changed
// fields. Each is found out once, however many terms and queries there are, and not at all where nobody asks.

import type { AuditEvent, Json } from '../event/types.ts';
import { type EventWords, eventWords } from './event-words.ts';
import type { FieldName } from './fields.ts';
import { leavesOf, numberOfLeaf, textOfLeaf, valueAt } from './paths.ts';

export interface EventReading {
  readonly words: EventWords;
  /** The value under before., after. or meta.; undefined where there is none. */
  readonly value: (field: FieldName, path: readonly string[]) => Json | undefined;
  /** That value, or those below it, as texts. */
  readonly texts: (field: FieldName, path: readonly string[]) => ReadonlySet<string>;
  /** Those of them that are numbers. */
  readonly numbers: (field: FieldName, path: readonly string[]) => readonly number[];
  /** The changed fields, and the fields above them. */
  readonly changed: () => ReadonlySet<string>;
}

/** @example matches(query, event, { seq: 7, nowMs: Date.now(), reading: readingOf(event) }) */
export function readingOf(event: Partial<AuditEvent>): EventReading {
  const leaves = once((field, path) => {
    const value = valueIn(event, field, path);
    return value === undefined ? [] : leavesOf(value);
  });
  let changed: ReadonlySet<string> | undefined;
  return {
    words: eventWords(event),
    value: (field, path) => valueIn(event, field, path),
    texts: once((field, path) => new Set(leaves(field, path).map(textOfLeaf))),
    numbers: once((field, path) => leaves(field, path).flatMap((leaf) => numberOfLeaf(leaf) ?? [])),
    changed: () => (changed ??= withThoseAbove(event.change?.fields ?? [])),
  };
}

function valueIn(event: Partial<AuditEvent>, field: FieldName, path: readonly string[]): Json | undefined {
  const root = field === 'before' ? event.change?.before : field === 'after' ? event.change?.after : event.metadata;
  return valueAt(root, path);
}

type OfPath<Found> = (field: FieldName, path: readonly string[]) => Found;

function once<Found>(find: OfPath<Found>): OfPath<Found> {
  const known = new Map<string, Found>();
  return (field, path) => {
    const key = JSON.stringify([field, ...path]);
    const found = known.get(key) ?? find(field, path);
    known.set(key, found);
    return found;
  };
}

function withThoseAbove(fields: readonly string[]): ReadonlySet<string> {
  const all = new Set(fields);
  for (const field of fields) for (let end = field.indexOf('/'); end >= 0; end = field.indexOf('/', end + 1)) all.add(field.slice(0, end));
  return all;
}
