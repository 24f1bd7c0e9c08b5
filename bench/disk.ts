// disk: what an event takes on the disk, part by part, as a multiple of its JSON as GET /v1/events/{id} answers it.

import { getEvent } from '@indelible/server/dist/query/one.js';
import type { Bench } from './bench.ts';
import { figure, table } from './figure.ts';
import { type Filled, withFilled } from './filled.ts';
import { withCluster } from './trail.ts';

const EVENTS = 100_000;
const SAMPLES = 200;
const GOAL = 1.9;

export const disk: Bench = {
  name: 'disk',
  run: (ctx, tell) =>
    withCluster(async (cluster) => {
      const count = ctx.options.events ?? EVENTS;
      ctx.say(`disk: making a log of ${count} events`);
      await withFilled(cluster, count, async (filled) => {
        const json = await jsonBytes(filled);
        const parts = (await sizes(filled)).map(({ part, bytes }) => ({ part, perEvent: bytes / count }));
        const total = parts.reduce((sum, { perEvent }) => sum + perEvent, 0);
        const rows = [...parts, { part: 'together', perEvent: total }].map(({ part, perEvent }) => [
          part,
          perEvent.toFixed(1),
          (perEvent / json).toFixed(3),
        ]);
        ctx.say(table([['part', 'bytes an event', 'x JSON'], ...rows, ['JSON of an event', json.toFixed(1), '1.000']]));
        tell(figure({ bench: 'disk', value: total, unit: 'bytes/event', floor: json, goal: GOAL, atMost: true }));
      });
    }),
};

async function jsonBytes({ store, log }: Filled): Promise<number> {
  const ids = await store.owner.query<{ id: string }>(
    `select id from indelible.event_key where tenant_id = $1 and seq > 0 order by random() limit ${SAMPLES}`,
    [log.tenantId],
  );
  let bytes = 0;
  for (const { id } of ids.rows) bytes += Buffer.byteLength(JSON.stringify(await getEvent(store.reader, log, id)));
  return bytes / ids.rows.length;
}

/** Every relation that holds events or what proves them: the partitions of a table count together, each index by the name of its parent. */
async function sizes({ store }: Filled): Promise<{ part: string; bytes: number }[]> {
  const answer = await store.owner.query<{ part: string; bytes: string }>(
    `with member as (
       select root.relname as name, coalesce(leaf.relid, root.oid::regclass) as relation
       from pg_class root left join lateral (select relid from pg_partition_tree(root.oid) where isleaf) leaf on true
       where root.relnamespace = 'indelible'::regnamespace and not root.relispartition and root.relkind in ('r', 'p')
         and root.relname in ('event', 'event_key', 'event_related', 'tile', 'checkpoint', 'system_leaf')
     ), size as (
       select name || ' heap' as part, 1 as place, name, pg_table_size(relation) - toast.bytes as bytes from member,
         lateral (select coalesce(pg_total_relation_size(nullif(reltoastrelid, 0)), 0) as bytes from pg_class where oid = relation) toast
       union all
       select name || ' toast', 2, name, coalesce(pg_total_relation_size(nullif(reltoastrelid, 0)), 0)
       from member join pg_class on pg_class.oid = relation
       union all
       select coalesce(parent.relname, own.relname), 3, name, pg_relation_size(own.oid)
       from member join pg_index on indrelid = relation join pg_class own on own.oid = indexrelid
         left join pg_inherits on inhrelid = own.oid left join pg_class parent on parent.oid = inhparent
     )
     select part, sum(bytes)::bigint as bytes from size group by part, place, name having sum(bytes) > 0 order by name, place, part`,
  );
  return answer.rows.map(({ part, bytes }) => ({ part, bytes: Number(bytes) }));
}
