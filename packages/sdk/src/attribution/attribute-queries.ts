// Patches node-postgres so that every write carries who acts, and in what circumstances, into its transaction.
// The application's queries come first: whatever goes wrong in here is counted, and the query goes out untouched.

import { bindCallbacks } from '../context/bind.ts';
import { currentScope, runWithoutContext } from '../context/context.ts';
import { bodyOf, type ScopeBody } from './body.ts';
import {
  internalsOf,
  type Method,
  type PgClient,
  type PgConnection,
  type PgInternals,
  type PgModule,
  type PgQuery,
  promiseClassOf,
  queueOf,
  type ServerError,
} from './driver.ts';
import { contextKey } from '../config.ts';
import { DATABASE_BYTES_MAX } from './limits.ts';
import { newNonce, sealMessage } from './message.ts';
import { submitWithAhead } from './send-ahead.ts';
import { classify, type Statement } from './statement.ts';
import { counters } from './stats.ts';
import { type TransactionState, transactionOf } from './transaction.ts';

export interface AttributeOptions {
  /** Shared with the server, at best 32 random bytes as text. Default: the environment's INDELIBLE_CONTEXT_KEY. */
  readonly key?: string | undefined;
  /**
   * The database's own name, which goes into every message: a copy of it proves nothing in another database. Default:
   * the name that each client connects with. Behind a pooler that has names of its own, give the real one, or false for
   * none; with a wrong name the attribution is asserted instead of verified.
   */
  readonly database?: string | false | undefined;
}

const PATCHED = Symbol.for('indelible.attributed');
// Permission denied, and no such function: this database will not take messages from this role.
const NEVER_AGAIN: ReadonlySet<string> = new Set(['42501', '42883']);
// The server is going away, the query was cancelled, or the transaction had failed already: not our fault to mend.
const NOT_OURS = /^(?:57|08|25P02)/;

/**
 * Attributes the writes of all clients and pools of node-postgres to the context that they run in (runWithContext).
 * Call it once, anywhere before the first query that counts; a second call does nothing. Reads cost nothing; a write
 * carries one message of at most 8 KB per transaction on the round trip that it makes anyway.
 *
 * Not attributed: outside of a transaction, a SELECT of a function that writes, CALL, DO, COPY streams and cursors
 * (inside a transaction they are, at its COMMIT); and queries that are built in one context and awaited in another.
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
  patchQuery(internals, { key: contextKey(options.key), database: options.database });
  patchConnect(internals);
  patchPool(internals);
}

function patchQuery({ client, Query }: PgInternals, options: AttributeOptions): void {
  const original = client.query;
  const refusing = new Set<string>();
  client.query = function queryAttributed(this: PgClient, ...args) {
    // pg calls back in the context of its socket; a callback that writes must do so as its own caller.
    const bound = bindCallbacks(args);
    const attributed = attempt(() => attribute(this, bound, Query, options, refusing));
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

/** The query with a message ahead, or undefined when it goes out as it is. */
function attribute(
  client: PgClient,
  args: readonly unknown[],
  Query: PgInternals['Query'],
  options: AttributeOptions,
  refusing: Set<string>,
): Attributed | undefined {
  const config = args[0];
  const text = textOf(config);
  if (text === undefined) return undefined;
  const statement = classify(text);
  if (statement.kind === 'none') return undefined;
  const state = transactionOf(client);
  if (state === undefined || (statement.kind === 'commit' && state.emitted !== undefined)) return undefined;
  if (refusing.size > 0 && refusing.has(targetOf(client))) return undefined;
  const scope = currentScope();
  if (scope === undefined) {
    if (statement.kind === 'write') counters.withoutContext += 1;
    return undefined;
  }
  const given = config instanceof Query;
  if (!given && isSubmittable(config)) return undefined;
  const query = given ? config : new Query(config, args[1], args[2]);
  // pg itself is to complain about a callback that is none.
  if (query.callback && typeof query.callback !== 'function') return undefined;
  const timeout = given ? undefined : (config as { readonly query_timeout?: number }).query_timeout;
  if (timeout !== undefined) query.query_timeout = timeout;
  prepare(query, { client, state, statement, body: bodyOf(scope), options, refuse: () => refusing.add(targetOf(client)) });
  return { query, given };
}

