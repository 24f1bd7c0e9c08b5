// A row whose event cannot be made must not hold up the rows behind it: it is told all the same, with what is known of it
// for certain, and with every value named as missing.

import type { NewEvent } from '@indelible/core';
import type { RowItem } from '../replication/assemble.ts';
import type { Attributed } from '../attribution/attribution.ts';
import { qualified } from '../source/catalog.ts';
import { unavailableOf } from './fit-change.ts';
import { lsnText } from '../replication/lsn.ts';
import type { Relation } from '../replication/pgoutput.ts';
import { type TableMap, mapUnknown } from '../tables/resource-map.ts';
import { type EventSettings, frameOf, rowEvent } from './row-event.ts';
import { type RowImages, keyOf } from './row-image.ts';

/** Marks events of rows that could not be read. */
export const UNREADABLE_TAG = 'capture:unreadable';
/** An error's own words may quote the value, which may be a secret: they are in no event and in no log. */
const UNREADABLE = 'the value could not be read, because of a fault in Indelible';
const FRAMES_TOLD = 3;

/** What the operator is told of a row that could not be read. */
export interface RowFault {
  readonly table: string;
  /** As in `source.position`. */
  readonly place: string;
  /** The kind of the error and where it was thrown, without its words. */
  readonly error: string;
}

/**
 * The event of a row, whatever the row holds.
 *
 * @param told of the fault when the values could not be read
 */
export function eventOf(
  item: RowItem,
  images: RowImages,
  map: TableMap,
  attributed: Attributed,
  tenantKnown: boolean,
  settings: EventSettings,
  told: (fault: RowFault) => void,
): NewEvent {
  try {
    return rowEvent(item, images, map, attributed, tenantKnown, settings);
  } catch (error) {
    told(faultOf(item, map.table, error));
    return unreadableEvent(item, images, map, attributed, tenantKnown, settings);
  }
}

export function faultOf({ begin, ordinal }: RowItem, table: string, error: unknown): RowFault {
  return { table, place: `${lsnText(begin.commitLsn)}:${ordinal}`, error: wordless(error) };
}

/** What a table is taken for when nothing can be said of it: no value of it is shown. */
export function mapBlind(relation: Relation): TableMap {
  return mapUnknown(qualified(relation), relation.name);
}

/** Everything that is known of a change without its values. */
export function unreadableEvent(
  item: RowItem,
  images: RowImages,
  map: TableMap,
  attributed: Attributed,
  tenantKnown: boolean,
  settings: EventSettings,
): NewEvent {
  const { relation, kind } = images;
  const frame = frameOf(item, kind, map, attributed, tenantKnown, settings);
  const id = idOf(images, map);
  return {
    ...frame,
    severity: 'high',
    resource: { type: map.resourceType, ...(id === undefined ? {} : { id }) },
    change: { fields: [], unavailable: unavailableOf(new Map(relation.columns.map(({ name }) => [name, UNREADABLE]))) },
    tags: [...(frame.tags ?? []), UNREADABLE_TAG],
  };
}

function idOf({ relation, after, before }: RowImages, { key }: TableMap): string | undefined {
  const tuple = after ?? before;
  try {
    return tuple === undefined ? undefined : keyOf(relation, tuple, key);
  } catch {
    return undefined;
  }
}

function wordless(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return [error.name, ...frames.slice(0, FRAMES_TOLD).map((line) => line.trim())].join(' ');
}

/** A table with such rows may have many: told of the first, the tenth, the hundredth ... of each table. */
export function faultLog(source: string, log: { error(fields: object, message: string): void }): (fault: RowFault) => void {
  const counts = new Map<string, number>();
  return ({ table, place, error }) => {
    const rows = (counts.get(table) ?? 0) + 1;
    counts.set(table, rows);
    if (!/^10*$/.test(String(rows))) return;
    const message = `a row of ${table} at ${place} could not be read (${rows} of this table so far); its event has no values`;
    log.error({ source, table, place, rows, error }, message);
  };
}
