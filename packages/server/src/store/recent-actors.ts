// Who acted in a stretch of the log, by every name they have: for completion. No counter holds names of people.

import type pg from 'pg';
import { makeBinder } from './binder.ts';
import type { Stretch } from './count-events.ts';
import type { Condition } from './read-events.ts';
import { timestampText } from './timestamp.ts';

export interface RecentActor {
  readonly id: string | null;
  readonly name: string | null;
  readonly email: string | null;
  readonly count: number;
}

/** As a role that may read events, in no order; an actor with several names comes several times. */
export async function recentActors(
  tx: pg.ClientBase,
  tenantId: number,
  { fromSeq, toSeq, recorded }: Stretch,
  condition?: Condition,
): Promise<RecentActor[]> {
  const { bind, values } = makeBinder();
  const names = {
    tenantId: bind(tenantId),
    recordedFrom: bind(timestampText(recorded.fromMs)),
    recordedTo: bind(timestampText(recorded.toMs)),
  };
  const text = `select e.actor_id as id, e.actor_name as name, e.actor_email as email, count(*)::int as count
     from indelible.event e
     where e.tenant_id = ${names.tenantId} and e.seq >= ${bind(fromSeq)} and e.seq < ${bind(toSeq)}
       and e.recorded_at >= ${names.recordedFrom} and e.recorded_at < ${names.recordedTo}
       and (${condition?.({ bind, values, names }) ?? 'true'})
     group by 1, 2, 3`;
  return (await tx.query<RecentActor>(text, values)).rows;
}
