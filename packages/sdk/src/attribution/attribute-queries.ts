// Patches node-postgres so that every write carries who acts, and in what circumstances, into its transaction.
// The application's queries come first: whatever goes wrong in here is counted, and the query goes out untouched.

import { hostname } from 'node:os';
import { bindCallbacks } from '../context/bind.ts';
import { currentScope, newScope, runWithoutContext, type Scope } from '../context/context.ts';
import { bodyOf } from './body.ts';
import {
  internalsOf,
  type Method,
  type PgClient,
  type PgInternals,
  type PgModule,
  type PgQuery,
  promiseClassOf,
  warnOfNative,
} from './driver.ts';
import { contextKey } from '../config.ts';
import { doubtRoleAt, prepare } from './prepare.ts';
import { classify } from './statement.ts';
import { attempt, counters } from './stats.ts';
import { transactionOf } from './transaction.ts';

export interface AttributeOptions {
  /** Shared with the server, at best 32 random bytes as text. Default: the environment's INDELIBLE_CONTEXT_KEY. */
  readonly key?: string | undefined;
  /**
   * The database's own name, which goes into every message: a copy of it proves nothing in another database. Default:
   * the name that each client connects with. Behind a pooler that has names of its own, give the real one, or false for
   * none; with a wrong name the attribution is asserted instead of verified.
   */
  readonly database?: string | false | undefined;
  /**
   * The name of this application. With it writes outside of any context are attributed to the application itself, as an
   * actor of the type `service`, with host and process in the metadata; without it they go out unattributed.
   */
  readonly service?: string | undefined;
}

const PATCHED = Symbol.for('indelible.attributed');

/**
 * Attributes the writes of all clients and pools of node-postgres to the context that they run in (runWithContext).
 * Call it once, anywhere before the first query that counts; a second call does nothing. Reads cost nothing; a write
 * carries one message of at most 8 KB per transaction on the round trip that it makes anyway.
 *
 * Cursors and COPY streams are attributed too, and what may write without showing it (a SELECT of a function, CALL, DO):
 * outside of a transaction right behind it, inside of one at its COMMIT, and in both cases only if something was written.
 * What remains unattributed is listed in the README of this package.
 *
 * The message shows where statements show: whoever may read the database's statement log or pg_stat_activity reads who
 * acted, from where and why. A query without parameters travels as text, the message as a literal within it, and so is
 * logged by log_statement and log_min_duration_statement; with parameters the message is one of those that they log.
 *
 * A message names the time at which it was sent. The clocks of application and database may be five minutes apart;
 * beyond that, and in transactions longer than a day, the attribution is asserted instead of verified.
 *
 * @throws TypeError when `pg` is not node-postgres.
 * @example
 * import pg from 'pg';
 * import { attributeQueries } from '@indelible/sdk';
 * attributeQueries(pg);
 */
export function attributeQueries(pg: PgModule, options: AttributeOptions = {}): void {
  const internals = internalsOf(pg);
  if (Object.hasOwn(internals.client, PATCHED)) return;
  Object.defineProperty(internals.client, PATCHED, { value: true });
  const { service, database } = options;
  const own = service === undefined ? undefined : newScope({ actor: { type: 'service', id: service }, metadata: processOf() });
  patchQuery(internals, { key: contextKey(options.key), database, own });
  patchConnect(internals);
  patchPool(internals);
  warnOfNative(pg);
}

function processOf(): Readonly<Record<string, unknown>> {
  return { host: hostname(), pid: process.pid };
}

interface Settings {
  readonly key: string | undefined;
  readonly database: string | false | undefined;
  /** What writes outside of any context belong to. */
  readonly own: Scope | undefined;
}

