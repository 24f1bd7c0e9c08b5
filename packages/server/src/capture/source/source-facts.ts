// Looks at a source for a report: its catalog and its slot, within seconds, on a connection of its own, so that the answer does
// not depend on who captures the source, or whether anybody does.

import type pg from 'pg';
import { COVERAGE_LOOK_MS_MAX } from '../../limits.ts';
import { type Catalog, loadCatalog } from './catalog.ts';
import { type SlotState, loadSlot } from '../slot/slot-state.ts';
import { connectSource } from './source-client.ts';

export interface SourceFacts {
  readonly readAt: Date;
  readonly catalog: Catalog;
  /** Undefined when there is no such slot. */
  readonly slot: SlotState | undefined;
  /** How late the source's walsender saw its consumer last, 0 when it had read all; undefined when nobody streams. */
  readonly lagSeconds: number | undefined;
}

/** @throws what the driver says when the source does not answer in time */
export async function lookAtSource(url: string, slot: string, publication: string): Promise<SourceFacts> {
  const source = await connectSource(url, COVERAGE_LOOK_MS_MAX, COVERAGE_LOOK_MS_MAX);
  try {
    const readAt = new Date();
    const state = await loadSlot(source, slot);
    return { readAt, slot: state, lagSeconds: await lagSeconds(source, state?.activePid), catalog: await loadCatalog(source, publication) };
  } finally {
    await source.end().catch(() => {});
  }
}

async function lagSeconds(source: pg.ClientBase, pid: number | undefined): Promise<number | undefined> {
  if (pid === undefined) return undefined;
  const answer = await source.query<{ seconds: number | null }>(
    'select extract(epoch from flush_lag)::float8 as seconds from pg_stat_replication where pid = $1',
    [pid],
  );
  return answer.rows[0]?.seconds ?? 0;
}
