// What an altered event said before: values that the event may have had, taken from events around it, are put back one by
// one. Where the signed leaf comes out, the original is not guessed but proved: nothing else has its hash.

import {
  type AuditEvent,
  commitment,
  diff,
  disclosure,
  entry as entryText,
  type EventProof,
  type Json,
  type JsonObject,
  leafHash,
  OPERATIONS,
  OUTCOMES,
  parseDisclosure,
  parseEntry,
  SEVERITIES,
  stepsOf,
  toBase64,
} from '@indelible/core';

/** A field of an event as it was signed, and as the server shows it now. */
export interface Altered {
  /** Section and field: "actor/name". */
  readonly field: string;
  /** Absent when the field was not there. */
  readonly expected?: Json;
  readonly found?: Json;
}

/**
 * The fields that differ from what was signed; empty when no candidate gives the signed leaf.
 *
 * @param around events of the same actor, resource or request
 * @example findOriginal(proof, context.actor.before) // [{ field: 'actor/name', expected: 'Maria', found: 'Mallory' }]
 */
export function findOriginal(proof: EventProof, around: readonly AuditEvent[]): Altered[] {
  const entry = attempt(() => parseEntry(proof.entry));
  if (entry === undefined) return [];
  for (const text of proof.disclosures) {
    const disclosed = attempt(() => parseDisclosure(text));
    if (disclosed === undefined) continue;
    const { salt, name, value } = disclosed;
    const isSigned = (candidate: JsonObject): boolean => {
      const made = commitment(disclosure(salt, name, candidate));
      // An event of which something was cleared keeps its entry, and with it what each section was.
      return leafOf({ ...entry, c: { ...entry.c, [name]: made } }) === proof.leafHash;
    };
    const original = candidatesOf(name, value, around).find(isSigned);
    if (original !== undefined) return differences(name, original, value);
  }
  return [];
}

function leafOf(entry: Parameters<typeof entryText>[0]): string | undefined {
  return attempt(() => toBase64(leafHash(entryText(entry))));
}

/** What a section may have said: that of each event around, and each of its fields alone. */
function candidatesOf(name: string, value: JsonObject, around: readonly AuditEvent[]): JsonObject[] {
  const others = around.flatMap((event) => sectionsLike(name, event));
  const single = others.flatMap((other) =>
    [...new Set([...Object.keys(other), ...Object.keys(value)])].map((key) => withKey(value, key, other[key])),
  );
  return [...new Map([...others, ...single, ...wordsOf(name, value)].map((candidate) => [JSON.stringify(candidate), candidate])).values()];
}

function sectionsLike(name: string, { actor, resource, context, source, metadata, change }: AuditEvent): JsonObject[] {
  const parts: Readonly<Record<string, readonly unknown[]>> = {
    actor: [withKey(actor as unknown as JsonObject, 'onBehalfOf', undefined)],
    resource: [resource],
    context: [context],
    source: [source],
    metadata: [metadata === undefined ? undefined : { metadata }],
    // What one event left is what the next one found.
    change: [{ before: change?.after }, { after: change?.before }],
  };
  return (parts[name] ?? []).filter((part): part is JsonObject => typeof part === 'object' && part !== null);
}

/** The closed vocabularies can be tried whole. */
function wordsOf(name: string, value: JsonObject): JsonObject[] {
  if (name !== 'core') return [];
  const words = { outcome: OUTCOMES, severity: SEVERITIES, operation: OPERATIONS };
  return Object.entries(words).flatMap(([key, all]) => all.map((word) => withKey(value, key, word)));
}

function withKey(value: JsonObject, key: string, member: Json | undefined): JsonObject {
  const { [key]: _, ...rest } = value;
  return member === undefined ? rest : { ...rest, [key]: member };
}

function differences(name: string, original: JsonObject, value: JsonObject): Altered[] {
  return diff(original, value).map((field) => {
    const [expected, found] = [at(original, field), at(value, field)];
    return { field: `${name}/${field}`, ...(expected !== undefined && { expected }), ...(found !== undefined && { found }) };
  });
}

function at(root: JsonObject, field: string): Json | undefined {
  let value: Json | undefined = root;
  for (const step of stepsOf(field)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as JsonObject)[step];
  }
  return value;
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}
