// From a row change to an event: action, resource, related resources, change and source. Pure.

import { createHash } from 'node:crypto';
import {
  CLOCK_SKEW_MS_MAX,
  type JsonObject,
  type NewEvent,
  NAME_CHARS_MAX,
  RELATED_MAX,
  type RelatedResource,
  type Resource,
  classify,
  uuidFrom,
} from '@indelible/core';
import type { RowItem } from '../replication/assemble.ts';
import type { Attributed } from '../attribution/attribution.ts';
import { type ChangeSettings, changeOf } from './change-of.ts';
import { lsnText } from '../replication/lsn.ts';
import type { Begin } from '../replication/pgoutput.ts';
import type { TableMap } from '../tables/resource-map.ts';
import { type RowImages, keyOf, shownAs, textOf } from './row-image.ts';

const VERBS = { insert: 'created', update: 'updated', delete: 'deleted', truncate: 'truncated', observe: 'observed' } as const;

/** Marks events whose row does not say which tenant it belongs to. */
export const TENANT_UNKNOWN_TAG = 'tenant:unknown';

/** Marks events of a source whose clock is ahead: searches rely on no event being later than the trail's clock and some minutes. */
export const CLOCK_AHEAD_TAG = 'clock:ahead';
/** The field of the metadata that then holds the source's own time. */
const SOURCE_TIME = 'committedAt';

export interface EventSettings extends ChangeSettings {
  readonly name: string;
  readonly systemIdentifier: string;
  readonly timeline: number;
  /** Of the source's record. */
  readonly era: number;
  /** The trail's clock. */
  readonly nowMs: number;
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
  const related = relatedOf(map, images);
  const change = changeOf(images, item.bytes, map.secrets, settings);
  return {
    ...frameOf(item, images.kind, map, attributed, tenantKnown, settings),
    resource: resourceOf(map, images),
    ...(related.length === 0 ? {} : { related }),
    ...(change === undefined ? {} : { change }),
  };
}

/** What is said of a row's change without looking at the row: id, action, time, actor and place. */
export function frameOf(
  { begin, ordinal }: RowItem,
  kind: RowImages['kind'],
  map: TableMap,
  attributed: Attributed,
  tenantKnown: boolean,
  settings: EventSettings,
): NewEvent {
  const action = `${map.resourceType}.${VERBS[kind]}`;
  const commit = lsnText(begin.commitLsn);
  const { category, operation, severity, tags } = classify(action);
  const { occurredAt, ahead, metadata: sourceTime } = whenOf(begin, settings.nowMs);
  const metadata: JsonObject = { ...attributed.metadata, ...sourceTime };
  const ownTags = [...(tenantKnown ? [] : [TENANT_UNKNOWN_TAG]), ...(ahead ? [CLOCK_AHEAD_TAG] : [])];
  return {
    id: changeId(settings, commit, ordinal),
    idFromSender: false,
    action,
    category,
    operation,
    outcome: 'success',
    severity,
    occurredAt,
    actor: attributed.actor,
    ...(attributed.context === undefined ? {} : { context: attributed.context }),
    source: { kind: 'postgres', name: settings.name, position: `${commit}:${ordinal}`, transaction: String(begin.xid) },
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
    ...(tags.length === 0 ? {} : { catalogueTags: tags }),
    ...(ownTags.length === 0 ? {} : { tags: ownTags }),
  };
}

/** When a change happened, by the source's clock, and what is said of a clock that is ahead. */
export function whenOf(
  { committedAt }: Begin,
  nowMs: number,
): { readonly occurredAt: string; readonly ahead: boolean; readonly metadata: JsonObject } {
  const latestMs = nowMs + CLOCK_SKEW_MS_MAX;
  const ahead = committedAt > latestMs;
  return {
    occurredAt: new Date(Math.min(committedAt, latestMs)).toISOString(),
    ahead,
    metadata: ahead ? { [SOURCE_TIME]: new Date(committedAt).toISOString() } : {},
  };
}

/** @param ordinal of a row or of a DDL message: both are counted together, so that no two share an id */
export function changeId(settings: EventSettings, commit: string, ordinal: number): string {
  // A source that was put back to an older state writes other changes at the same positions.
  const era = settings.era === 0 ? '' : `,${settings.era}`;
  const seed = `${settings.systemIdentifier},${settings.timeline},${commit},${ordinal}${era}`;
  return uuidFrom(createHash('sha256').update(seed).digest().subarray(0, 16));
}

function resourceOf(map: TableMap, images: RowImages): Resource {
  const { relation } = images;
  const tuple = images.after ?? images.before;
  if (tuple === undefined) return { type: map.resourceType };
  const id = keyOf(relation, tuple, map.key);
  const named = [images.after, images.before].map((side) =>
    side === undefined || map.nameColumn === undefined ? null : textOf(relation, side, map.nameColumn),
  );
  const telling = named.find((text) => typeof text === 'string' && text !== '') ?? undefined;
  const shown = telling === undefined ? undefined : shownAs(telling, map.secrets.get(map.nameColumn ?? ''), map.hashKey);
  const name = shown?.slice(0, NAME_CHARS_MAX).toWellFormed();
  return { type: map.resourceType, ...(id === undefined ? {} : { id }), ...(name === undefined ? {} : { name }) };
}

/** How a row whose key changed is found by the id that it had. */
const FORMER_ID = 'renamed_from';

/** What the row refers to now, and what it referred to before when that is another. */
function relatedOf(map: TableMap, images: RowImages): RelatedResource[] {
  const found = new Map<string, RelatedResource>();
  const [former, present] = [images.before, images.after].map((tuple) => tuple && keyOf(images.relation, tuple, map.key));
  if (former !== undefined && present !== undefined && former !== present)
    found.set(FORMER_ID, { relation: FORMER_ID, type: map.resourceType, id: former });
  for (const tuple of [images.after, images.before]) {
    if (tuple === undefined) continue;
    for (const reference of map.related) {
      const { relation, type } = reference;
      const id = keyOf(images.relation, tuple, reference);
      if (id !== undefined && found.size < RELATED_MAX) found.set(`${relation},${type},${id}`, { relation, type, id });
    }
  }
  return [...found.values()];
}
