// A place on one connection where a statement of ours can wait: in front of the next message that begins a query, or of
// the next Sync. The methods are put over those of the connection once, because doing it for each query would cost more
// than the message itself.

import type { PgConnection } from './driver.ts';

export interface Wire {
  /** Goes out in front of the next Parse or Bind. */
  ahead: (() => void) | undefined;
  /** Turns the next text of a simple query into the one to send. */
  rewrite: ((text: string) => string) | undefined;
  /** Goes out in front of the next Sync. */
  behind: (() => void) | undefined;
}

/** By its number in every PostgreSQL (pg_type.dat). */
const TEXT = [25];
const wires = new WeakMap<PgConnection, Wire>();

/** The places of a connection, made at the first call. */
export function wireOf(connection: PgConnection): Wire {
  const known = wires.get(connection);
  if (known !== undefined) return known;
  const wire: Wire = { ahead: undefined, rewrite: undefined, behind: undefined };
  const { parse, bind, query, sync } = connection;
  const first = (): void => {
    const { ahead } = wire;
    clear(wire);
    ahead?.();
  };
  connection.parse = (message) => {
    if (wire.ahead !== undefined) first();
    parse.call(connection, message);
  };
  connection.bind = (message) => {
    if (wire.ahead !== undefined) first();
    bind.call(connection, message);
  };
  connection.query = (text) => {
    const { rewrite } = wire;
    if (rewrite !== undefined) clear(wire);
    query.call(connection, rewrite === undefined ? text : rewrite(text));
  };
  connection.sync = () => {
    const { behind } = wire;
    wire.behind = undefined;
    behind?.();
    sync.call(connection);
  };
  wires.set(connection, wire);
  return wire;
}

function clear(wire: Wire): void {
  wire.ahead = undefined;
  wire.rewrite = undefined;
}

/** Takes back what has not been sent. */
export function withdraw(wire: Wire): void {
  clear(wire);
  wire.behind = undefined;
}

/** A statement that the server keeps for this connection under a name of ours, so that it is parsed and planned once. */
export interface Kept {
  /** It is there for certain. */
  there: boolean;
}

const KEPT = 'indelible_message';

/** As sendStatement, for a statement that is kept: always the same one. */
export function sendKept(connection: PgConnection, sql: string, value: string, kept: Kept): void {
  if (!kept.there) {
    // To close what does not exist is no error.
    connection.close({ type: 'S', name: KEPT });
    connection.parse({ name: KEPT, text: sql, types: TEXT });
  }
  connection.bind({ portal: '', statement: KEPT, values: [value] });
  connection.execute({ portal: '', rows: 0 });
}

/** Sends a statement with one parameter of the type text; of its answer nothing but the rows is asked for. */
export function sendStatement(connection: PgConnection, sql: string, value: string, described: boolean): void {
  connection.parse({ name: '', text: sql, types: TEXT });
  connection.bind({ portal: '', statement: '', values: [value] });
  if (described) connection.describe({ type: 'P', name: '' });
  connection.execute({ portal: '', rows: 0 });
}
