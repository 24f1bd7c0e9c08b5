// What lets an outsider check the log: its status, consistency, tiles, checkpoints and the public keys.

import { Failure } from '@indelible/core';
import type { Context } from 'hono';
import { checkpointText, consistency, logStatus, tileByPath } from '../../ledger/prove.ts';
import { publicKeys } from '../../ledger/public-keys.ts';
import { OPERATOR_TENANT, SYSTEM_TENANT_ID } from '../../store/log-row.ts';
import type { TenantLog } from '../../store/tenants.ts';
import type { Reader } from '../../store/as-tenant.ts';
import { type App, callerOf, type Environment, type Services } from '../environment.ts';
import { admittedAs, credentialsOf } from '../gate.ts';
import { wholeNumber } from '../parameters.ts';
import { requireLog } from '../require-log.ts';

const LOG_ID = /^[a-z0-9-]{1,64}$/;
const IMMUTABLE = 'private, max-age=31536000, immutable';

export function logRoutes(app: App, services: Services): void {
  app.get('/v1/log', async (c) => {
    const caller = callerOf(c);
    return c.json(await logStatus(caller.reader, await requireLog(services, caller)));
  });

  app.get('/v1/log/consistency', async (c) => {
    const caller = callerOf(c);
    const query = c.req.query();
    const log = await requireLog(services, caller);
    return c.json(await consistency(caller.reader, log, wholeNumber(query, 'from', 1), wholeNumber(query, 'to', 1)));
  });

  app.get('/log/:logId/checkpoint', async (c) => {
    const { log, reader } = await readableLog(services, c, c.req.param('logId'), 'proofs.read');
    return c.text(await checkpointText(reader, log), 200, { 'cache-control': 'no-cache' });
  });

  app.get('/log/:logId/tile/*', async (c) => {
    const logId = c.req.param('logId');
    const { log, reader } = await readableLog(services, c, logId, 'tiles.read');
    const tile = await tileByPath(reader, log, c.req.path.slice(`/log/${logId}`.length));
    return c.body(Buffer.from(tile.bytes), 200, {
      'content-type': 'application/octet-stream',
      'cache-control': tile.immutable ? IMMUTABLE : 'no-cache',
    });
  });

  app.get('/.well-known/indelible-keys.json', async (c) => c.json(await publicKeys(services.store.reader)));
}

/** The log of an address: one that is public, the system's for everybody who may read, or the caller's own; else it does not exist. */
async function readableLog(
  services: Services,
  c: Context<Environment>,
  logId: string,
  permission: 'proofs.read' | 'tiles.read',
): Promise<{ log: TenantLog; reader: Reader }> {
  const log = LOG_ID.test(logId) ? await services.tenants.byLogId(logId) : undefined;
  if (log?.isPublic) return { log, reader: services.store.reader };
  const principal = await services.authenticator.permit(credentialsOf(services, c), permission);
  if (log === undefined || (log.tenantId !== SYSTEM_TENANT_ID && principal.tenant !== undefined && principal.tenant !== log.tenant))
    throw new Failure('not_found', `there is no log ${logId.slice(0, 64)}`);
  const tenant = principal.tenant ?? (log.tenantId === SYSTEM_TENANT_ID ? OPERATOR_TENANT : log.tenant);
  const admitted = admittedAs(services, { principal, tenant });
  c.set('admitted', admitted);
  return { log, reader: admitted.reader };
}
