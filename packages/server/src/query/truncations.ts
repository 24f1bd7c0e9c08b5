// Where in a log the truncations of a type stand. They are few, and every state asks for them: what was looked through once is
// remembered, and only what was recorded since is read. Places are kept, not events: what is erased of those is gone at once.

import type pg from 'pg';
import type { HistoryEvent } from '@indelible/core';
import { STATE_TRUNCATIONS_MAX, TRUNCATION_TYPES_MAX } from '../limits.ts';
import type { RecordedRange } from '../store/read-events.ts';
import { readPlaces, readTruncations, type ResourceRow } from '../store/read-resource.ts';
import { unplacedEvent } from './gaps-truncated.ts';
import { historyEvent } from './history-event.ts';
import { isSeen } from './part.ts';
import { present, type ReadScope } from './present.ts';

export interface Truncations {
  /**
   * Those of a type that occurred in a time, in no order; of very many the newest. Of one outside of the part that is seen: that it was.
   *
   * @param tx of the reader, for this tenant
   * @param recorded all that the log holds, as this transaction sees it
   * @param occurred milliseconds since 1970, both ends included
   */
  of(tx: pg.ClientBase, scope: ReadScope, type: string, recorded: RecordedRange, occurred: RecordedRange): Promise<HistoryEvent[]>;
}

interface Place {
  readonly seq: number;
  readonly recordedMs: number;
  readonly occurredMs: number;
}

interface Remembered {
  readonly places: readonly Place[];
  /** Everything recorded before this time was looked through. */
  readonly upToMs: number;
}

/** @example const truncations = makeTruncations(); */
export function makeTruncations(): Truncations {
  const remembered = new Map<string, Remembered>();
  return {
    of: async (tx, scope, type, recorded, { fromMs, toMs }) => {
      const key = `${scope.tenantId}/${type}`;
      const known = remembered.get(key) ?? { places: [], upToMs: recorded.fromMs };
      const fresh = await readSince(tx, scope, type, { fromMs: known.upToMs, toMs: recorded.toMs });
      const places = joined(known.places, fresh);
      // The last millisecond of the log may still grow.
      const upToMs = Math.max(known.upToMs, recorded.toMs - 1);
      if (remembered.size >= TRUNCATION_TYPES_MAX) remembered.clear();
      remembered.set(key, { places, upToMs });
      const wanted = places.filter(
        ({ occurredMs, recordedMs }) => occurredMs >= fromMs && occurredMs <= toMs && recordedMs < recorded.toMs,
      );
      if (wanted.length === 0) return [];
      const rows = await readPlaces(tx, scope.tenantId, wanted);
      return rows.map((row) => {
        const event = historyEvent(scope, row, { type });
        // That the table was emptied belongs to the resource; who did it, to whom may see that event, all of which is looked at.
        return scope.within === undefined || isSeen(scope, present(scope, row)) ? event : bare(event);
      });
    },
  };
}

function bare({ id, occurredAt, resource, source }: HistoryEvent): HistoryEvent {
  return unplacedEvent(resource?.type ?? '', { id, source: source?.name ?? '', atMs: Date.parse(occurredAt) });
}

async function readSince(tx: pg.ClientBase, scope: ReadScope, type: string, recorded: RecordedRange): Promise<ResourceRow[]> {
  if (recorded.fromMs >= recorded.toMs) return [];
  return readTruncations(tx, scope.tenantId, type, { recorded, order: 'desc', limit: STATE_TRUNCATIONS_MAX });
}

function joined(known: readonly Place[], fresh: readonly Place[]): Place[] {
  const places = new Map([...known, ...fresh].map(({ seq, recordedMs, occurredMs }) => [seq, { seq, recordedMs, occurredMs }]));
  return [...places.values()].sort((a, b) => b.occurredMs - a.occurredMs || b.seq - a.seq).slice(0, STATE_TRUNCATIONS_MAX);
}
