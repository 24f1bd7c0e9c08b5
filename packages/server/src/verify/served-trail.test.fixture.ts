// A trail as an outsider's requests see it: the answers are made by the functions that the server's routes call, and may be bent.

import { Failure } from '@indelible/core';
import { eventProof, logStatus, tileByPath } from '../ledger/prove.ts';
import { publicKeys } from '../ledger/public-keys.ts';
import type { SealedTrail } from '../ledger/sealed-trail.test.fixture.ts';
import type { VerifyServerOptions } from './remote-run.ts';

/** What a dishonest server makes of an answer. */
export type Bend = (path: string, body: unknown) => unknown;

/** A server in place of the network, as a key of one tenant sees it. */
export function serverOf(
  served: SealedTrail,
  bend: Bend = (_, body) => body,
  tenant = 'org_acme',
): NonNullable<VerifyServerOptions['fetch']> {
  const answer = async (path: string): Promise<unknown> => {
    const { reader } = served.store;
    const log = await served.log(tenant);
    if (path === '/.well-known/indelible-keys.json') return publicKeys(reader);
    if (path === '/v1/log') return logStatus(reader, log);
    const [, id] = /^\/v1\/events\/(.+)\/proof$/.exec(path) ?? [];
    if (id !== undefined) return eventProof(reader, log, id);
    const [, logId, tile] = /^\/log\/([^/]+)(\/tile\/.+)$/.exec(path) ?? [];
    return (await tileByPath(reader, { tenantId: logId === 'system' ? 0 : log.tenantId }, tile ?? '')).bytes;
  };
  return async (url) => {
    try {
      const body = bend(url.pathname, await answer(url.pathname));
      return body instanceof Uint8Array ? new Response(body.slice()) : Response.json(body);
    } catch (error) {
      if (error instanceof Failure) return Response.json({ detail: error.message }, { status: error.status });
      throw error;
    }
  };
}
