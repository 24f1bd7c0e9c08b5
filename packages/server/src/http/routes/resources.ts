// What became of one resource: its history, its state at an instant, what differs between two, and how to undo a change.

import { compareResource } from '../../query/compare.ts';
import { makeGaps } from '../../query/gaps.ts';
import { readResourcePage } from '../../query/history-resource.ts';
import { reverseChange } from '../../query/reverse.ts';
import { resourceState, type StateReader } from '../../query/state.ts';
import { makeTruncations } from '../../query/truncations.ts';
import { type Admitted, type App, callerOf, type Services } from '../environment.ts';
import { flag, pageParameters } from '../parameters.ts';
import { requireLog } from '../require-log.ts';

export function resourceRoutes(app: App, services: Services): void {
  const { reader } = services.store;
  // Gaps stand in logs that no tenant reads: who asks is told of them, and sees nothing of these.
  const shared = { gaps: makeGaps(reader, services.tenants), truncations: makeTruncations() };
  const ask = (caller: Admitted): StateReader => ({ ...shared, reader: caller.reader });

  app.get('/v1/resources/:type/:id', async (c) => {
    const caller = callerOf(c);
    const { rest, ...page } = pageParameters(c.req.query());
    const log = await requireLog(services, caller);
    const resource = { type: c.req.param('type'), id: c.req.param('id'), related: flag(rest, 'related') };
    return c.json(await readResourcePage(ask(caller), log, resource, page));
  });

  app.get('/v1/resources/:type/:id/state', async (c) => {
    const caller = callerOf(c);
    const { at, zone } = c.req.query();
    return c.json(await resourceState(ask(caller), await requireLog(services, caller), c.req.param(), { at, zone }));
  });

  app.get('/v1/resources/:type/:id/compare', async (c) => {
    const caller = callerOf(c);
    const { from, to, zone } = c.req.query();
    return c.json(await compareResource(ask(caller), await requireLog(services, caller), c.req.param(), { from, to, zone }));
  });

  app.get('/v1/resources/:type/:id/reverse', async (c) => {
    const caller = callerOf(c);
    return c.json(await reverseChange(ask(caller), await requireLog(services, caller), c.req.param(), c.req.query('event')));
  });
}
