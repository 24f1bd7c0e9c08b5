// Splits an event into the sections that are committed to one by one (spec: ledger, Leaf), and joins them again.
// Each section is a projection of the event: merging all sections gives the event back.

import { BEHALF_DEPTH_MAX } from '../limits.ts';
import type { AuditEvent, Json, JsonObject, NewEvent, Party } from './types.ts';

export interface Section {
  readonly name: string;
  readonly value: JsonObject;
}

type Mutable = { [key: string]: unknown };

function compact(value: Mutable): JsonObject {
  for (const key of Object.keys(value)) if (value[key] === undefined) delete value[key];
  return value as JsonObject;
}

function partyAlone(party: Party): JsonObject {
  if (party.onBehalfOf === undefined) return party as unknown as JsonObject;
  const { onBehalfOf: _, ...alone } = party;
  return alone;
}

/**
 * The sections of an event, sorted by name in UTF-16 order.
 *
 * @param occurredAt RFC 3339 UTC with milliseconds: the sender's, or the time of recording
 */
export function toSections(event: NewEvent, occurredAt: string): Section[] {
  const sections: Section[] = [{ name: 'actor', value: partyAlone(event.actor) }];
  let behalf = event.actor.onBehalfOf;
  for (let depth = 1; behalf !== undefined; depth++, behalf = behalf.onBehalfOf) {
    sections.push({ name: `behalf/${depth}`, value: partyAlone(behalf) });
  }
  if (event.change !== undefined) sections.push({ name: 'change', value: event.change as unknown as JsonObject });
  if (event.context !== undefined) sections.push({ name: 'context', value: event.context as JsonObject });
  sections.push({ name: 'core', value: coreSection(event, occurredAt) });
  const metadata = metadataSection(event);
  if (metadata !== undefined) sections.push({ name: 'metadata', value: metadata });
  if (event.related !== undefined) {
    const related = event.related.map((value, index) => ({ name: `related/${index}`, value: value as unknown as JsonObject }));
    // Past ten the order by name is no longer the order by index.
    if (related.length > 10) related.sort((a, b) => (a.name < b.name ? -1 : 1));
    sections.push(...related);
  }
  if (event.resource !== undefined) sections.push({ name: 'resource', value: event.resource as unknown as JsonObject });
  sections.push({ name: 'source', value: event.source as unknown as JsonObject });
  return sections;
}

function coreSection(event: NewEvent, occurredAt: string): JsonObject {
  return compact({
    action: event.action,
    actor: { type: event.actor.type },
    category: event.category,
    error: event.error?.code === undefined ? undefined : { code: event.error.code },
    occurredAt,
    operation: event.operation,
    outcome: event.outcome,
    resource: event.resource === undefined ? undefined : { type: event.resource.type },
    severity: event.severity,
    tags: event.catalogueTags?.length ? event.catalogueTags : undefined,
  });
}

function metadataSection(event: NewEvent): JsonObject | undefined {
  const message = event.error?.message;
  if (event.metadata === undefined && !event.tags?.length && message === undefined) return undefined;
  return compact({
    error: message === undefined ? undefined : { message },
    metadata: event.metadata,
    tags: event.tags?.length ? event.tags : undefined,
  });
}

/** The parts of an event that no section holds: they belong to the entry and to the log. */
export interface Place {
  readonly id: string;
  readonly tenant: string;
  /** Milliseconds since 1970: the entry's `t`. */
  readonly t: number;
}

/**
 * Joins sections to the event that readers see. A section that was pruned, erased or withheld is simply absent;
 * what of it the section `core` repeats (types) remains.
 */
export function fromSections(place: Place, sections: Iterable<readonly [string, Json]>): AuditEvent {
  const parts = new Map<string, Mutable>();
  for (const [name, value] of sections) parts.set(name, value as unknown as Mutable);
  const core = parts.get('core') ?? {};
  const metadata = parts.get('metadata') ?? {};
  const error = core['error'] || metadata['error'] ? { ...(core['error'] as object), ...(metadata['error'] as object) } : undefined;
  const tags = [...new Set([...((core['tags'] as string[] | undefined) ?? []), ...((metadata['tags'] as string[] | undefined) ?? [])])];
  return compact({
    id: place.id,
    tenant: place.tenant,
    action: core['action'],
    category: core['category'],
    operation: core['operation'],
    outcome: core['outcome'],
    error,
    severity: core['severity'],
    occurredAt: core['occurredAt'],
    recordedAt: new Date(place.t).toISOString(),
    actor: joinActor(parts, core['actor'] as Mutable | undefined),
    resource: parts.get('resource') ?? core['resource'],
    related: joinRelated(parts),
    change: parts.get('change'),
    context: parts.get('context'),
    source: parts.get('source'),
    metadata: metadata['metadata'],
    tags: tags.length > 0 ? tags : undefined,
  }) as unknown as AuditEvent;
}

function joinActor(parts: Map<string, Mutable>, bare: Mutable | undefined): Mutable | undefined {
  let behalf: Mutable | undefined;
  for (let depth = BEHALF_DEPTH_MAX; depth > 0; depth--) {
    const party = parts.get(`behalf/${depth}`);
    // A party that was erased from the middle leaves a place: those beside it never acted for each other.
    if (party !== undefined) behalf = behalf === undefined ? party : { ...party, onBehalfOf: behalf };
    else if (behalf !== undefined) behalf = { type: 'unknown', onBehalfOf: behalf };
  }
  const actor = parts.get('actor') ?? bare;
  return actor === undefined || behalf === undefined ? actor : { ...actor, onBehalfOf: behalf };
}

function joinRelated(parts: Map<string, Mutable>): Mutable[] | undefined {
  const related = [...parts.keys()]
    .filter((name) => name.startsWith('related/'))
    .sort((a, b) => Number(a.slice(8)) - Number(b.slice(8)))
    .map((name) => parts.get(name) as Mutable);
  return related.length > 0 ? related : undefined;
}
