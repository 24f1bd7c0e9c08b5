// A row before and after its change, and the texts that are read from it: single values and keys.

import { createHash } from 'node:crypto';
import { ID_CHARS_MAX, isCardNumber } from '@indelible/core';
import type { RowChange } from '../replication/assemble.ts';
import { type HashKey, hidden } from './hash-key.ts';
import { CARD_RULE } from './secret-text.ts';
import type { KeyColumns, SecretParts } from '../tables/secrets.ts';
import { type Cell, type Relation, type Tuple, UNCHANGED } from '../replication/pgoutput.ts';

export interface RowImages {
  /** observe: the row was there when somebody looked, and nothing is said of how it came. */
  readonly kind: RowChange['kind'] | 'observe';
  readonly relation: Relation;
  readonly before: Tuple | undefined;
  /** False when only the key's columns of `before` are known. */
  readonly wholeBefore: boolean;
  /** Unchanged values that the stream leaves out are copied from `before`, as far as it is known. */
  readonly after: Tuple | undefined;
}

export function imagesOf(change: RowChange): RowImages {
  const { relation, kind } = change;
  switch (change.kind) {
    case 'insert':
      return { kind, relation, before: undefined, wholeBefore: false, after: change.after };
    case 'delete':
      return { kind, relation, before: change.before?.tuple, wholeBefore: change.before?.kind === 'full', after: undefined };
    case 'truncate':
      return { kind, relation, before: undefined, wholeBefore: false, after: undefined };
    case 'update': {
      const before = change.before?.tuple;
      const wholeBefore = change.before?.kind === 'full';
      // Of a key alone, NULL says that the column is not part of it.
      const copied = (index: number): Cell => before?.[index] ?? (wholeBefore ? null : UNCHANGED);
      const after = before === undefined ? change.after : change.after.map((cell, index) => (cell === UNCHANGED ? copied(index) : cell));
      return { kind, relation, before, wholeBefore, after };
    }
  }
}

const positions = new WeakMap<Relation, ReadonlyMap<string, number>>();

function positionOf(relation: Relation, column: string): number | undefined {
  let known = positions.get(relation);
  if (known === undefined) {
    known = new Map(relation.columns.map(({ name }, index) => [name, index]));
    positions.set(relation, known);
  }
  return known.get(column);
}

/** The column's text; null for NULL, for a value that is not in the stream, and for a column that is not there. */
export function textOf(relation: Relation, tuple: Tuple, column: string): string | null {
  const position = positionOf(relation, column);
  const cell: Cell | undefined = position === undefined ? undefined : tuple[position];
  return typeof cell === 'string' ? cell : null;
}

/** The key of a row as one text, or undefined when a part of it is NULL or unknown. */
export function keyOf(relation: Relation, tuple: Tuple, { columns, secret }: KeyColumns): string | undefined {
  const parts: string[] = [];
  for (const column of columns) {
    const text = textOf(relation, tuple, column);
    if (text === null) return undefined;
    parts.push(text);
  }
  return keyText(parts, secret);
}

/**
 * Values joined by commas; a comma or backslash within a part of a composite key is escaped, so that two keys never meet.
 * A text longer than an id may be is named by its SHA-256, a part that is a secret by its HMAC.
 *
 * @example keyText(['a,b', 'c']) // "a\\,b,c"
 */
export function keyText(values: readonly string[], secret?: SecretParts): string | undefined {
  const parts = secret === undefined ? values : values.map((value, index) => shownAs(value, secret.rules[index] ?? '', secret.hashKey));
  if (parts.length === 0) return undefined;
  const text = parts.length === 1 ? (parts[0] ?? '') : parts.map((part) => part.replace(/[\\,]/g, '\\$&')).join(',');
  if (text === '') return undefined;
  return text.length <= ID_CHARS_MAX ? text : hashOf(text);
}

/**
 * A text that shall be an id, a name or a tenant, as it may be shown.
 *
 * @param rule under which its column falls; empty or undefined: none
 */
export function shownAs(text: string, rule: string | undefined, hashKey: HashKey): string {
  if (rule === undefined || rule === '' || text === '') return text;
  return rule === CARD_RULE && !isCardNumber(text) ? text : hidden(text, hashKey);
}

/** What stands in the place of a text that is too long for an id. */
function hashOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
