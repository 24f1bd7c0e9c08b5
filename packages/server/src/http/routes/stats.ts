// Numbers of a tenant's events, and completion of a query by its values.

import { checkZone, Failure, QUERY_CHARS_MAX } from '@indelible/core';
import { type Bucket, BUCKETS } from '../../stats/buckets.ts';
import { completeQuery } from '../../stats/complete.ts';
import { facets } from '../../stats/facets.ts';
import { histogram } from '../../stats/histogram.ts';
import type { StatsRequest } from '../../stats/request.ts';
import { type App, callerOf, type Services } from '../environment.ts';
import { wholeNumber } from '../parameters.ts';
import { logOf } from '../require-log.ts';

export function statsRoutes(app: App, services: Services): void {
  app.get('/v1/stats/histogram', async (c) => {
    const caller = callerOf(c);
    const query = c.req.query();
    const request = { ...common(query), bucket: bucketOf(query['bucket'] ?? 'auto') };
    return c.json(await histogram(caller.reader, await logOf(services, caller), request));
  });

  app.get('/v1/stats/facets', async (c) => {
    const caller = callerOf(c);
    const query = c.req.query();
    const fields = (query['fields'] ?? '').split(',').filter((field) => field !== '');
    if (fields.length === 0) {
      throw new Failure('parameter_invalid', 'fields: expected names of fields joined by commas, such as action,outcome', {
        pointer: 'fields',
      });
    }
    return c.json(await facets(caller.reader, await logOf(services, caller), { ...common(query), fields }));
  });

  app.get('/v1/complete', async (c) => {
    const caller = callerOf(c);
    const query = c.req.query();
    const q = query['q'] ?? '';
    if (q.length > QUERY_CHARS_MAX)
      throw new Failure('parameter_invalid', `q: expected ${QUERY_CHARS_MAX} characters at most`, { pointer: 'q' });
    checkZone(query['zone'] ?? 'UTC');
    const position = query['position'] === undefined ? q.length : wholeNumber(query, 'position', 0);
    return c.json(await completeQuery(caller.reader, await logOf(services, caller), q, position));
  });
}

function common(query: Readonly<Record<string, string>>): StatsRequest {
  return { q: query['q'], zone: query['zone'], from: query['from'], to: query['to'] };
}

function bucketOf(text: string): Bucket | 'auto' {
  const bucket = [...BUCKETS, 'auto' as const].find((known) => known === text);
  if (bucket !== undefined) return bucket;
  throw new Failure('parameter_invalid', `bucket: expected ${BUCKETS.join(', ')} or auto, got "${text.slice(0, 60)}"`, {
    pointer: 'bucket',
  });
}
