// What lets an outsider check the log: its status, consistency, tiles, checkpoints and the public keys.

import { Failure } from '@indelible/core';
import type { Context } from 'hono';
import { checkpointText, consistency, logStatus, publicKeys, tileByPath } from '../../ledger/prove.ts';
import { SYSTEM_TENANT_ID } from '../../store/log-row.ts';
import type { TenantLog } from '../../store/tenants.ts';
import { type App, callerOf, type Environment, type Services } from '../environment.ts';
import { onlyParameters, wholeNumber } from '../parameters.ts';
import { requireLog } from '../require-log.ts';

const LOG_ID = /^[a-z0-9-]{1,64}$/;
const IMMUTABLE = 'private, max-age=31536000, immutable';

export function logRoutes(app: App, services: Services): void {
  const { reader } = services.store;

  app.get('/v1/log', async (c) => {
    const { tenant } = await callerOf(services, c, 'read');
    return c.json(await logStatus(reader, await requireLog(services, tenant)));
  });

  app.get('/v1/log/consistency', async (c) => {
    const { tenant } = await callerOf(services, c, 'read');
    const query = c.req.query();
    onlyParameters(query, ['from', 'to']);
    const log = await requireLog(services, tenant);
    return c.json(await consistency(reader, log, wholeNumber(query, 'from', 1), wholeNumber(query, 'to', 1)));
  });

  app.get('/log/:logId/checkpoint', async (c) => {
    const log = await readableLog(services, c, c.req.param('logId'));
    return c.text(await checkpointText(reader, log), 200, { 'cache-control': 'no-cache' });
  });

  app.get('/log/:logId/tile/*', async (c) => {
    const logId = c.req.param('logId');
    const log = await readableLog(services, c, logId);
    const tile = await tileByPath(reader, log, c.req.path.slice(`/log/${logId}`.length));
    return c.body(Buffer.from(tile.bytes), 200, {
      'content-type': 'application/octet-stream',
      'cache-control': tile.immutable ? IMMUTABLE : 'no-cache',
    });
  });

  app.get('/.well-known/indelible-keys.json', async (c) => c.json(await publicKeys(reader)));
}

/** The log of an address: one that is public, the system's with any read key, or the caller's own; else it does not exist. */
async function readableLog(services: Services, c: Context<Environment>, logId: string): Promise<TenantLog> {
  const log = LOG_ID.test(logId) ? await services.tenants.byLogId(logId) : undefined;
  if (log?.isPublic) return log;
  const credentials = { authorization: c.req.header('authorization'), tenant: c.req.header('indelible-tenant') };
  const key = await services.authenticator.key(credentials, 'read');
  const allowed = log !== undefined && (log.tenantId === SYSTEM_TENANT_ID || key.tenant === undefined || key.tenant === log.tenant);
  if (!allowed) throw new Failure('not_found', `there is no log ${logId.slice(0, 64)}`);
  return log;
}
