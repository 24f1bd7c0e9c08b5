// One step of the projector: counts the next events of a log, writes the counts down and moves the cursor, all in the
// caller's transaction, so that an event is in the counters exactly when it lies before the cursor.

import type pg from 'pg';
import { PROJECT_EVENTS_MAX } from '../limits.ts';
import {
  addCounts,
  admitValues,
  type Cursor,
  type DayCounts,
  EVERY_EVENT,
  markOthers,
  moveCursor,
  OUTCOME_COUNT,
  sizeOfLog,
} from '../store/counter-rows.ts';
import { type Counted, countEvents } from '../store/count-events.ts';
import { COUNTED, type FacetName, numberOf } from '../store/facet-columns.ts';
import { recordedBounds } from '../store/read-events.ts';

export interface Projected {
  /** Events that were counted now. */
  readonly events: number;
  /** Events that are in the counters now. */
  readonly projected: number;
  /** Events that the log has. */
  readonly size: number;
}

const HOURS_OF_DAY = 24;

/** @param cursor locked by the transaction, which is the projector's */
export async function projectStep(tx: pg.ClientBase, tenantId: number, cursor: Cursor, eventsMax = PROJECT_EVENTS_MAX): Promise<Projected> {
  const { build, projected } = cursor;
  const size = await sizeOfLog(tx, tenantId);
  const toSeq = Math.min(size, projected + eventsMax);
  if (toSeq <= projected) return { events: 0, projected, size };
  // Undefined where nothing is left of these events: retention took them.
  const recorded = await recordedBounds(tx, tenantId, { from: projected, to: toSeq - 1 });
  if (recorded !== undefined) {
    const stretch = { fromSeq: projected, toSeq, recorded };
    const counted = await countEvents(tx, tenantId, { stretch, slots: 'hour', facets: COUNTED, total: true });
    const admitted = await admit(tx, tenantId, build, counted);
    await addCounts(tx, tenantId, build, tally(counted, admitted));
  }
  await moveCursor(tx, tenantId, build, toSeq);
  return { events: toSeq - projected, projected: toSeq, size };
}

type Admitted = ReadonlyMap<FacetName, ReadonlySet<string>>;

async function admit(tx: pg.ClientBase, tenantId: number, build: number, counted: readonly Counted[]): Promise<Admitted> {
  const admitted = new Map<FacetName, ReadonlySet<string>>();
  for (const name of COUNTED) {
    const values = [...new Set(counted.filter(({ facet }) => facet === name).map(({ value }) => value))].toSorted();
    if (values.length === 0) continue;
    const number = numberOf(name) ?? EVERY_EVENT;
    const known = await admitValues(tx, tenantId, build, number, values);
    if (known.size < values.length) await markOthers(tx, tenantId, build, number);
    admitted.set(name, known);
  }
  return admitted;
}

/** From counts by hour to what each row of a day gets. */
function tally(counted: readonly Counted[], admitted: Admitted): DayCounts[] {
  const rows = new Map<string, DayCounts & { readonly hours: Map<number, number> }>();
  for (const { slot, outcome, facet: name, value, count } of counted) {
    const own = name === undefined || admitted.get(name)?.has(value) === true;
    const number = name === undefined ? EVERY_EVENT : (numberOf(name) ?? EVERY_EVENT);
    const day = Math.floor(slot / HOURS_OF_DAY);
    const row = { facet: own ? number : -number, value: own ? value : '', day };
    const key = `${row.facet} ${day} ${row.value}`;
    const sum = rows.get(key) ?? { ...row, hours: new Map<number, number>() };
    rows.set(key, sum);
    const place = (slot - day * HOURS_OF_DAY) * OUTCOME_COUNT + outcome;
    sum.hours.set(place, (sum.hours.get(place) ?? 0) + count);
  }
  return [...rows.values()];
}