function patchQuery({ client, Query }: PgInternals, settings: Settings): void {
  const original = client.query;
  client.query = function queryAttributed(this: PgClient, ...args) {
    // pg calls back in the context of its socket; a callback that writes must do so as its own caller.
    const bound = bindCallbacks(args);
    const attributed = attempt(() => attribute(this, bound, Query, settings));
    if (attributed === undefined) return original.apply(this, bound);
    const { query, given } = attributed;
    if (given) return original.apply(this, bound);
    if (query.callback) {
      original.call(this, query);
      return undefined;
    }
    const result = promiseOf(query, promiseClassOf(this));
    original.call(this, query);
    return result;
  };
}

interface Attributed {
  readonly query: PgQuery;
  /** The application made the Query itself, and gets it back. */
  readonly given: boolean;
}

/** The query with a message, or undefined when it goes out as it is. */
function attribute(client: PgClient, args: readonly unknown[], Query: PgInternals['Query'], settings: Settings): Attributed | undefined {
  const config = args[0];
  const text = textOf(config);
  if (text === undefined) return undefined;
  const statement = classify(text);
  if (statement.kind === 'none' && statement.changesRole !== true) return undefined;
  const state = transactionOf(client);
  if (state === undefined) return undefined;
  const scope = currentScope() ?? settings.own;
  if (scope === undefined && statement.kind === 'write' && state.trust !== 'refused') counters.withoutContext += 1;
  const said = statement.kind === 'none' || (statement.kind === 'commit' && state.emitted !== undefined);
  if ((scope === undefined || said) && statement.changesRole !== true) return undefined;
  const given = isSubmittable(config);
  const query = given ? (config as PgQuery) : new Query(config, args[1], args[2]);
  // pg itself is to complain about a callback that is none.
  if (!given && query.callback && typeof query.callback !== 'function') return undefined;
  const timeout = given ? undefined : (config as { readonly query_timeout?: number }).query_timeout;
  if (timeout !== undefined) query.query_timeout = timeout;
  if (scope !== undefined && statement.kind !== 'none' && !said)
    prepare(query, { client, state, statement, text, body: bodyOf(scope), key: settings.key, database: settings.database });
  if (statement.changesRole === true) doubtRoleAt(query, state);
  return { query, given };
}

/** As pg makes it, with a stack that leads to the application. */
function promiseOf(query: PgQuery, PromiseClass: PromiseConstructor): Promise<unknown> {
  return new PromiseClass((resolve, reject) => {
    query.callback = (error, result) => (error ? reject(error) : resolve(result));
  }).catch((error: Error) => {
    Error.captureStackTrace(error);
    throw error;
  });
}

/** A socket outlives the request that opened it: what it calls must belong to nobody, not to that request. */
function patchConnect({ client }: PgInternals): void {
  const original = client.connect;
  client.connect = function connectOutside(this: PgClient, ...args) {
    const bound = bindCallbacks(args);
    attempt(() => transactionOf(this));
    return runWithoutContext(() => original.apply(this, bound));
  };
}

/** A pool wakes a waiting caller inside the call that released the client: bound, it wakes as itself. */
function patchPool({ pool }: PgInternals): void {
  const original = pool.connect;
  const connect: Method<unknown> = function connect(this: unknown, ...args) {
    return original.apply(this, bindCallbacks(args));
  };
  pool.connect = connect;
}

/** The SQL of a text, a config, a Query, a cursor, a COPY stream, or of a stream that holds a cursor. */
function textOf(config: unknown): string | undefined {
  if (typeof config === 'string') return config;
  if (typeof config !== 'object' || config === null) return undefined;
  const text: unknown = Reflect.get(config, 'text');
  if (typeof text === 'string') return text;
  const cursor: unknown = isSubmittable(config) ? Reflect.get(config, 'cursor') : undefined;
  return typeof cursor === 'object' && cursor !== null ? textOf(cursor) : undefined;
}

function isSubmittable(config: unknown): boolean {
  return typeof config === 'object' && config !== null && typeof Reflect.get(config, 'submit') === 'function';
}
