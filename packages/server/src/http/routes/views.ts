// Saved views over HTTP: those of the caller's tenant.

import type { Context } from 'hono';
import { byPrincipal } from '../../access/actor.ts';
import { changeView, type PresentedView, presentView, removeView, saveView, type ViewsContext } from '../../access/saved-views.ts';
import { listPeople } from '../../store/people.ts';
import { listViews, type SavedView } from '../../store/saved-views.ts';
import { clientAddress } from '../client-address.ts';
import { type App, callerOf, type Environment, type Services } from '../environment.ts';
import { newView, viewChange } from '../openapi/views.ts';
import { pathId } from '../parameters.ts';
import { readJson } from '../read-json.ts';
import { logOf, requireLog } from '../require-log.ts';

export function viewRoutes(app: App, services: Services): void {
  const { owner } = services.store;
  const contextOf = (c: Context<Environment>): ViewsContext => {
    const { principal, tenant } = callerOf(c);
    return { owner, by: byPrincipal(principal, clientAddress(c, services.trustedProxies), c.get('requestId')), principal, tenant };
  };
  const presented = async (c: Context<Environment>, views: readonly SavedView[]): Promise<PresentedView[]> => {
    const ids = [...new Set(views.map(({ person }) => person))];
    const names = new Map((await listPeople(owner, ids)).map(({ id, name }) => [id, name]));
    return views.map((view) => presentView(view, callerOf(c).principal, names));
  };

  app.get('/v1/views', async (c) => {
    const caller = callerOf(c);
    const { id: person, within } = caller.principal;
    const log = await logOf(services, caller);
    const views = log === undefined ? [] : await listViews(caller.reader, log.tenantId, { person, shared: within === undefined });
    return c.json({ views: await presented(c, views) });
  });

  app.post('/v1/views', async (c) => {
    const wanted = await readJson(c, newView);
    await requireLog(services, callerOf(c));
    const [view] = await presented(c, [await saveView(contextOf(c), wanted)]);
    return c.json(view, 201);
  });

  app.post('/v1/views/:id', async (c) => {
    const wanted = await readJson(c, viewChange);
    const [view] = await presented(c, [await changeView(contextOf(c), pathId(c.req.param('id')), wanted)]);
    return c.json(view);
  });

  app.post('/v1/views/:id/delete', async (c) => {
    await removeView(contextOf(c), pathId(c.req.param('id')));
    return c.json({ deleted: true });
  });
}