interface Plan {
  readonly client: PgClient;
  readonly state: TransactionState;
  readonly statement: Exclude<Statement, { kind: 'none' }>;
  readonly body: ScopeBody;
  readonly options: AttributeOptions;
  readonly refuse: () => void;
}

/** Decides at the moment of sending, when the state of the transaction is known, and only then makes the message. */
function prepare(query: PgQuery, plan: Plan): void {
  const submit = query.submit;
  query.submit = function submitAttributed(connection: PgConnection) {
    query.submit = submit;
    const plain = (): Error | null | undefined => submit.call(query, connection);
    const message = attempt(() => (isNeeded(plan) ? messageOf(plan) : undefined));
    if (message === undefined) return plain();
    const { state, statement, body } = plan;
    const write = statement.kind === 'write';
    // A pipeline sends ahead of the answers, so the status at hand is an old one and proves nothing.
    const inTransaction = (state.status === 'T' || isAnew(statement)) && plan.client.pipeline !== true;
    counters[write ? 'emitted' : 'deferred'] += 1;
    return submitWithAhead(
      query,
      connection,
      {
        kind: write ? 'now' : 'if_written',
        message,
        at: write ? statement.at : 0,
        after: write ? statement.after : 0,
        done: () => {
          if (write && inTransaction) state.emitted = body.text;
        },
        refused: (error) => sendAgain(query, plan, error),
      },
      plain,
    );
  };
}

function messageOf({ client, body, options }: Plan): string {
  const database = options.database ?? client.database;
  // PostgreSQL cuts longer names, so this is not the database's own.
  const known = typeof database === 'string' && database !== '' && Buffer.byteLength(database) <= DATABASE_BYTES_MAX;
  return sealMessage({ ...body.body, nonce: newNonce(), t: Date.now(), ...(known && { database }) }, options.key);
}

/** What is known now is about a transaction, or a part of one, that ends before the message is sent. */
function isAnew(statement: Statement): boolean {
  return statement.kind === 'write' && statement.anew;
}

function isNeeded({ client, state, statement, body }: Plan): boolean {
  if (client.pipeline === true || isAnew(statement)) return true;
  if (state.status === 'E') return false;
  if (statement.kind === 'commit') return state.status === 'T' && state.emitted === undefined;
  return state.emitted !== body.text;
}

/** Outside of a transaction nothing of the application has run yet: its query goes to the head of the queue, plain. */
function sendAgain(query: PgQuery, { client, state, statement, refuse }: Plan, error: ServerError): boolean {
  if (NOT_OURS.test(error.code)) return false;
  counters.refused += 1;
  if (NEVER_AGAIN.has(error.code)) refuse();
  const queue = queueOf(client);
  const begun = state.status !== 'I' || (statement.kind === 'write' && statement.after > 0);
  if (begun || client.pipeline === true || queue === undefined) return false;
  queue.unshift(query);
  return true;
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

function textOf(config: unknown): string | undefined {
  const text: unknown = typeof config === 'object' && config !== null ? Reflect.get(config, 'text') : config;
  return typeof text === 'string' ? text : undefined;
}

function isSubmittable(config: unknown): boolean {
  return typeof config === 'object' && config !== null && typeof Reflect.get(config, 'submit') === 'function';
}

function targetOf({ host, port, database, user }: PgClient): string {
  return `${user}@${host}:${port}/${database}`;
}

function attempt<T>(fn: () => T): T | undefined {
  try {
    return fn();
  } catch {
    counters.faults += 1;
    return undefined;
  }
}
