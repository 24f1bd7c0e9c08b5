// Puts a statement of ours on the wire behind one that may have written, under the same Sync: it sends the message only
// if there is something to attribute, so that a read which looks like a write costs neither WAL nor a commit.
//
//   Parse Bind Describe Execute (theirs) | Parse Bind Describe Execute (ours) | Sync
//
// A procedure may commit in front of ours: PostgreSQL learns of ours only when theirs is done.

import type { PgConnection, PgQuery } from './driver.ts';
import { type Answer, answerOf, ANSWER_COLUMN, parameterSql, type Trust } from './emission.ts';
import { handlersOf } from './handlers.ts';
import type { Maybe } from './statement.ts';
import { sendStatement, wireOf, withdraw } from './wire.ts';

export interface Behind {
  readonly message: string;
  readonly trust: Trust;
  readonly done: (answer: Answer) => void;
}

/** Whether theirs travels by the extended protocol, or may just as well. */
export function canFollow(query: PgQuery, { extensible }: Maybe): boolean {
  return extensible || typeof query.requiresPreparation !== 'function' || query.requiresPreparation();
}

/** Submits a query with ours behind it. `submit` is the query's own. */
export function submitWithBehind(
  query: PgQuery,
  connection: PgConnection,
  behind: Behind,
  submit: () => Error | null | undefined,
): Error | null | undefined {
  const wire = wireOf(connection);
  wire.behind = () => sendStatement(connection, parameterSql('if_written', behind.trust), behind.message, true);
  keepAnswer(query, behind, () => withdraw(wire));
  let submitted = false;
  try {
    const refusal = inExtended(query, submit);
    submitted = !refusal;
    return refusal;
  } finally {
    if (!submitted) withdraw(wire);
  }
}

/** Simple queries answer in text, whatever the client is set to. */
function inExtended(query: PgQuery, submit: () => Error | null | undefined): Error | null | undefined {
  if (typeof query.requiresPreparation !== 'function' || query.requiresPreparation()) return submit();
  const { queryMode, binary } = query;
  query.queryMode = 'extended';
  query.binary = false;
  try {
    return submit();
  } finally {
    query.queryMode = queryMode;
    query.binary = binary;
  }
}

/** Ours is told by the name of its column; whatever else comes is theirs. */
function keepAnswer(query: PgQuery, behind: Behind, withdrawOurs: () => void): void {
  const { own, restore } = handlersOf(query);
  let ours = false;
  let answer = answerOf(undefined);
  query.handleRowDescription = (message) => {
    ours = isOurs(message);
    if (!ours) own.row.call(query, message);
  };
  query.handleDataRow = (message) => {
    if (ours) answer = answerOf(message);
    else own.data.call(query, message);
  };
  query.handleCommandComplete = (message, connection) => {
    if (!ours) return own.complete.call(query, message, connection);
    restore();
    behind.done(answer);
  };
  query.handleError = (error, connection) => {
    withdrawOurs();
    return own.error.call(query, error, connection);
  };
}

function isOurs(message: unknown): boolean {
  const fields: unknown = typeof message === 'object' && message !== null ? Reflect.get(message, 'fields') : undefined;
  return Array.isArray(fields) && fields.length === 1 && Reflect.get(fields[0] as object, 'name') === ANSWER_COLUMN;
}
