// Exports over HTTP: asked for, listed, cancelled, fetched.

import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { byPrincipal } from '../../access/actor.ts';
import type { Principal } from '../../access/principal.ts';
import { demandFile } from '../../export/download.ts';
import { fileNameOf, manifestOf } from '../../export/manifest.ts';
import { fileBytesOf, presentExport } from '../../export/present.ts';
import { endExport, type ExportContext, exportsOf, requestExport, seenExport } from '../../export/request.ts';
import type { ExportJob } from '../../store/export-jobs.ts';
import { clientAddress } from '../client-address.ts';
import { type App, callerOf, type Environment, type Services } from '../environment.ts';
import { newExport } from '../openapi/exports.ts';
import { pageParameters, pathId } from '../parameters.ts';
import { readJson } from '../read-json.ts';
import { logOf, requireLog, type SeenLog } from '../require-log.ts';

const TYPES = { jsonl: 'application/x-ndjson; charset=utf-8', csv: 'text/csv; charset=utf-8; header=present' } as const;

export function exportRoutes(app: App, services: Services): void {
  const contextOf = (c: Context<Environment>, log: SeenLog): ExportContext => {
    const { principal, reader } = callerOf(c);
    const by = byPrincipal(principal, clientAddress(c, services.trustedProxies), c.get('requestId'));
    return { reader, appender: services.store.appender, log, maker: makerOf(principal), by };
  };
  const context = async (c: Context<Environment>): Promise<ExportContext> => contextOf(c, await requireLog(services, callerOf(c)));
  const seen = async (c: Context<Environment>): Promise<ExportJob> => seenExport(await context(c), pathId(c.req.param('id') ?? ''));

  app.post('/v1/exports', async (c) => {
    const wanted = await readJson(c, newExport);
    const job = await requestExport(await context(c), wanted);
    services.exports.wake();
    return c.json(presentExport(job), 202);
  });

  app.get('/v1/exports', async (c) => {
    const { limit, cursor } = pageParameters(c.req.query());
    const log = await logOf(services, callerOf(c));
    if (log === undefined) return c.json({ exports: [] });
    const { exports, ...rest } = await exportsOf(contextOf(c, log), { limit, cursor });
    return c.json({ exports: exports.map(presentExport), ...rest });
  });

  app.get('/v1/exports/:id', async (c) => c.json(presentExport(await seen(c))));

  app.post('/v1/exports/:id/cancel', async (c) => c.json(presentExport(await endExport(await context(c), pathId(c.req.param('id'))))));

  app.get('/v1/exports/:id/file', async (c) => {
    const job = await seen(c);
    demandFile(job);
    const headers = { ...attachment(fileNameOf(job)), 'content-type': TYPES[job.format], 'content-length': String(fileBytesOf(job)) };
    // An answer to HEAD has no body that anybody would read or end.
    if (c.req.method === 'HEAD') return new Response(null, { headers });
    const { principal } = callerOf(c);
    const { credentials, untilMs } = principal;
    const connection = (c.env as Partial<HttpBindings> | undefined)?.outgoing;
    const abort = connection === undefined ? undefined : (): void => void connection.destroy();
    return new Response(services.exports.downloads.open(job, { name: makerOf(principal), credentials, untilMs, abort }), { headers });
  });

  app.get('/v1/exports/:id/manifest', async (c) => {
    const job = await seen(c);
    demandFile(job);
    if (job.result === undefined) throw new Error('an export that is done has no result');
    return c.json({ export: manifestOf(job, job.result) }, 200, attachment(`${fileNameOf(job)}.manifest.json`));
  });
}

/** Whatever a platform calls its viewers, none of them is a person or a key. */
function makerOf({ kind, id }: Principal): string {
  return `${kind} ${id}`;
}

function attachment(fileName: string): Record<string, string> {
  return {
    'content-disposition': `attachment; filename="${fileName}"`,
    'cache-control': 'no-store, no-transform',
    'x-content-type-options': 'nosniff',
  };
}
