// What a row change says: the values before and after as JSON, the fields that differ, what could not be had.
// Secrets are taken out here; values too large for an event are named by size and hash, never cut in silence.

import { createHash } from 'node:crypto';
import { type Change, EVENT_BYTES_MAX, type Json, type JsonObject, type Redaction, diff, escapeStep } from '@indelible/core';
import { type Tuple, UNCHANGED } from './pgoutput.ts';
import type { RowImages } from './row-image.ts';
import type { Secrets } from './secrets.ts';
import { type TypeMap, toJson } from './values.ts';

const NO_IDENTITY = 'the table did not have REPLICA IDENTITY FULL when the row changed';
const UNCHANGED_LARGE = 'the value did not change and is stored out of line, so the source did not send it';
const TOO_LARGE = 'too large for an event: its size and SHA-256 stand in its place';
/** What an event may hold besides its change: actor, context, related resources. */
const REST_BYTES = 48 * 1024;

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
  const before = images.before === undefined ? undefined : valuesOf(images, images.before, !images.wholeBefore, settings.types, missing);
  const after = images.after === undefined ? undefined : valuesOf(images, images.after, false, settings.types, missing);
  if (images.kind !== 'insert' && !images.wholeBefore) {
    for (const { name } of images.relation.columns) if (before?.[name] === undefined && !missing.has(name)) missing.set(name, NO_IDENTITY);
  }
  if (wireBytes > EVENT_BYTES_MAX / 8) fit([before, after], missing);
  const opaque = (key: string): boolean => missing.has(key) || secrets.has(key) || settings.redaction.ruleOf(key) !== undefined;
  // A field is said to have changed only where both sides are known.
  const fields = diff(known(before, missing), known(after, missing), opaque);
  return {
    ...(before === undefined ? {} : { before: settings.redaction.apply(withoutSecrets(before, secrets)) }),
    ...(after === undefined ? {} : { after: settings.redaction.apply(withoutSecrets(after, secrets)) }),
    fields,
    ...(missing.size === 0 ? {} : { unavailable: [...missing].map(([name, reason]) => ({ field: escapeStep(name), reason })) }),
  };
}

function valuesOf(images: RowImages, tuple: Tuple, keyOnly: boolean, types: TypeMap, missing: Map<string, string>): Values {
  const values: Values = {};
  images.relation.columns.forEach((column, index) => {
    const cell = tuple[index] ?? null;
    if (cell === UNCHANGED) missing.set(column.name, UNCHANGED_LARGE);
    // A tuple of key columns has NULL in every other place, and a key is never NULL.
    else if (cell !== null) set(values, column.name, toJson(cell, column.type, types));
    else if (!keyOnly) set(values, column.name, null);
  });
  return values;
}

function withoutSecrets(values: Values, secrets: Secrets): Values {
  for (const [name, rule] of secrets) {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value !== undefined && value !== null) set(values, name, { redacted: rule });
  }
  return values;
}

/** A plain assignment to "__proto__" would change the object's prototype in place of adding a field. */
function set(values: Values, name: string, value: Json): void {
  if (name === '__proto__') Object.defineProperty(values, name, { value, enumerable: true, configurable: true, writable: true });
  else values[name] = value;
}

function known(values: Values | undefined, missing: ReadonlyMap<string, string>): JsonObject | undefined {
  if (values === undefined || missing.size === 0) return values;
  return Object.fromEntries(Object.entries(values).filter(([name]) => missing.get(name) === undefined || missing.get(name) === TOO_LARGE));
}

/** Replaces the largest columns, on both sides alike so that equal values stay equal, until the change fits into an event. */
function fit(sides: readonly (Values | undefined)[], missing: Map<string, string>): void {
  const present = sides.filter((side) => side !== undefined);
  const bytes = new Map<string, number>();
  for (const side of present)
    for (const [name, value] of Object.entries(side))
      bytes.set(name, (bytes.get(name) ?? 0) + Buffer.byteLength(JSON.stringify(value)) + name.length + 4);
  let total = [...bytes.values()].reduce((sum, size) => sum + size, 0);
  for (const [name, size] of [...bytes].sort((a, b) => b[1] - a[1])) {
    if (total <= EVENT_BYTES_MAX - REST_BYTES) return;
    for (const side of present) if (Object.hasOwn(side, name)) side[name] = omitted(side[name] ?? null);
    missing.set(name, TOO_LARGE);
    total -= size - 256;
  }
}

function omitted(value: Json): Json {
  const text = JSON.stringify(value);
  return { omitted: 'too large', bytes: Buffer.byteLength(text), sha256: createHash('sha256').update(text).digest('hex') };
}
