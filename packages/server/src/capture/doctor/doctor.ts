// Looks at everything that capture depends on, says how to mend what is wrong, and names what is not covered:
// what a trail does not see must not look like nothing having happened.

import type pg from 'pg';
import { Failure } from '@indelible/core';
import { loadCatalog } from '../source/catalog.ts';
import { connectionChecks, poolerCheck } from './connection-checks.ts';
import { ddlChecks } from './ddl-checks.ts';
import { publicationChecks } from './publication-checks.ts';
import { tableChecks, tenantChecks } from './table-checks.ts';
import { typeChecks } from './type-checks.ts';
import { attributionChecks, clockCheck, contextKeyCheck } from './trail-checks.ts';
import { slotChecks } from './slot-checks.ts';
import { mappingChecks } from '../mapping/findings.ts';
import { type Provider, detectProvider, isPoolerRefusal, readProviderFacts } from '../source/provider.ts';
import type { MapOptions } from '../tables/resource-map.ts';
import { openSource } from '../source/source-client.ts';
import { type Check, checkSource, warning } from '../source/source-checks.ts';
import { namesOf } from '../source/source-record.ts';

export interface CaptureDoctor extends MapOptions {
  readonly sourceUrl: string;
  readonly name: string;
  /** The trail; without it only the source is looked at. */
  readonly appender?: pg.Pool;
  /** INDELIBLE_CONTEXT_KEY as this command sees it. */
  readonly contextKey?: string | undefined;
}

/** What no table or setting can change today; docs say the same. */
const NOT_COVERED: readonly Check[] = [
  warning('reads', 'SELECT is not captured', 'record access by the API: POST /v1/events'),
  warning('large objects', 'pg_largeobject is not in the logical stream', 'keep files in ordinary columns or outside the database'),
  warning(
    'unattributed statements',
    'what a procedure commits before its end carries no attribution; neither does, outside of a transaction, COPY (INSERT ... RETURNING ...) TO, or a write that a SELECT does not show (in a view, an operator, a policy); nor anything that does not go through a patched node-postgres',
    'run them inside a transaction, whose COMMIT names the actor; packages/sdk/README.md lists all',
  ),
];

/**
 * @returns one verdict an item, the source's settings first; each that is not ok says how to mend it, in words and as statements
 * @throws Failure `capture_invalid` when the source does not answer at all
 */
export async function captureDoctor(doctor: CaptureDoctor): Promise<Check[]> {
  const { slot, publication } = namesOf(doctor.name);
  let source: pg.Client;
  try {
    source = await openSource(doctor.sourceUrl);
  } catch (error) {
    if (error instanceof Failure && isPoolerRefusal(error.message)) return [poolerCheck(doctor.sourceUrl, error.message)];
    throw error;
  }
  try {
    const provider = detectProvider(await readProviderFacts(source, doctor.sourceUrl));
    const checks = await checkSource(source, slot, doctor.sourceUrl);
    const connection = await connectionChecks(source, doctor.sourceUrl, provider);
    checks.push(...connection.checks);
    const catalog = await loadCatalog(source, publication);
    checks.push(
      ...publicationChecks(catalog, doctor.name),
      ...(await tableChecks(source, catalog, publication)),
      ...tenantChecks(catalog, doctor),
      ...typeChecks(catalog, doctor),
      ...mappingChecks(catalog, doctor.mapping?.()),
    );
    checks.push(...(await ddlChecks(source, doctor.name)));
    if (doctor.appender !== undefined) checks.push(...(await trailChecks(source, doctor, doctor.appender, provider, connection)));
    checks.push(contextKeyCheck(doctor.contextKey));
    return [...checks, ...NOT_COVERED];
  } finally {
    await source.end();
  }
}

async function trailChecks(
  source: pg.Client,
  doctor: CaptureDoctor,
  appender: pg.Pool,
  provider: Provider,
  { identity }: Awaited<ReturnType<typeof connectionChecks>>,
): Promise<Check[]> {
  return [
    ...(await slotChecks(source, doctor.name, appender, provider, identity)),
    ...(await attributionChecks(doctor.name, appender)),
    await clockCheck(source, appender, provider),
  ];
}
