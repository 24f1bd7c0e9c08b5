// What is known about the transaction on one connection, read from the wire and not from the application's SQL:
// pg tells the status behind every query, and each COMMIT, BEGIN and ROLLBACK (TO SAVEPOINT) answers with its tag.

import type { PgClient, PgConnection, TransactionStatus } from './driver.ts';
import type { Trust } from './emission.ts';

export interface TransactionState {
  status: TransactionStatus;
  /** The body whose message this transaction holds, undefined when it holds none for certain. */
  emitted: string | undefined;
  trust: Trust;
}

const states = new WeakMap<PgConnection, TransactionState>();
// A savepoint that is rolled back takes the messages sent since with it, so ROLLBACK forgets them all.
const ENDS = /^(?:BEGIN|START|COMMIT|ROLLBACK|PREPARE TRANSACTION)/;

/** The state of a client's connection; begins to follow it at the first call. Undefined without a connection. */
export function transactionOf(client: PgClient): TransactionState | undefined {
  const { connection } = client;
  if (typeof connection?.prependListener !== 'function') return undefined;
  const known = states.get(connection);
  if (known !== undefined) return known;
  const state: TransactionState = { status: client.getTransactionStatus?.() ?? 'I', emitted: undefined, trust: 'unknown' };
  // Ahead of pg's own listeners, which submit the next query at once.
  connection.prependListener('commandComplete', (message: { readonly text?: string }) => {
    if (ENDS.test(message.text ?? '')) state.emitted = undefined;
  });
  connection.prependListener('readyForQuery', (message: { readonly status?: TransactionStatus }) => {
    state.status = message.status ?? 'I';
    if (state.status !== 'T') state.emitted = undefined;
  });
  states.set(connection, state);
  return state;
}
