// What is captured of every source, and what is not: for the operator, because a source holds rows of many tenants.

import type { App, Services } from '../environment.ts';

export function coverageRoutes(app: App, services: Services): void {
  app.get('/v1/coverage', async (c) => {
    return c.json(await services.coverage());
  });
}
