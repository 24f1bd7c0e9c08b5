// The statement that carries a message: a logical message into the WAL for the capture, and at the same time a
// setting of the transaction for row triggers. set_config answers with its value, so the text travels once.

import { CONTEXT_SETTING, MESSAGE_PREFIX } from './message.ts';

/** Around the message's text: a parameter of the extended protocol, or a literal in a simple query. */
interface Emission {
  readonly before: string;
  readonly after: string;
}

const EMIT: Emission = {
  before: `SELECT pg_catalog.pg_logical_emit_message(true,'${MESSAGE_PREFIX}',pg_catalog.set_config('${CONTEXT_SETTING}',`,
  after: ',true))',
};

/** Ahead of a COMMIT: silent when the transaction has written nothing, so that reading costs no WAL. */
const EMIT_IF_WRITTEN: Emission = {
  before: `SELECT CASE WHEN pg_catalog.pg_current_xact_id_if_assigned() IS NOT NULL THEN pg_catalog.pg_logical_emit_message(true,'${MESSAGE_PREFIX}',`,
  after: ') END',
};

export type EmissionKind = 'now' | 'if_written';

const EMISSIONS: { readonly [kind in EmissionKind]: Emission } = { now: EMIT, if_written: EMIT_IF_WRITTEN };

/** The statement with a parameter $1 for the message. */
export function parameterSql(kind: EmissionKind): string {
  const { before, after } = EMISSIONS[kind];
  return `${before}$1::text${after}`;
}

/** The statement with the message written into it, and a semicolon, to be put ahead of a simple query. */
export function literalSql(kind: EmissionKind, message: string): string {
  const { before, after } = EMISSIONS[kind];
  // E'' reads the same whatever standard_conforming_strings says.
  const literal = `E'${message.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
  return `${before}${literal}::text${after};`;
}
