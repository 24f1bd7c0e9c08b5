// Gives one query its message: decides at the moment of sending, when the state of the transaction is known, whether one
// is needed, and whether it goes ahead of the query or behind it.

import type { ScopeBody } from './body.ts';
import { type PgClient, type PgConnection, type PgQuery, queueOf, type ServerError } from './driver.ts';
import type { Answer } from './emission.ts';
import { DATABASE_BYTES_MAX } from './limits.ts';
import { newNonce, sealBody } from './message.ts';
import { submitWithAhead } from './send-ahead.ts';
import { canFollow, submitWithBehind } from './send-behind.ts';
import type { Statement } from './statement.ts';
import { attempt, counters } from './stats.ts';
import { type TransactionState, doubtRole, learnTrust } from './transaction.ts';

export interface Plan {
  readonly client: PgClient;
  readonly state: TransactionState;
  readonly statement: Exclude<Statement, { kind: 'none' }>;
  readonly text: string;
  readonly body: ScopeBody;
  readonly key: string | undefined;
  readonly database: string | false | undefined;
}

// Permission denied, and no such function: this database will not take messages from this role.
const NEVER_AGAIN: ReadonlySet<string> = new Set(['42501', '42883']);
// The server is going away, the query was cancelled, or the transaction had failed already: not our fault to mend.
const NOT_OURS = /^(?:57|08|25P02)/;
const NO_SUCH_STATEMENT = '26000';

/** Lets the query submit itself with its message. */
export function prepare(query: PgQuery, plan: Plan): void {
  const submit = query.submit;
  query.submit = function submitAttributed(connection: PgConnection) {
    query.submit = submit;
    const plain = (): Error | null | undefined => submit.call(query, connection);
    const message = attempt(() => (isNeeded(query, plan) ? messageOf(plan) : undefined));
    if (message === undefined) return plain();
    const { state, statement } = plan;
    counters[statement.kind === 'write' ? 'emitted' : 'deferred'] += 1;
    if (statement.kind === 'maybe')
      return submitWithBehind(query, connection, { trust: state.trust, message, done: (answer) => learn(plan, answer) }, plain);
    return ahead(query, connection, plan, message, plain);
  };
}

/** Lets the query forget what is known of the role at the moment when it may change it. */
export function doubtRoleAt(query: PgQuery, state: TransactionState): void {
  const submit = query.submit;
  query.submit = function submitDoubting(connection: PgConnection) {
    query.submit = submit;
    doubtRole(state);
    return submit.call(query, connection);
  };
}

function ahead(
  query: PgQuery,
  connection: PgConnection,
  plan: Plan,
  message: string,
  plain: () => Error | null | undefined,
): Error | null | undefined {
  const { client, state, statement, body, text } = plan;
  const write = statement.kind === 'write';
  // A pipeline sends ahead of the answers, so the status at hand is an old one and proves nothing.
  const inTransaction = (state.status === 'T' || isAnew(statement)) && client.pipeline !== true;
  return submitWithAhead(
    query,
    connection,
    {
      kind: write ? 'now' : 'if_written',
      trust: state.trust,
      message,
      text,
      at: write ? statement.at : 0,
      after: write ? statement.after : 0,
      kept: write && state.trust === 'allowed' && client.pipeline !== true ? state.kept : undefined,
      done: (answer) => {
        learn(plan, answer);
        if (write && inTransaction && answer.outcome === 'sent') state.emitted = body.text;
      },
      refused: (error) => sendAgain(query, plan, error),
    },
    plain,
  );
}

function messageOf({ client, body, key, database: given }: Plan): string {
  const database = given ?? client.database;
  // PostgreSQL cuts longer names, so this is not the database's own.
  const known = typeof database === 'string' && database !== '' && Buffer.byteLength(database) <= DATABASE_BYTES_MAX;
  return sealBody(body, { nonce: newNonce(), t: Date.now(), database: known ? database : undefined }, key);
}

/** What is known now is about a transaction, or a part of one, that ends before the message is sent. */
function isAnew(statement: Statement): boolean {
  return statement.kind === 'write' && statement.anew;
}

function isNeeded(query: PgQuery, { client, state, statement, body }: Plan): boolean {
  if (state.trust === 'refused') return false;
  // Inside a transaction its COMMIT sees to it.
  if (statement.kind === 'maybe') return (client.pipeline === true || state.status === 'I') && canFollow(query, statement);
  if (client.pipeline === true || isAnew(statement)) return true;
  if (state.status === 'E') return false;
  if (statement.kind === 'commit') return state.status === 'T' && state.emitted === undefined;
  return state.emitted !== body.text;
}

function learn({ client, state }: Plan, { outcome, processId }: Answer): void {
  // A pooler hands out process numbers of its own. Who answers to the right one has one process to himself.
  if (processId !== undefined && processId === client.processID) state.kept ??= { there: false };
  if (outcome === 'refused') refuse(state);
  else if (outcome === 'sent') learnTrust(state, 'allowed');
  else if (outcome === 'able' && state.trust === 'unknown') learnTrust(state, 'able');
}

function refuse(state: TransactionState): void {
  counters.refused += 1;
  learnTrust(state, 'refused');
}

/**
 * Outside of a transaction nothing of the application has run yet: its query goes to the head of the queue, plain, or
 * with its message if only what the server was to keep is gone.
 */
function sendAgain(query: PgQuery, plan: Plan, error: ServerError): boolean {
  const { client, state, statement } = plan;
  if (NOT_OURS.test(error.code)) return false;
  const gone = error.code === NO_SUCH_STATEMENT;
  if (gone) state.kept = undefined;
  else if (NEVER_AGAIN.has(error.code)) refuse(state);
  else counters.refused += 1;
  const queue = queueOf(client);
  const begun = state.status !== 'I' || (statement.kind === 'write' && statement.after > 0);
  // A cursor has been asked for its first rows by now.
  if (begun || client.pipeline === true || queue === undefined || typeof query.requiresPreparation !== 'function') return false;
  if (gone) prepare(query, plan);
  queue.unshift(query);
  return true;
}
