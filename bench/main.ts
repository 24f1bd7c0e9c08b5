// npm run bench [-- name ...] [-- --json]: every number that we publish, measured here and now.

import { attributionQuery } from './attribution-query.ts';
import { authCost } from './auth-cost.ts';
import type { Bench, BenchContext } from './bench.ts';
import { captureLag } from './capture-lag.ts';
import { captureMemory } from './capture-memory.ts';
import { captureRate } from './capture-rate.ts';
import { disk } from './disk.ts';
import { type Figure, figureTable } from './figure.ts';
import { foreignIds } from './foreign-ids.ts';
import { ingestBatch } from './ingest-batch.ts';
import { ingestOrm } from './ingest-orm.ts';
import { ingestSingle } from './ingest-single.ts';
import { readOptions } from './options.ts';
import { queryGrowth } from './query-growth.ts';
import { queryBlame, queryHistory, queryState } from './query-history.ts';
import { queryPage } from './query-page.ts';
import { queryCommon, queryRare } from './query-search.ts';
import { queryFacets, queryHistogram } from './query-stats.ts';
import { forgetTrails } from './query-trail.ts';
import { sourceBulk } from './source-bulk.ts';
import { sourceOverhead } from './source-overhead.ts';
import { stream } from './stream.ts';
import { verify } from './verify.ts';

const BENCHES: readonly Bench[] = [
  ingestBatch,
  ingestSingle,
  ingestOrm,
  verify,
  disk,
  captureRate,
  captureLag,
  captureMemory,
  sourceOverhead,
  sourceBulk,
  attributionQuery,
  stream,
  queryPage,
  queryHistory,
  queryState,
  queryBlame,
  queryRare,
  queryCommon,
  queryGrowth,
  queryHistogram,
  queryFacets,
  authCost,
  foreignIds,
];
const USAGE = `npm run bench [-- name ...] [-- --json] [-- --seconds N] [-- --events N] [-- --profile DIRECTORY]
names: ${BENCHES.map(({ name }) => name).join(', ')}; all of them by default`;

/** @returns the exit code: 2 for a call that makes no sense; that a goal is missed is a figure, not a fault */
async function main(args: readonly string[]): Promise<number> {
  const chosen = choose(args);
  if (chosen === undefined) return 2;
  const { benches, options } = chosen;
  const say = (text: string): void => {
    process.stderr.write(text.endsWith('\n') ? text : `${text}\n`);
  };
  const ctx: BenchContext = { options, say };
  const figures: Figure[] = [];
  try {
    for (const bench of benches) {
      await bench.run(ctx, (figure) => {
        figures.push(figure);
        if (options.json) process.stdout.write(`${JSON.stringify(figure)}\n`);
      });
    }
  } finally {
    await forgetTrails();
  }
  if (!options.json) process.stdout.write(figureTable(figures));
  return 0;
}

function choose(args: readonly string[]): { benches: readonly Bench[]; options: BenchContext['options'] } | undefined {
  try {
    const options = readOptions(args);
    const unknown = options.names.filter((name) => !BENCHES.some((bench) => bench.name === name));
    if (unknown.length > 0) throw new TypeError(`there is no benchmark ${unknown.join(', ')}`);
    return { options, benches: BENCHES.filter(({ name }) => options.names.length === 0 || options.names.includes(name)) };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${USAGE}\n`);
    return undefined;
  }
}

process.exitCode = await main(process.argv.slice(2));
