// POST /v1/events takes events in; GET reads them back.

import { type Failure, REQUEST_BYTES_MAX } from '@indelible/core';
import { demandWhole } from '../../access/permissions.ts';
import { ingest, ingestPartially, type Verdict } from '../../ingest/ingest.ts';
import { eventProof } from '../../ledger/prove.ts';
import { eventContext } from '../../query/context.ts';
import { getEvent } from '../../query/one.ts';
import { explainEvents, listEvents } from '../../query/page.ts';
import { type App, callerOf, type Services } from '../environment.ts';
import { flag, pageParameters } from '../parameters.ts';
import { problemOf } from '../problem.ts';
import { readBytes } from '../read-bytes.ts';
import { logOf, requireLog } from '../require-log.ts';

export function eventRoutes(app: App, services: Services): void {
  app.post('/v1/events', async (c) => {
    const { tenant } = callerOf(c);
    const partial = flag(c.req.query(), 'partial');
    const body = await readBytes(c.req.raw, REQUEST_BYTES_MAX);
    const ctx = { tenant, redaction: services.redaction, append: services.committer.append.bind(services.committer) };
    const input = { contentType: c.req.header('content-type'), body };
    if (!partial) return c.json({ receipts: await ingest(ctx, input) }, 201);
    const verdicts = await ingestPartially(ctx, input);
    const stored = verdicts.some((verdict) => 'receipt' in verdict);
    const [first] = verdicts;
    // When nothing could be stored for now, the whole request is one to be sent again.
    if (!stored && first !== undefined && verdicts.every(isPassing)) throw (first as { error: Failure }).error;
    return c.json({ verdicts: verdicts.map(presentVerdict) }, stored ? 201 : 422);
  });

  app.get('/v1/events', async (c) => {
    const caller = callerOf(c);
    const { rest, ...page } = pageParameters(c.req.query());
    const log = await logOf(services, caller);
    const request = { ...page, q: rest['q'] ?? '', zone: rest['zone'] };
    if (!flag(rest, 'explain')) return c.json(await listEvents(caller.reader, log, request));
    // The way to a page, and its times, tell what stands in events that are not on it.
    demandWhole(caller.principal);
    return c.json(await explainEvents(caller.reader, log, request));
  });

  app.get('/v1/events/:id', async (c) => {
    const caller = callerOf(c);
    return c.json(await getEvent(caller.reader, await requireLog(services, caller), c.req.param('id')));
  });

  app.get('/v1/events/:id/context', async (c) => {
    const caller = callerOf(c);
    return c.json(await eventContext(caller.reader, await requireLog(services, caller), c.req.param('id')));
  });

  app.get('/v1/events/:id/proof', async (c) => {
    const caller = callerOf(c);
    const log = await requireLog(services, caller);
    // A proof holds the whole event: of one that is not seen there is none.
    if (log.within !== undefined) await getEvent(caller.reader, log, c.req.param('id'));
    const proof = await eventProof(caller.reader, log, c.req.param('id'));
    return c.req.header('accept')?.includes('text/plain') ? c.text(proof.proof) : c.json(proof);
  });
}

function isPassing(verdict: Verdict): boolean {
  return 'error' in verdict && (verdict.error.status === 503 || verdict.error.status === 429);
}

function presentVerdict(verdict: Verdict): object {
  return 'receipt' in verdict ? { receipt: verdict.receipt } : { error: problemOf(verdict.error) };
}
