// Puts a statement of ours on the wire ahead of the application's, under the same Sync: one round trip, one
// transaction. Its answers are kept from the application's query, which sees exactly what it would have seen.
//
//   extended:  Parse Bind Execute (ours) | Parse Bind Describe Execute (theirs) | Sync
//   simple:    Query "SELECT ...;<their text>"

import type { PgConnection, PgQuery, ServerError } from './driver.ts';
import { type Answer, answerOf, type EmissionKind, literalSql, parameterSql, type Trust } from './emission.ts';
import { handlersOf } from './handlers.ts';
import { type Kept, sendKept, sendStatement, wireOf, withdraw } from './wire.ts';

export interface Ahead {
  readonly kind: EmissionKind;
  readonly trust: Trust;
  readonly message: string;
  /** The application's text. */
  readonly text: string;
  /** Where in the text of a simple query ours goes, and how many of their statements are answered before it. */
  readonly at: number;
  readonly after: number;
  /** Ours may be kept by the server. */
  readonly kept: Kept | undefined;
  /** Ours has been carried out. */
  readonly done: (answer: Answer) => void;
  /** Ours was refused, and theirs not even begun. True when the caller sees to the query, so that it hears nothing. */
  readonly refused: (error: ServerError) => boolean;
}

type Submit = () => Error | null | undefined;

/**
 * Submits a query with ours ahead of it. `submit` is the query's own; what it refuses to send takes ours along.
 * Which protocol it speaks shows in its first message: a Parse or a Bind, or a text (a COPY stream sends nothing else).
 */
export function submitWithAhead(query: PgQuery, connection: PgConnection, ahead: Ahead, submit: Submit): Error | null | undefined {
  const wire = wireOf(connection);
  let sent = false;
  let inserted = 0;
  wire.ahead = () => {
    sent = true;
    const sql = parameterSql(ahead.kind, ahead.trust);
    if (ahead.kept === undefined) sendStatement(connection, sql, ahead.message, false);
    else sendKept(connection, sql, ahead.message, ahead.kept);
  };
  wire.rewrite = (text) => {
    sent = true;
    const ours = literalSql(ahead.kind, ahead.trust, ahead.message);
    inserted = ours.length;
    return text.slice(0, ahead.at) + ours + text.slice(ahead.at);
  };
  let refusal: Error | null | undefined;
  try {
    refusal = submit();
  } finally {
    withdraw(wire);
  }
  if (sent) keepAnswers(query, ahead, inserted);
  return refusal;
}

/** Our statement's answers come first; theirs begin behind our CommandComplete. */
function keepAnswers(query: PgQuery, ahead: Ahead, inserted: number): void {
  const { own, restore } = handlersOf(query);
  const { name } = query;
  // A text that the extended protocol carries is one statement, or is refused as a whole.
  let before = inserted === 0 ? 0 : ahead.after;
  let ours = true;
  let answer = answerOf(undefined);
  // pg takes the name of the active query for the one that a ParseComplete belongs to.
  if (name) query.name = undefined;
  const finish = (): void => {
    ours = false;
    if (name) query.name = name;
  };
  query.handleRowDescription = (message) => {
    if (!ours || before > 0) own.row.call(query, message);
  };
  query.handleDataRow = (message) => {
    if (!ours || before > 0) own.data.call(query, message);
    else answer = answerOf(message);
  };
  query.handleCommandComplete = (message, connection) => {
    if (ours && before === 0) {
      finish();
      if (inserted === 0) restore();
      if (inserted === 0 && ahead.kept !== undefined) ahead.kept.there = true;
      ahead.done(answer);
      return;
    }
    before -= 1;
    own.complete.call(query, message, connection);
  };
  query.handleError = (error, connection) => {
    // A timeout of pg's own is no answer: what comes from the server must still be kept apart.
    if (!isServerError(error)) return own.error.call(query, error, connection);
    const early = ours && before === 0;
    restore();
    finish();
    if (early && name && connection.submittedNamedStatements) delete connection.submittedNamedStatements[name];
    const theirs = moveBack(error, ahead.text.slice(0, ahead.at), inserted);
    if (early && !theirs && ahead.refused(error)) return undefined;
    return own.error.call(query, error, connection);
  };
}

/** Positions count from 1 in the text that the server saw. True when the error points into the application's own text. */
function moveBack(error: ServerError, ahead: string, inserted: number): boolean {
  const position = Number(error.position);
  // The server counts characters, which JavaScript may count twice.
  const at = Array.from(ahead).length;
  if (inserted === 0 || !(position > 0)) return false;
  if (position <= at) return true;
  if (position <= at + inserted) return false;
  error.position = String(position - inserted);
  return true;
}

function isServerError(error: Error): error is ServerError {
  return typeof Reflect.get(error, 'severity') === 'string' && typeof Reflect.get(error, 'code') === 'string';
}
