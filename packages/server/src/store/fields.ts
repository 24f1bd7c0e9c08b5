// Where the fields of the query language lie in the tables: the one map that query/compile uses. Column names take the alias
// `e` of the table event. What has no column is read from the disclosures: slow, but right, and bounded by the statement's time.

import {
  ACTOR_TYPES,
  ATTRIBUTIONS,
  BEHALF_DEPTH_MAX,
  CATEGORIES,
  type FieldName,
  OPERATIONS,
  OUTCOMES,
  SEVERITIES,
  SOURCE_KINDS,
} from '@indelible/core';

/** One of the texts that a field can mean; the field matches when one of them does. */
export type TextSource =
  | { readonly kind: 'column'; readonly sql: string }
  /** A smallint: an index into a closed vocabulary. */
  | { readonly kind: 'words'; readonly sql: string; readonly words: readonly string[] }
  /** Read from the disclosures; null where the section or the key is absent. `hint` stands in every text that has it. */
  | { readonly kind: 'disclosed'; readonly sql: string; readonly hint: string }
  /** A JSON array of texts from the disclosures; null where it is absent. */
  | { readonly kind: 'disclosedList'; readonly sql: string; readonly hint: string };

export type FieldSource =
  | { readonly kind: 'texts'; readonly texts: readonly TextSource[] }
  | { readonly kind: 'id'; readonly sql: string }
  | { readonly kind: 'resource'; readonly type: string; readonly id: string }
  | { readonly kind: 'related' }
  | { readonly kind: 'address'; readonly sql: string }
  | { readonly kind: 'time'; readonly sql: string }
  | { readonly kind: 'integer'; readonly sql: string }
  /** The changed fields, a jsonb array. */
  | { readonly kind: 'changed'; readonly sql: string }
  /** A jsonb object that paths lead into. */
  | { readonly kind: 'value'; readonly sql: string }
  | { readonly kind: 'has' };

function texts(...sources: TextSource[]): FieldSource {
  return { kind: 'texts', texts: sources };
}

function column(name: string): TextSource {
  return { kind: 'column', sql: `e.${name}` };
}

function words(name: string, vocabulary: readonly string[]): TextSource {
  return { kind: 'words', sql: `e.${name}`, words: vocabulary };
}

/** @param path one key or several, from the section's value inwards */
function disclosed(section: string, ...path: readonly string[]): TextSource {
  // A key of the context may be anywhere in it; the other sections are short.
  const hint = section === 'context' ? `"${path.at(-1)}":"` : `${section} {`;
  return { kind: 'disclosed', sql: `(indelible.disclosed(e.disclosures, '${section}') #>> '{${path.join(',')}}')`, hint };
}

function disclosedTags(section: string): TextSource {
  return { kind: 'disclosedList', sql: `(indelible.disclosed(e.disclosures, '${section}') -> 'tags')`, hint: '"tags":[' };
}

const BEHALF = Array.from({ length: BEHALF_DEPTH_MAX }, (_, index) => `behalf/${index + 1}`).flatMap((section) =>
  ['id', 'name', 'email'].map((key) => disclosed(section, key)),
);

export const FIELD_SOURCES: Readonly<Record<FieldName, FieldSource>> = {
  id: { kind: 'id', sql: 'e.id' },
  action: texts(column('action')),
  category: texts(words('category', CATEGORIES)),
  operation: texts(words('operation', OPERATIONS)),
  outcome: texts(words('outcome', OUTCOMES)),
  severity: texts(words('severity', SEVERITIES)),
  actor: texts(column('actor_id'), column('actor_name'), column('actor_email')),
  'actor.id': texts(column('actor_id')),
  'actor.type': texts(words('actor_type', ACTOR_TYPES)),
  onbehalfof: texts(...BEHALF),
  attribution: texts(words('attribution', ATTRIBUTIONS)),
  resource: { kind: 'resource', type: 'e.resource_type', id: 'e.resource_id' },
  'resource.id': texts(column('resource_id')),
  related: { kind: 'related' },
  ip: { kind: 'address', sql: 'e.ip' },
  country: texts(disclosed('context', 'location', 'country')),
  session: texts(disclosed('context', 'sessionId')),
  request: texts(disclosed('context', 'requestId')),
  trace: texts(disclosed('context', 'traceId')),
  reason: texts(disclosed('context', 'reason')),
  source: texts(words('source_kind', SOURCE_KINDS), disclosed('source', 'name')),
  changed: { kind: 'changed', sql: `(indelible.disclosed(e.disclosures, 'change') -> 'fields')` },
  before: { kind: 'value', sql: `(indelible.disclosed(e.disclosures, 'change') -> 'before')` },
  after: { kind: 'value', sql: `(indelible.disclosed(e.disclosures, 'change') -> 'after')` },
  meta: { kind: 'value', sql: `(indelible.disclosed(e.disclosures, 'metadata') -> 'metadata')` },
  has: { kind: 'has' },
  tag: texts(disclosedTags('core'), disclosedTags('metadata')),
  at: { kind: 'time', sql: 'e.occurred_at' },
  seq: { kind: 'integer', sql: 'e.seq' },
};

/** What the conditions of a field may refer to besides the row: placeholders of the slice that is read. */
export interface SliceNames {
  readonly tenantId: string;
  readonly recordedFrom: string;
  readonly recordedTo: string;
}

/** The sequence number of an event by its id: event has no index by id. */
export function seqOfId(names: SliceNames, id: string): string {
  return `(select k.seq from indelible.event_key k where k.tenant_id = ${names.tenantId} and k.id = ${id})`;
}

/** Whether the event names a related resource, by a condition on `r.type` and `r.id`; a resource without an id has no row there. */
export function existsRelated(names: SliceNames, condition: string): string {
  // The bounds are written again, because the planner derives no range from an equality: it would open every partition.
  return (
    `exists (select 1 from indelible.event_related r where r.tenant_id = ${names.tenantId} and r.seq = e.seq and r.recorded_at = e.recorded_at ` +
    `and r.recorded_at >= ${names.recordedFrom} and r.recorded_at < ${names.recordedTo} and ${condition})`
  );
}

/**
 * Whether the event names a related resource of a type, with an id or without.
 *
 * @param typePattern a regular expression made of a-z, 0-9, _ and its own signs; JCS puts the key "type" last
 */
export function relatedTypePattern(typePattern: string): string {
  return `(?n)^related/[0-9]+ \\{(.*,)?"type":"${typePattern}"\\}$`;
}
