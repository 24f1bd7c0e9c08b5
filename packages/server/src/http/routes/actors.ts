// One actor: when and from where seen, and what they touched.

import { actorSummary } from '../../query/actor.ts';
import { type App, callerOf, type Services } from '../environment.ts';
import { requireLog } from '../require-log.ts';

export function actorRoutes(app: App, services: Services): void {
  app.get('/v1/actors/:id', async (c) => {
    const caller = callerOf(c);
    const { from, to, zone } = c.req.query();
    return c.json(await actorSummary(caller.reader, await requireLog(services, caller), c.req.param('id'), { from, to, zone }));
  });
}
