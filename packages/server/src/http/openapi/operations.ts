// The one table of operations. An address that the server has and this table has not, or the other way round, fails a test.

import { accessOperations } from './access.ts';
import { actorOperations } from './actors.ts';
import { coverageOperations } from './coverage.ts';
import { dashboardOperations } from './dashboard.ts';
import { eventOperations } from './events.ts';
import { exportOperations } from './exports.ts';
import { healthOperations } from './health.ts';
import { keyOperations } from './keys.ts';
import { logOperations } from './log.ts';
import type { Operation } from './operation.ts';
import { peopleOperations } from './people.ts';
import { resourceOperations } from './resources.ts';
import { signInOperations } from './sign-in.ts';
import { ssoOperations } from './sso.ts';
import { statsOperations } from './stats.ts';
import { streamOperations } from './stream.ts';
import { tenantOperations } from './tenants.ts';
import { viewOperations } from './views.ts';

export const OPERATIONS: readonly Operation[] = [
  ...eventOperations,
  ...streamOperations,
  ...resourceOperations,
  ...actorOperations,
  ...statsOperations,
  ...exportOperations,
  ...logOperations,
  ...keyOperations,
  ...accessOperations,
  ...signInOperations,
  ...ssoOperations,
  ...tenantOperations,
  ...peopleOperations,
  ...viewOperations,
  ...coverageOperations,
  ...healthOperations,
  ...dashboardOperations,
];

/** Its address as the application's router writes it. */
export function routeOf({ path, takesRest }: Operation): string {
  const route = path.replace(/\{(\w+)\}/g, ':$1');
  return takesRest === true ? route.replace(/:\w+$/, '*') : route;
}
