// Is the process alive, can it serve, and what does it measure. Open to everybody: they tell nothing of what is recorded.

import type { App, Services } from '../environment.ts';

export function healthRoutes(app: App, services: Services): void {
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.get('/readyz', async (c) => {
    const checks = await services.checks();
    const ready = checks.every((check) => check.ok || !check.required);
    // Open to everybody: that something is wrong, but not in the words of the database, which name hosts and roles.
    const verdicts = checks.map(({ detail, ...check }) => (check.ok && detail !== undefined ? { ...check, detail } : check));
    for (const check of checks) if (!check.ok) services.logger.warn(check, 'not ready');
    return c.json({ status: ready ? 'ready' : 'not ready', checks: verdicts }, ready ? 200 : 503);
  });
  app.get('/metrics', async (c) =>
    c.body(await services.metrics.registry.metrics(), 200, { 'content-type': services.metrics.registry.contentType }),
  );
}
