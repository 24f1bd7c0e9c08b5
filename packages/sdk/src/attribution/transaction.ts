// What is known about the transaction on one connection, read from the wire and not from the application's SQL:
// pg tells the status behind every query, and each COMMIT, BEGIN and ROLLBACK (TO SAVEPOINT) answers with its tag.

import type { PgClient, PgConnection, TransactionStatus } from './driver.ts';
import type { Trust } from './emission.ts';
import type { Kept } from './wire.ts';

export interface TransactionState {
  status: TransactionStatus;
  /** The body whose message this transaction holds, undefined when it holds none for certain. */
  emitted: string | undefined;
  trust: Trust;
  /** The role may be another than before, and may change back with the transaction: until then nothing is learnt of it. */
  roleInDoubt: boolean;
  /** Undefined until it is known that one process answers this connection, and no pooler that has several. */
  kept: Kept | undefined;
}

const states = new WeakMap<PgConnection, TransactionState>();
// A savepoint that is rolled back takes the messages sent since with it, so ROLLBACK forgets them all.
const ENDS = /^(?:BEGIN|START|COMMIT|ROLLBACK|PREPARE TRANSACTION)/;
// The last two may run one of the others.
const DROPS_KEPT = /^(?:DISCARD|DEALLOCATE|DO|CALL)/;

/** The state of a client's connection; begins to follow it at the first call. Undefined without a connection. */
export function transactionOf(client: PgClient): TransactionState | undefined {
  const { connection } = client;
  if (typeof connection?.prependListener !== 'function') return undefined;
  const known = states.get(connection);
  if (known !== undefined) return known;
  const state: TransactionState = {
    status: client.getTransactionStatus?.() ?? 'I',
    emitted: undefined,
    trust: 'unknown',
    roleInDoubt: false,
    kept: undefined,
  };
  // Ahead of pg's own listeners, which submit the next query at once.
  connection.prependListener('commandComplete', ({ text = '' }: { readonly text?: string }) => {
    if (state.emitted !== undefined && ENDS.test(text)) state.emitted = undefined;
    if (state.kept !== undefined && DROPS_KEPT.test(text)) state.kept.there = false;
  });
  connection.prependListener('readyForQuery', (message: { readonly status?: TransactionStatus }) => {
    state.status = message.status ?? 'I';
    if (state.status !== 'T') state.emitted = undefined;
    // A pipeline is ahead of these answers: there the doubt never ends.
    if (state.status === 'I' && client.pipeline !== true) state.roleInDoubt = false;
  });
  states.set(connection, state);
  return state;
}

/** Whoever the connection acts for from now on: what is known of the role so far is of another one. */
export function doubtRole(state: TransactionState): void {
  state.trust = 'unknown';
  state.roleInDoubt = true;
}

/** Takes down what an answer says of the role that the connection acts for. */
export function learnTrust(state: TransactionState, trust: Trust): void {
  if (!state.roleInDoubt) state.trust = trust;
}
