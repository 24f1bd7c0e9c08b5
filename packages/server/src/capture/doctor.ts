// Looks at everything that capture depends on, says how to mend what is wrong, and names what is not covered:
// what a trail does not see must not look like nothing having happened.

import type pg from 'pg';
import { makeRedaction } from '@indelible/core';
import { type Catalog, loadCatalog, qualified } from './catalog.ts';
import { checkContinuity } from './gap.ts';
import { planPublication, wantsFull } from './publication-plan.ts';
import { identifySource } from './replication.ts';
import { type MapOptions, makeResourceMap } from './resource-map.ts';
import { openSource } from './source-client.ts';
import { type Check, checkSource } from './source-checks.ts';
import { loadAcknowledged, loadRecord, namesOf } from './source-record.ts';

export interface CaptureDoctor extends MapOptions {
  readonly sourceUrl: string;
  readonly name: string;
  /** The trail; without it only the source is looked at. */
  readonly appender?: pg.Pool;
}

const SLOT_LAG_BYTES_WARN = 1024 * 1024 * 1024;

/** What no table or setting can change today; docs say the same. */
const NOT_COVERED: readonly Check[] = [
  ['DDL', 'CREATE, ALTER and DROP of tables are not captured', 'keep migrations under version control'],
  ['reads', 'SELECT is not captured', 'record access by the API: POST /v1/events'],
  ['large objects', 'pg_largeobject is not in the logical stream', 'keep files in ordinary columns or outside the database'],
  [
    'unattributed statements',
    'CALL, DO, COPY streams and cursors carry no attribution; neither does an autocommit SELECT of a function that writes',
    'put them into a transaction with another write',
  ],
].map(([item = '', found = '', remedy = '']) => ({ item, verdict: 'warning', found, remedy }));

/** @returns one verdict an item, the source's settings first */
export async function captureDoctor(doctor: CaptureDoctor): Promise<Check[]> {
  const { slot, publication } = namesOf(doctor.name);
  const source = await openSource(doctor.sourceUrl);
  try {
    const checks = await checkSource(source, slot);
    const catalog = await loadCatalog(source, publication);
    checks.push(...publicationChecks(catalog, publication), ...tableChecks(catalog, publication), ...tenantChecks(catalog, doctor));
    if (doctor.appender !== undefined) checks.push(...(await trailChecks(source, doctor, doctor.appender)));
    return [...checks, ...NOT_COVERED];
  } finally {
    await source.end();
  }
}

function publicationChecks(catalog: Catalog, name: string): Check[] {
  const { publication } = catalog;
  if (publication === undefined)
    return [{ item: 'publication', verdict: 'failed', found: `there is no publication ${name}`, remedy: 'run "indelible capture setup"' }];
  const checks: Check[] = [{ item: 'publication', verdict: 'ok', found: `the publication ${name} is there` }];
  const missing = ['insert', 'update', 'delete', 'truncate'].filter((operation) => !publication.operations.includes(operation));
  if (missing.length > 0) {
    checks.push({
      item: 'operations',
      verdict: 'failed',
      found: `the publication leaves out ${missing.join(', ')}`,
      remedy: 'run "indelible capture setup"',
    });
  }
  if (!publication.viaRoot) {
    checks.push({
      item: 'partitions',
      verdict: 'failed',
      found: "rows of partitions come under the partition's name",
      remedy: 'run "indelible capture setup"',
    });
  }
  for (const table of publication.narrowed) {
    checks.push({
      item: 'column list',
      verdict: 'failed',
      found: `${table} is published with a column list or a row filter, which hides changes and makes UPDATE fail`,
      remedy: 'run "indelible capture setup"',
    });
  }
  if (publication.allTables) {
    checks.push({
      item: 'all tables',
      verdict: 'warning',
      found: 'the publication is FOR ALL TABLES: an UPDATE of a new table without a primary key fails until its identity is set',
      remedy: 'drop the publication while the server is stopped, and run "indelible capture setup"',
    });
  }
  return checks;
}

