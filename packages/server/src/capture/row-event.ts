// From a row change to an event: action, resource, related resources, change and source. Pure.

import { createHash } from 'node:crypto';
import { type NewEvent, NAME_CHARS_MAX, RELATED_MAX, type RelatedResource, type Resource, classify, uuidFrom } from '@indelible/core';
import type { RowItem } from './assemble.ts';
import type { Attributed } from './attribution.ts';
import { type ChangeSettings, changeOf } from './change-of.ts';
import { lsnText } from './lsn.ts';
import type { TableMap } from './resource-map.ts';
import { type RowImages, keyOf, textOf } from './row-image.ts';

const VERBS = { insert: 'created', update: 'updated', delete: 'deleted', truncate: 'truncated' } as const;

/** Marks events whose row does not say which tenant it belongs to. */
export const TENANT_UNKNOWN_TAG = 'tenant:unknown';

export interface EventSettings extends ChangeSettings {
  readonly name: string;
  readonly systemIdentifier: string;
  readonly timeline: number;
}

/** Why a change makes no event: nothing differs, or nothing but noise. */
export type Skipped = 'unchanged' | 'noise';

export function skippedBecause(map: TableMap, images: RowImages): Skipped | undefined {
  const { before, after } = images;
  if (images.kind !== 'update' || !images.wholeBefore || before === undefined || after === undefined) return undefined;
  let noise = false;
  for (let index = 0; index < after.length; index++) {
    if (before[index] === after[index]) continue;
    if (!map.noise.has(images.relation.columns[index]?.name ?? '')) return undefined;
    noise = true;
  }
  return noise ? 'noise' : 'unchanged';
}

/**
 * The event of one row change. The same change gives the same id however often it is read.
 *
 * @param tenantKnown false when the event goes to the default tenant for want of a better one
 */
export function rowEvent(
  item: RowItem,
  images: RowImages,
  map: TableMap,
  attributed: Attributed,
  tenantKnown: boolean,
  settings: EventSettings,
): NewEvent {
  const { begin, ordinal } = item;
  const action = `${map.resourceType}.${VERBS[images.kind]}`;
  const commit = lsnText(begin.commitLsn);
  const { category, operation, severity, tags } = classify(action);
  const related = relatedOf(map, images);
  const change = changeOf(images, item.bytes, settings);
  return {
    id: changeId(settings, commit, ordinal),
    idFromSender: false,
    action,
    category,
    operation,
    outcome: 'success',
    severity,
    occurredAt: new Date(begin.committedAt).toISOString(),
    actor: attributed.actor,
    resource: resourceOf(map, images),
    ...(related.length === 0 ? {} : { related }),
    ...(change === undefined ? {} : { change }),
    ...(attributed.context === undefined ? {} : { context: attributed.context }),
    source: { kind: 'postgres', name: settings.name, position: `${commit}:${ordinal}`, transaction: String(begin.xid) },
    ...(attributed.metadata === undefined ? {} : { metadata: attributed.metadata }),
    ...(tags.length === 0 ? {} : { catalogueTags: tags }),
    ...(tenantKnown ? {} : { tags: [TENANT_UNKNOWN_TAG] }),
  };
}

function changeId(settings: EventSettings, commit: string, ordinal: number): string {
  const seed = `${settings.systemIdentifier},${settings.timeline},${commit},${ordinal}`;
  return uuidFrom(createHash('sha256').update(seed).digest().subarray(0, 16));
}

function resourceOf(map: TableMap, images: RowImages): Resource {
  const { relation } = images;
  const tuple = images.after ?? images.before;
  if (tuple === undefined) return { type: map.resourceType };
  const id = keyOf(relation, tuple, map.keyColumns);
  const named = [images.after, images.before].map((side) =>
    side === undefined || map.nameColumn === undefined ? null : textOf(relation, side, map.nameColumn),
  );
  const name = named
    .find((text) => text !== null && text !== '')
    ?.slice(0, NAME_CHARS_MAX)
    .toWellFormed();
  return { type: map.resourceType, ...(id === undefined ? {} : { id }), ...(name === undefined ? {} : { name }) };
}

/** What the row refers to now, and what it referred to before when that is another. */
function relatedOf(map: TableMap, images: RowImages): RelatedResource[] {
  const found = new Map<string, RelatedResource>();
  for (const tuple of [images.after, images.before]) {
    if (tuple === undefined) continue;
    for (const { relation, type, columns } of map.related) {
      const id = keyOf(images.relation, tuple, columns);
      if (id !== undefined && found.size < RELATED_MAX) found.set(`${relation},${type},${id}`, { relation, type, id });
    }
  }
  return [...found.values()];
}
