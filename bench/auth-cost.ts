// auth-cost: what finding out who asks, whether they may, and noting that they read adds to a request. The same application
// serves twice, once with all of that and once with somebody who is let in unasked; requests to both take turns. They ask for
// what needs no database, so that nothing else varies.

import { Agent, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { makeRedaction, type NewEvent } from '@indelible/core';
import type { Authenticator } from '@indelible/server/dist/access/authenticate.js';
import { type AccessOptions, openAccess } from '@indelible/server/dist/access/open.js';
import { Exports } from '@indelible/server/dist/export/exports.js';
import { makeApp } from '@indelible/server/dist/http/app.js';
import { openEngine } from '@indelible/server/dist/access/people/engine.js';
import { migratePeople } from '@indelible/server/dist/access/people/migrate.js';
import { openPeople } from '@indelible/server/dist/access/people/people.js';
import { makeSessions } from '@indelible/server/dist/access/people/sessions.js';
import type { Services } from '@indelible/server/dist/http/environment.js';
import { makeMetrics } from '@indelible/server/dist/http/metrics.js';
import { makeLogger } from '@indelible/server/dist/logger.js';
import { createKey } from '@indelible/server/dist/store/api-keys.js';
import { Committer } from '@indelible/server/dist/store/committer.js';
import type { Store } from '@indelible/server/dist/store/pool.js';
import { selfEvent } from '@indelible/server/dist/store/self.js';
import { makeTenants } from '@indelible/server/dist/store/tenants.js';
import { Streams } from '@indelible/server/dist/stream/index.js';
import type { Bench } from './bench.ts';
import { figure } from './figure.ts';
import { withCluster, withTrail } from './trail.ts';

const REQUESTS = 4_000;
const WARM_UP_REQUESTS = 500;
const MS_MAX = 0.3;
const TENANT = 'bench';
const PATH = '/v1/complete?q=act';

export const authCost: Bench = {
  name: 'auth-cost',
  run: async (ctx, tell) => {
    ctx.say(`auth-cost: ${REQUESTS} requests of each kind`);
    const medians = await withCluster((cluster) => withTrail(cluster, measure));
    const [unasked = 0] = medians.map(({ ms }) => ms);
    for (const { name, ms } of medians) {
      ctx.say(`auth-cost: ${name} ${ms.toFixed(3)} ms`);
      if (name !== 'unasked')
        tell(figure({ bench: `auth-cost-${name}`, value: ms - unasked, unit: 'ms', floor: null, goal: MS_MAX, atMost: true }));
    }
  },
};

interface Kind {
  readonly name: string;
  readonly authorization: string;
  readonly port: number;
}

async function measure(store: Store): Promise<{ name: string; ms: number }[]> {
  const guarded = await guardedServices(store);
  const unasked: Services = { ...guarded.services, authenticator: unguarded(), accessTrail: { note: () => undefined } };
  const servers = [await listen(guarded.services), await listen(unasked)];
  const [guardedPort = 0, unaskedPort = 0] = servers.map((server) => (server.address() as AddressInfo).port);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const kinds: Kind[] = [
    { name: 'unasked', authorization: `Bearer ${guarded.key}`, port: unaskedPort },
    { name: 'key', authorization: `Bearer ${guarded.key}`, port: guardedPort },
    { name: 'held-key', authorization: `Bearer ${guarded.heldKey}`, port: guardedPort },
    { name: 'viewer', authorization: `Bearer ${guarded.viewer}`, port: guardedPort },
  ];
  try {
    const times = new Map(kinds.map(({ name }) => [name, [] as number[]]));
    for (let round = -WARM_UP_REQUESTS; round < REQUESTS; round++) {
      // Each comes after each other one as often.
      for (let turn = 0; turn < kinds.length; turn++) {
        const kind = kinds[(round + turn + kinds.length * WARM_UP_REQUESTS) % kinds.length];
        if (kind === undefined) continue;
        const ms = await ask(agent, kind);
        if (round >= 0) times.get(kind.name)?.push(ms);
      }
    }
    return kinds.map(({ name }) => ({ name, ms: median(times.get(name) ?? []) }));
  } finally {
    agent.destroy();
    for (const server of servers) await new Promise((resolve) => server.close(resolve));
    await guarded.stop();
  }
}

function unguarded(): Authenticator {
  const principal = { kind: 'key', id: 'key_bench', tenant: TENANT, grants: ['read'], credentials: [] } as const;
  return { admit: async () => ({ principal, tenant: TENANT }), permit: async () => principal };
}

async function guardedServices(store: Store) {
  const { appender } = store;
  const committer = new Committer({ appender });
  const append = (tenant: string, events: readonly NewEvent[]) => committer.append(tenant, events);
  await append(TENANT, [selfEvent({ action: 'bench.started', actor: { type: 'system' } })]);
  const tenants = makeTenants(appender);
  const onError = (error: Error): void => console.error(error.message);
  const logOf: AccessOptions['logOf'] = (tenant) => tenants.byName(tenant);
  const secret = Buffer.alloc(32, 7);
  const access = openAccess({ appender, append, logOf, secret, onError });
  await migratePeople(store.ownerUrl);
  const logger = makeLogger('silent');
  const engine = await openEngine({ ownerUrl: store.ownerUrl, key: secret, secure: false, logger });
  const { accessTrail } = access;
  const people = openPeople({ engine, owner: store.owner, sessions: makeSessions(engine), accessTrail, publicUrl: undefined, secret });
  const streams = new Streams({ store, onError, onDelivered: () => undefined, onDropped: () => undefined });
  access.start();
  const services: Services = {
    ...access,
    people,
    store,
    tenants,
    committer,
    exports: new Exports({ appender, reader: store.reader, onError }),
    streams,
    redaction: makeRedaction(),
    metrics: makeMetrics({ sealingSeconds: () => 0, countingSeconds: () => 0, slots: () => [] }),
    logger,
    checks: async () => [],
    coverage: async () => ({ asOf: '', sources: [] }),
    trustedProxies: ['10.0.0.0/8'],
  };
  const made = { name: 'bench', tenant: TENANT, scopes: ['read'] } as const;
  const { token: viewer } = await access.viewerTokens.make({
    tenant: TENANT,
    scope: 'resource:bot/bot_42',
    untilMs: Date.now() + 3_600_000,
    restsOn: [],
  });
  return {
    services,
    key: (await createKey(store.owner, made)).token,
    heldKey: (await createKey(store.owner, { ...made, addresses: ['10.0.0.0/8', '127.0.0.0/8', '::1/128'] })).token,
    viewer,
    stop: async () => {
      await access.stop();
      await streams.stop();
      await committer.idle();
    },
  };
}

async function listen(services: Services): Promise<Server> {
  const server = createAdaptorServer({ fetch: makeApp(services).fetch }) as Server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function ask(agent: Agent, { authorization, port }: Kind): Promise<number> {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    get({ agent, port, host: '127.0.0.1', path: PATH, headers: { authorization } }, (response) => {
      response.resume();
      response.on('end', () => {
        if (response.statusCode === 200) resolve(performance.now() - begun);
        else reject(new Error(`a request was answered with ${response.statusCode}`));
      });
    }).on('error', reject);
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
