// Where everything is wired together: configuration in, a running server out.

import { rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { Failure, makeRedaction } from '@indelible/core';
import type { Logger } from 'pino';
import { type Access, openAccess } from './access/open.ts';
import { bySystem } from './access/actor.ts';
import { makeAsPrincipal } from './access/by-person.ts';
import { openEngine } from './access/people/engine.ts';
import { makeFirstLink } from './access/people/links.ts';
import { migratePeople } from './access/people/migrate.ts';
import { isSecure, openPeople, type People } from './access/people/people.ts';
import { makeSessions, sessionWay } from './access/people/sessions.ts';
import { signInUrl } from './access/people/sign-in-url.ts';
import { makeProvider } from './access/people/sso/provider.ts';
import { deriveKey, loadSecret } from './access/secret.ts';
import {
  Capture,
  type CoverageReport,
  MappingFile,
  type Waiting,
  type WatchedSource,
  captureSetup,
  keepDailyCoverage,
  makeCoverage,
} from './capture/index.ts';
import type { Config, SourceConfig } from './config.ts';
import { Exports } from './export/exports.ts';
import { makeApp } from './http/app.ts';
import type { Check } from './http/environment.ts';
import { makeServer } from './http/listener.ts';
import { makeMetrics, type Metrics } from './http/metrics.ts';
import { Sealer } from './ledger/seal.ts';
import { Signer } from './ledger/signer.ts';
import { PARTITION_CHECK_MS, STOP_MS_MAX } from './limits.ts';
import { makeOutgoing } from './outgoing.ts';
import { firstEvents } from './query/page.ts';
import { SearchIndexer } from './search/index.ts';
import { Projector } from './stats/projector.ts';
import { Committer } from './store/committer.ts';
import { ensureDatabase, startEmbedded } from './store/embedded/index.ts';
import { createLog, findLog, OPERATOR_TENANT } from './store/log-row.ts';
import { migrate } from './store/migrate.ts';
import { ensurePartitions } from './store/partitions.ts';
import { inTransaction, openStore, type Store } from './store/pool.ts';
import { Streams } from './stream/index.ts';
import { makeTenants, type Tenants } from './store/tenants.ts';
import { noteTrailUrl } from './store/trail-url.ts';

export interface RunningServer {
  readonly url: string;
  /** The URL of the trail's database, as its owner. */
  readonly databaseUrl: string;
  /** Makes the one-time link of the first owner; undefined once there is one. */
  firstLink(): Promise<string | undefined>;
  /** The address of a page that the server would link to. */
  readonly publicUrl: string;
  /** Captures a database until the server stops, and sets it up before, if need be: resolves once it is, or the first attempt failed. */
  capture(source: SourceConfig): Promise<void>;
  stop(): Promise<void>;
}

/** What was started, to be stopped in the opposite order. */
type Stops = (() => Promise<unknown>)[];

const TRAIL_DATABASE = 'indelible';
/** Connections by which events are written, besides those of captured sources. */
const APPENDERS = 12;

/**
 * @throws Failure `directory_in_use`, `database_unsuitable`, `store_unavailable`, `config_invalid` (the port is taken)
 */
export async function startServer(config: Config, logger: Logger): Promise<RunningServer> {
  const stops: Stops = [];
  try {
    return await start(config, logger, stops);
  } catch (error) {
    await stopAll(stops, logger);
    throw error;
  }
}

async function start(config: Config, logger: Logger, stops: Stops): Promise<RunningServer> {
  const databaseUrl = config.databaseUrl ?? (await startDatabase(config, logger, stops));
  await migrateAll(databaseUrl, config, logger);
  // A source that is captured keeps a connection, and setting it up takes another: what else is written must not wait for them.
  const appenders = APPENDERS + 2 * config.sources.length;
  const onError = (error: Error): void => logger.warn({ err: error }, 'an idle database connection broke');
  const store = openStore({ ownerUrl: databaseUrl, appenders, onError });
  stops.push(() => store.close());
  await inTransaction(store.appender, async (tx) => (await findLog(tx, OPERATOR_TENANT)) ?? (await createLog(tx, OPERATOR_TENANT)));
  stops.push(keepPartitions(store, logger), startIndexer(store, logger));

  const sealer = startSealer(store, config, logger, stops);
  const projector = startProjector(store, logger, stops);
  const captures: Capture[] = [];
  const watched: WatchedSource[] = [];
  const tenants = makeTenants(store.appender);
  const metrics = makeMetrics({
    sealingSeconds: () => (sealer.status().lagMs ?? Number.NaN) / 1000,
    countingSeconds: () => (projector.lagMs() ?? Number.NaN) / 1000,
    listeners: () => streams.listeners,
    slots: () =>
      captures
        .map((capture) => capture.status())
        .map(({ name, lagBytes, slotUsed }) => ({ source: name, bytes: lagBytes, used: slotUsed })),
  });
  const streams = openStreams(store, metrics, logger);
  const committer = new Committer({
    appender: store.appender,
    onCommit: (commit) => {
      metrics.committed(commit);
      streams.wake(commit.tenant);
    },
  });
  stops.push(() => committer.idle());
  const mapping = await openMapping(config, logger, stops);
  const capture = (source: SourceConfig): Promise<void> => {
    const started = startCapture(source, store, config, mapping, logger);
    captures.push(started);
    watched.push({
      sourceUrl: source.url,
      status: () => started.status(),
      skipped: (table) => mapping?.of(source.name).tables.get(table)?.skip === true,
    });
    stops.push(() => started.stop());
    return started.firstTry();
  };
  // Not waited for: a source may be down, or busy for hours with a transaction that a new slot waits for.
  for (const source of config.sources) void capture(source);
  const coverage = openCoverage(store, tenants, watched, logger, stops);

  const app = makeApp({
    store,
    tenants,
    ...(await startAccess({ store, tenants, committer }, config, logger, stops)),
    committer,
    exports: startExports(store, logger, stops),
    streams,
    redaction: makeRedaction(),
    metrics,
    logger,
    checks: () => checkAll(store, sealer, captures),
    coverage,
    trustedProxies: config.trustedProxies,
  });
  const server = makeServer(app.fetch);
  const url = await listen(server, config);
  // Streams have no end of their own, and the server waits for those it serves.
  stops.push(() => streams.stop().then(() => closeServer(server)));
  logger.info({ url }, 'serving');
  const publicUrl = config.publicUrl ?? url;
  return { url, databaseUrl, publicUrl, firstLink: () => firstLink(store, publicUrl), capture, stop: () => stopAll(stops, logger) };
}

async function migrateAll(databaseUrl: string, config: Config, logger: Logger): Promise<void> {
  const { applied, logName } = await migrate(databaseUrl, config.logName);
  await migratePeople(databaseUrl);
  if (applied.length > 0) logger.info({ applied, logName }, 'database migrated');
}

/** The link of the first owner; undefined once there is one. */
async function firstLink({ owner }: Store, publicUrl: string): Promise<string | undefined> {
  const made = await makeFirstLink({ owner, by: bySystem() });
  return made === undefined ? undefined : signInUrl(publicUrl, made.token);
}

/** Who may come in. */
async function startAccess(
  { store, tenants, committer }: { readonly store: Store; readonly tenants: Tenants; readonly committer: Committer },
  config: Config,
  logger: Logger,
  stops: Stops,
): Promise<Access & { readonly people: People }> {
  const secret = await loadSecret(config.signerDirectory, config.secretKey);
  const { publicUrl } = config;
  const engine = await openEngine({ ownerUrl: store.ownerUrl, key: deriveKey(secret, 'sessions'), secure: isSecure(publicUrl), logger });
  stops.push(() => engine.close());
  const sessions = makeSessions(engine);
  const access = openAccess({
    appender: store.appender,
    append: committer.append.bind(committer),
    logOf: (tenant) => tenants.byName(tenant),
    adminKey: config.adminKey,
    secret,
    ways: [sessionWay(sessions, makeAsPrincipal(store.appender))],
    onError: (error) => logger.warn({ err: error }, 'who came in could not be written down; it is tried again'),
  });
  access.start();
  stops.push(() => access.stop());
  const { accessTrail } = access;
  const provider = config.oidc === undefined ? undefined : makeProvider(config.oidc, makeOutgoing({ networks: config.outgoingNetworks }));
  return { ...access, people: openPeople({ engine, owner: store.owner, sessions, accessTrail, publicUrl, secret, provider }) };
}

function openStreams(store: Store, metrics: Metrics, logger: Logger): Streams {
  return new Streams({
    store,
    onError: (error) => logger.error({ err: error }, 'a live stream failed'),
    onDelivered: (events) => metrics.delivered(events),
    onDropped: (reason) => metrics.dropped(reason),
  });
}

function startExports({ appender, reader }: Store, logger: Logger, stops: Stops): Exports {
  const onError = (error: Error, id: string | undefined): void => logger.error({ err: error, id }, 'an export failed');
  const exports = new Exports({ appender, reader, onError });
  exports.start();
  stops.push(() => exports.stop());
  return exports;
}

async function startDatabase(config: Config, logger: Logger, stops: Stops): Promise<string> {
  const embedded = await startEmbedded({ directory: config.dataDirectory, logger });
  stops.push(() => embedded.stop());
  logger.info({ pid: embedded.pid, adopted: embedded.adopted }, 'embedded PostgreSQL is ready');
  await ensureDatabase(embedded.superuserUrl(), TRAIL_DATABASE);
  const url = embedded.superuserUrl(TRAIL_DATABASE);
  const note = await noteTrailUrl(config.dataDirectory, url);
  stops.push(() => rm(note, { force: true }));
  return url;
}

function startSealer(store: Store, config: Config, logger: Logger, stops: Stops): Sealer {
  const sealer = new Sealer({
    appender: store.appender,
    openSigner: () => Signer.open(config.signerDirectory),
    onSeal: (sealed) => logger.debug(sealed, 'sealed'),
    onError: (error, origin) => logger.error({ err: error, origin }, 'sealing is held up'),
  });
  sealer.start();
  stops.push(() => sealer.stop());
  return sealer;
}

/** Keeps the index of text search; the answer stops it. */
function startIndexer(store: Store, logger: Logger): () => Promise<void> {
  const onError = (error: Error): void => logger.error({ err: error }, 'the index of text search is held up');
  const indexer = new SearchIndexer({ projector: store.projector, onError });
  indexer.start();
  return () => indexer.stop();
}

function startProjector(store: Store, logger: Logger, stops: Stops): Projector {
  const projector = new Projector({ pool: store.projector, onError: (error) => logger.error({ err: error }, 'counting is held up') });
  projector.start();
  stops.push(() => projector.stop());
  return projector;
}

/** Answers what is captured, and puts it on record once a day. */
function openCoverage(
  store: Store,
  tenants: Tenants,
  watched: readonly WatchedSource[],
  logger: Logger,
  stops: Stops,
): () => Promise<CoverageReport> {
  const operatorEvents = async (q: string, limit: number) => firstEvents(store.reader, await tenants.byName(OPERATOR_TENANT), q, limit);
  const report = makeCoverage({ appender: store.appender, watched: () => watched, operatorEvents });
  // A source that another server captures is that server's to tell of.
  const names = (): string[] =>
    watched.map(({ status }) => status()).flatMap(({ name, state }) => (state === 'standby' || state === 'starting' ? [] : [name]));
  stops.push(keepDailyCoverage({ appender: store.appender, report, names, operatorEvents, log: logger }));
  return report;
}

async function openMapping(config: Config, logger: Logger, stops: Stops): Promise<MappingFile | undefined> {
  if (config.captureMapping === undefined) return undefined;
  const mapping = await MappingFile.open(config.captureMapping, logger);
  stops.push(async () => mapping.close());
  const known = config.sources.map(({ name }) => name);
  for (const [name, place] of mapping.sources) {
    if (!known.includes(name))
      logger.warn({ place, sources: known }, `${place}: there is no source ${name}, and what is said of it is not used`);
  }
  return mapping;
}

function startCapture(source: SourceConfig, store: Store, config: Config, mapping: MappingFile | undefined, logger: Logger): Capture {
  const mapped = mapping === undefined ? {} : { mapping: () => mapping.of(source.name) };
  // A source that is registered is never set up here: after a gap somebody must look, and new tables are found by the capture.
  const register = async (wait: Waiting): Promise<void> => {
    const { appender } = store;
    const { statements, uncovered } = await captureSetup({ sourceUrl: source.url, name: source.name, appender, ...mapped, ...wait });
    if (statements.length > 0) logger.info({ source: source.name, statements: statements.length }, 'source set up for capture');
    for (const gap of uncovered) logger.warn({ source: source.name, ...gap }, 'not covered');
  };
  const capture = new Capture({
    name: source.name,
    sourceUrl: source.url,
    appender: store.appender,
    ...(config.contextKey === undefined ? {} : { contextKey: config.contextKey }),
    ...mapped,
    log: logger,
    register,
  });
  capture.start();
  return capture;
}

/** Makes the partitions of the months ahead while the server runs; the answer stops it. */
function keepPartitions(store: Store, logger: Logger): () => Promise<void> {
  const timer = setInterval(() => {
    inTransaction(store.owner, (tx) => ensurePartitions(tx, new Date())).then(
      (made) => made.length > 0 && logger.info({ made }, 'partitions made'),
      (error: unknown) => logger.error({ err: error }, 'partitions could not be made'),
    );
  }, PARTITION_CHECK_MS);
  return async () => clearInterval(timer);
}

async function checkAll(store: Store, sealer: Sealer, captures: readonly Capture[]): Promise<Check[]> {
  const database = await store.appender.query('select 1').then(
    () => ({ name: 'database', ok: true, required: true }),
    (error: Error) => ({ name: 'database', ok: false, required: true, detail: error.message }),
  );
  const { owner, lastError } = sealer.status();
  const detail = lastError ?? (owner ? undefined : 'another server seals');
  const sealing = { name: 'sealing', ok: lastError === undefined, required: false, ...(detail === undefined ? {} : { detail }) };
  const sources = captures.map((capture) => {
    const { name, state, reason } = capture.status();
    return { name: `capture ${name}`, ok: state === 'streaming' || state === 'standby', required: false, detail: reason ?? state };
  });
  return [database, sealing, ...sources];
}

function listen(server: Server, config: Config): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(
        new Failure(
          'config_invalid',
          `the server cannot listen on ${config.bind}:${config.port} (${cause.code ?? cause.message}); set INDELIBLE_PORT or INDELIBLE_BIND`,
          {},
          { cause },
        ),
      );
    });
    server.listen(config.port, config.bind, () => {
      const { port } = server.address() as AddressInfo;
      const host = config.bind.includes(':') ? `[${config.bind}]` : config.bind;
      resolve(`http://${host === '0.0.0.0' || host === '[::]' ? '127.0.0.1' : host}:${port}`);
    });
  });
}

/** Takes no new requests and waits for those under way, not for connections that idle. */
function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const patience = setTimeout(() => server.closeAllConnections(), STOP_MS_MAX);
    server.close(() => {
      clearTimeout(patience);
      resolve();
    });
    server.closeIdleConnections();
  });
}

async function stopAll(stops: Stops, logger: Logger): Promise<void> {
  for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) {
    await stop().catch((error: unknown) => logger.error({ err: error }, 'could not stop cleanly'));
  }
}
