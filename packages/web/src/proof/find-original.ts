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
  type Party,
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

/** How much text is hashed for one section at most: a second or so of work. */
const TRIED_CHARS_MAX = 20_000_000;

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
    let left = Math.max(1, Math.floor(TRIED_CHARS_MAX / text.length));
    for (const candidate of candidatesOf(name, value, around)) {
      if (left-- <= 0) break;
      if (isSigned(candidate)) return differences(name, candidate, value);
    }
  }
  return [];
}

function leafOf(entry: Parameters<typeof entryText>[0]): string | undefined {
  return attempt(() => toBase64(leafHash(entryText(entry))));
}

/** What a section may have said: that of each event around, each of its fields alone, and each field one level below alone. */
function* candidatesOf(name: string, value: JsonObject, around: readonly AuditEvent[]): Generator<JsonObject> {
  const others = around.flatMap((event) => sectionsLike(name, event));
  yield* wordsOf(name, value);
  yield* others;
  yield* withEach(value, others);
  for (const [key, own] of Object.entries(value)) {
    if (!isRecord(own)) continue;
    const below = others.flatMap((other) => (isRecord(other[key]) ? [other[key]] : []));
    for (const candidate of withEach(own, below)) yield withKey(value, key, candidate);
  }
}

/** The value with one member as another has it, or without it; each that differs once. */
function* withEach(value: JsonObject, others: readonly JsonObject[]): Generator<JsonObject> {
  for (const key of new Set([value, ...others].flatMap((one) => Object.keys(one)))) {
    const tried = new Set<string | undefined>([JSON.stringify(value[key])]);
    for (const other of [{}, ...others] as readonly JsonObject[]) {
      const spelled = JSON.stringify(other[key]) as string | undefined;
      if (tried.has(spelled)) continue;
      tried.add(spelled);
      yield withKey(value, key, other[key]);
    }
  }
}

function isRecord(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sectionsLike(name: string, event: AuditEvent): JsonObject[] {
  const { actor, resource, related = [], context, source, metadata, change } = event;
  const [kind = name] = name.split('/');
  const { action, category, operation, outcome, severity } = event;
  const parts: Readonly<Record<string, readonly unknown[]>> = {
    core: [
      {
        action,
        category,
        operation,
        outcome,
        severity,
        actor: { type: actor.type },
        ...(resource && { resource: { type: resource.type } }),
      },
    ],
    actor: [alone(actor)],
    behalf: [actor, ...chainOf(actor)].map(alone),
    resource: [resource],
    related: [...related, ...(resource === undefined ? [] : [resource])],
    context: [context],
    source: [source],
    metadata: [metadata === undefined ? undefined : { metadata }],
    // What one event left is what the next one found; and a field has often had the same value before.
    change: [
      { before: change?.after, after: change?.after },
      { before: change?.before, after: change?.before },
    ],
  };
  return (parts[kind] ?? []).flatMap((part) => {
    const members = Object.entries((part ?? {}) as JsonObject).filter(([, member]) => (member as Json | undefined) !== undefined);
    return members.length === 0 ? [] : [Object.fromEntries(members)];
  });
}

/** A party as its section has it, without those for whom it acted. */
function alone(party: Party): JsonObject {
  return withKey(party as unknown as JsonObject, 'onBehalfOf', undefined);
}

function chainOf({ onBehalfOf }: Party): Party[] {
  return onBehalfOf === undefined ? [] : [onBehalfOf, ...chainOf(onBehalfOf)];
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
