// The history of one resource.

import { resourceHistory } from '../../query/history.ts';
import { type App, callerOf, type Services } from '../environment.ts';
import { flag, pageParameters } from '../parameters.ts';
import { requireLog } from '../require-log.ts';

export function resourceRoutes(app: App, services: Services): void {
  app.get('/v1/resources/:type/:id', async (c) => {
    const { tenant } = await callerOf(services, c, 'read');
    const { rest, ...page } = pageParameters(c.req.query(), ['related']);
    const log = await requireLog(services, tenant);
    const resource = { type: c.req.param('type'), id: c.req.param('id'), related: flag(rest, 'related') };
    return c.json(await resourceHistory(services.store.reader, log, resource, page));
  });
}
