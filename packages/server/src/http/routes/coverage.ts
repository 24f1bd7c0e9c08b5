// What is captured of every source, and what is not: for the operator, because a source holds rows of many tenants.

import { Failure } from '@indelible/core';
import type { Context } from 'hono';
import type { ApiKey } from '../../store/api-keys.ts';
import { OPERATOR_TENANT } from '../../store/log-row.ts';
import type { App, Environment, Services } from '../environment.ts';
import { onlyParameters } from '../parameters.ts';

export function coverageRoutes(app: App, services: Services): void {
  app.get('/v1/coverage', async (c) => {
    const { tenant } = await keyOf(services, c);
    if (tenant !== undefined && tenant !== OPERATOR_TENANT)
      throw new Failure(
        'forbidden',
        'coverage tells of sources that hold rows of many tenants: it needs a key that is good for all tenants, and this one is for one',
      );
    onlyParameters(c.req.query(), []);
    return c.json(await services.coverage());
  });
}

/** The scope read, or admin. */
async function keyOf(services: Services, c: Context<Environment>): Promise<ApiKey> {
  const credentials = { authorization: c.req.header('authorization'), tenant: c.req.header('indelible-tenant') };
  try {
    return await services.authenticator.key(credentials, 'read');
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'forbidden') throw error;
    return services.authenticator.key(credentials, 'admin').catch(() => {
      throw error;
    });
  }
}
