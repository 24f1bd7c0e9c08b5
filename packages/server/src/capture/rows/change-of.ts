// What a row change says: the values before and after as JSON, the fields that differ, what could not be had.
// Secrets are taken out here.

import { type Change, EVENT_BYTES_MAX, type Json, type JsonObject, type Redaction, diff } from '@indelible/core';
import { type Draft, TOO_LARGE, fitted, omitted, unavailableOf } from './fit-change.ts';
import { type Relation, type Tuple, UNCHANGED } from '../replication/pgoutput.ts';
import type { RowImages } from './row-image.ts';
import { CARD_RULE } from './secret-text.ts';
import type { Secrets } from '../tables/secrets.ts';
import { setField } from './set-field.ts';
import { type TypeMap, toJson } from '../values/values.ts';

const NO_IDENTITY = 'the table did not have REPLICA IDENTITY FULL when the row changed';
const UNCHANGED_LARGE = 'the value did not change and is stored out of line, so the source did not send it';
/** A row this small fits into an event, however its texts are escaped and whichever fields differ. */
const SMALL_BYTES = EVENT_BYTES_MAX / 16;

type Values = Record<string, Json>;

export interface ChangeSettings {
  readonly types: TypeMap;
  readonly redaction: Redaction;
}

/**
 * @param wireBytes the size of the row's message, by which small rows are known to fit
 * @param secrets columns of the table whose values are taken out, besides those that the redaction knows by their names
 * @returns undefined for TRUNCATE, which carries no values
 */
export function changeOf(images: RowImages, wireBytes: number, secrets: Secrets, settings: ChangeSettings): Change | undefined {
  if (images.kind === 'truncate') return undefined;
  const missing = new Map<string, string>();
  const before = images.before === undefined ? undefined : valuesOf(images, images.before, !images.wholeBefore, settings, missing);
  const after = images.after === undefined ? undefined : valuesOf(images, images.after, false, settings, missing);
  if (images.kind !== 'insert' && images.kind !== 'observe' && !images.wholeBefore) {
    for (const { name } of images.relation.columns) {
      if ((before === undefined || !Object.hasOwn(before, name)) && !missing.has(name)) missing.set(name, NO_IDENTITY);
    }
  }
  const opaque = (key: string): boolean =>
    missing.has(key) || (secrets.get(key) ?? CARD_RULE) !== CARD_RULE || settings.redaction.ruleOf(key) !== undefined;
  // A field is said to have changed only where both sides are known.
  const fieldsBy = (leaf: (key: string) => boolean): string[] => diff(known(before, missing), known(after, missing), leaf);
  const fields = fieldsBy(opaque);
  const clean = (values: Values): JsonObject => settings.redaction.apply(withoutSecrets(values, secrets, settings.redaction));
  const draft: Draft = {
    before: before === undefined ? undefined : clean(before),
    after: after === undefined ? undefined : clean(after),
    fields,
    missing,
  };
  const small = wireBytes + 2 * nameChars(images.relation) <= SMALL_BYTES && charsOf(fields) <= SMALL_BYTES;
  return presented(small ? draft : fitted(draft, images, () => fieldsBy(() => true)));
}

function presented({ before, after, fields, missing }: Draft): Change {
  return {
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    fields,
    ...(missing.size === 0 ? {} : { unavailable: unavailableOf(missing) }),
  };
}

function valuesOf(images: RowImages, tuple: Tuple, keyOnly: boolean, settings: ChangeSettings, missing: Map<string, string>): Values {
  const values: Values = {};
  images.relation.columns.forEach(({ name, type }, index) => {
    const cell = tuple[index] ?? null;
    if (cell === UNCHANGED) missing.set(name, UNCHANGED_LARGE);
    else if (cell === null) {
      // A tuple of key columns has NULL in every other place, and a key is never NULL.
      if (!keyOnly) setField(values, name, null);
    } else if (cell.length > EVENT_BYTES_MAX) {
      missing.set(name, TOO_LARGE);
      setField(values, name, omitted(cell));
    } else setField(values, name, toJson(cell, type, settings.types, settings.redaction));
  });
  return values;
}

function withoutSecrets(values: Values, secrets: Secrets, redaction: Redaction): Values {
  if (secrets.size === 0) return values;
  const clean = { ...values };
  for (const [name, rule] of secrets) {
    const value = Object.hasOwn(clean, name) ? clean[name] : undefined;
    if (value === undefined || value === null) continue;
    // Under the rule's own name, because a column that refers to a card may have any.
    const shown = rule === CARD_RULE ? redaction.apply({ [CARD_RULE]: value })[CARD_RULE] : { redacted: rule };
    if (shown !== undefined) setField(clean, name, shown);
  }
  return clean;
}

function known(values: Values | undefined, missing: ReadonlyMap<string, string>): JsonObject | undefined {
  if (values === undefined || missing.size === 0) return values;
  return Object.fromEntries(Object.entries(values).filter(([name]) => missing.get(name) === undefined || missing.get(name) === TOO_LARGE));
}

const nameSizes = new WeakMap<Relation, number>();

function nameChars(relation: Relation): number {
  let chars = nameSizes.get(relation);
  if (chars === undefined) {
    chars = charsOf(relation.columns.map(({ name }) => name));
    nameSizes.set(relation, chars);
  }
  return chars;
}

function charsOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length + 4, 0);
}
