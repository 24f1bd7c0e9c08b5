// Software that nobody here wrote runs unmodified on a captured database and on one that is not: the server's log has no
// error more, and the trail has what the oracle has. INDELIBLE_TEST_FOREIGN_SECONDS sets for how long.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { expect, test } from 'vitest';
import { LOG_FILE } from '../../store/embedded/server-log.ts';
import { ensureDatabase, removeEmbedded, startEmbedded } from '../../store/embedded/index.ts';
import { discard, scratch } from '../../store/embedded/testing.test.fixture.ts';
import { openCaptureTest, until } from '../capture.test.fixture.ts';
import { installFlows, runFlows } from './foreign-flows.test.fixture.ts';
import { compareWithOracle, type OracleTables } from './oracle-compare.test.fixture.ts';
import { openOracle } from './oracle.test.fixture.ts';
import { resourceType } from '../tables/table-words.ts';

const SECONDS = Number(process.env['INDELIBLE_TEST_FOREIGN_SECONDS'] ?? 20);
const quiet = { info: () => {}, warn: console.error, error: console.error };

/** The tables as they are in the end; a partition that has gone meanwhile was one of the jobs of its schema. */
async function tablesOf(source: pg.Pool): Promise<OracleTables> {
  const answer = await source.query<{ schema: string; name: string; root: string; key: string[] }>(
    `select n.nspname as schema, c.relname as name, rn.nspname || '.' || r.relname as root,
       array(select a.attname::text from pg_constraint x cross join unnest(x.conkey) with ordinality k(num, nr) join pg_attribute a on a.attrelid = x.conrelid and a.attnum = k.num
         where x.conrelid = c.oid and x.contype = 'p' order by k.nr) as key
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
       cross join lateral (select coalesce((select relid from pg_partition_ancestors(c.oid) with ordinality a(relid, nr) order by nr desc limit 1), c.oid) as oid) top
       join pg_class r on r.oid = top.oid join pg_namespace rn on rn.oid = r.relnamespace
     where c.relkind in ('r', 'p') and n.nspname ~ '^(pgboss|graphile|public)'`,
  );
  const byName = new Map(answer.rows.map((row) => [`${row.schema}.${row.name}`, row]));
  const roots = answer.rows.filter(({ schema, name, root }) => root === `${schema}.${name}`);
  const typeOf = ({ schema, name }: { schema: string; name: string }): string => {
    const clash = roots.filter((other) => resourceType(other.name) === resourceType(name)).length > 1;
    return resourceType(clash && schema !== 'public' ? `${schema}_${name}` : name);
  };
  const types = new Map(roots.map((row) => [typeOf(row), `${row.schema}.${row.name}`]));
  return {
    identify: (table) => byName.get(table)?.root ?? (/^pgboss\w*\.j[0-9a-f]{56}$/.test(table) ? `${table.split('.')[0]}.job` : undefined),
    identifyType: (type) => types.get(type),
    keyOf: (identity) => byName.get(identity)?.key.map((name) => [name]),
  };
}

/** The server's errors in a database, without what differs from one time to the next. */
function errorsIn(log: string, database: string): string[] {
  return log
    .split('\n')
    .filter((line) => line.includes(`@${database} ERROR:`))
    .map((line) => line.slice(line.indexOf('ERROR:')).replace(/[0-9a-f]{8,}|\d+/g, 'N'));
}

test(
  `pg-boss and graphile-worker on a captured database for ${SECONDS} s`,
  async () => {
    const directory = await scratch();
    const settings = { fsync: 'off', max_connections: '200', max_replication_slots: '20' };
    const embedded = await startEmbedded({ directory, logger: quiet, settings });
    const superuser = embedded.superuserUrl();
    try {
      const app = await openCaptureTest('create table sentinel (id text primary key)', superuser);
      try {
        await ensureDatabase(superuser, 'plain');
        const over = new AbortController();
        const urls = [app.sourceUrl, embedded.superuserUrl('plain')];
        for (const url of urls) await installFlows(url);
        await app.setup({ ddl: true });
        const oracle = await openOracle(app.sourceUrl, 'oracle');
        const capture = app.start({ noiseColumns: [] });
        await until(() => capture.status().state === 'streaming');
        const working = Promise.all(urls.map((url) => runFlows(url, over.signal)));
        await Promise.race([pause(SECONDS * 1_000), working]);
        over.abort();
        const [captured, plain] = await working;
        await app.source.query(`insert into sentinel values ('last')`);
        const last = `select from indelible.event where action = 'sentinel.created' and resource_id = 'last'`;
        await until(async () => (await app.store.owner.query(last)).rowCount === 1, 120);
        const { changes, differences } = await compareWithOracle(app.store.owner, await oracle.take(), await tablesOf(app.source));
        expect(differences).toEqual([]);
        expect(changes).toBeGreaterThan(SECONDS * 20);
        process.stderr.write(`foreign: ${changes} changes\n`);
        expect(captured).toEqual(plain);
        const log = await readFile(join(directory, LOG_FILE), 'utf8');
        const own = new Set(errorsIn(log, 'plain'));
        expect(errorsIn(log, `app_${app.name}`).filter((line) => !own.has(line))).toEqual([]);
        expect(errorsIn(log, `indelible_capture_${app.name}`)).toEqual([]);
        await oracle.close();
      } finally {
        await app.close();
      }
    } finally {
      await embedded.stop();
      await removeEmbedded(directory);
      await discard(directory);
    }
  },
  (SECONDS + 180) * 1_000,
);