function tableChecks(catalog: Catalog, publication: string): Check[] {
  const plan = planPublication(catalog, publication);
  const checks: Check[] = [];
  for (const table of catalog.tables.values()) {
    if (
      table.identity !== 'f' &&
      wantsFull(table, catalog.version) &&
      !table.foreign &&
      !table.unlogged &&
      (table.published || table.root !== undefined)
    ) {
      checks.push({
        item: 'replica identity',
        verdict: 'failed',
        found: `${qualified(table)} does not have REPLICA IDENTITY FULL: earlier values are missing`,
        remedy: 'run "indelible capture setup"',
      });
    }
  }
  for (const table of plan.added) {
    checks.push({
      item: 'table',
      verdict: 'failed',
      found: `${qualified(table)} is not captured yet`,
      remedy: 'run "indelible capture setup", or let the server find it (every ten seconds)',
    });
  }
  for (const { table, what, remedy } of plan.uncovered)
    checks.push({ item: 'table', verdict: 'warning', found: `${table}: ${what}`, remedy });
  if ([...catalog.tables.values()].some((table) => table.partitioned)) {
    checks.push({
      item: 'table',
      verdict: 'warning',
      found: 'TRUNCATE of a single partition, and ATTACH or DETACH, are not captured',
      remedy: 'TRUNCATE or DELETE through the partitioned table',
    });
  }
  if (checks.every((check) => check.verdict !== 'failed'))
    checks.unshift({
      item: 'tables',
      verdict: 'ok',
      found: `${[...catalog.tables.values()].filter((table) => table.published).length} tables are captured`,
    });
  return checks;
}

function tenantChecks(catalog: Catalog, options: MapOptions): Check[] {
  const maps = makeResourceMap(catalog, { ...options, redaction: options.redaction ?? makeRedaction() });
  return [...catalog.tables.values()]
    .filter((table) => table.root === undefined && (maps.get(table.oid)?.tenant.length ?? 0) === 0)
    .map((table) => ({
      item: 'tenant',
      verdict: 'warning' as const,
      found: `rows of ${qualified(table)} do not lead to a tenant: they go to the tenant "default"`,
      remedy: 'add a tenant column or a foreign key that leads to one within three hops',
    }));
}

async function trailChecks(source: pg.ClientBase, doctor: CaptureDoctor, appender: pg.Pool): Promise<Check[]> {
  const record = await loadRecord(appender, doctor.name);
  if (record === undefined)
    return [
      {
        item: 'source',
        verdict: 'failed',
        found: `the trail does not know a source ${doctor.name}`,
        remedy: 'run "indelible capture setup"',
      },
    ];
  if (record.stoppedReason !== undefined)
    return [{ item: 'gap', verdict: 'failed', found: record.stoppedReason, remedy: 'run "indelible capture setup"' }];
  const identity = await identifySource(doctor.sourceUrl);
  const health = await checkContinuity(source, record, identity, () => loadAcknowledged(appender, record.sourceId));
  if (health.gap !== undefined)
    return [
      {
        item: 'gap',
        verdict: 'failed',
        found: health.gap.detail,
        remedy: 'start the server: it puts the gap on record; then run "indelible capture setup"',
      },
    ];
  const late = health.lagBytes > SLOT_LAG_BYTES_WARN;
  const lag: Check = {
    item: 'slot',
    verdict: late ? 'warning' : 'ok',
    found: `the slot ${record.slot} holds back ${health.lagBytes} bytes of log`,
    ...(late ? { remedy: 'see that the server runs and its database keeps up' } : {}),
  };
  const unknown = record.counters['tenantUnknown'] ?? 0;
  if (unknown === 0) return [lag];
  return [
    lag,
    {
      item: 'tenant',
      verdict: 'warning',
      found: `${unknown} changes so far went to the tenant "default"`,
      remedy: 'see the tables above that do not lead to a tenant',
    },
  ];
}
