// The statement that carries a message: a logical message into the WAL for the capture, and at the same time a
// setting of the transaction for row triggers. set_config answers with its value, so the text travels once.

import { CONTEXT_SETTING, MESSAGE_PREFIX } from './message.ts';

/** `now`: ahead of a write. `if_written`: silent when the transaction has written nothing, so that reading costs no WAL. */
export type EmissionKind = 'now' | 'if_written';

/**
 * What is known of the connection: `able`, its role may send messages; `allowed`, it has sent one, so that it is not a
 * standby either. Before that a longer statement asks first: a refusal would abort the application's transaction.
 */
export type Trust = 'unknown' | 'able' | 'allowed' | 'refused';

/** What a statement of ours answered. `silent`: nothing was sent, because nothing was or can be written; `able`: but it might have been. */
export type Outcome = 'sent' | 'refused' | 'silent' | 'able';

export interface Answer {
  readonly outcome: Outcome;
  /** The process that sent the message, when the longer statement asked for it. */
  readonly processId?: number;
}

/** Names our column, so that our answer is told from the application's. */
export const ANSWER_COLUMN = 'indelible_message';

const REFUSED = '-1';
const ABLE = '-2';

const IF_WRITTEN = 'pg_catalog.pg_current_xact_id_if_assigned() IS NOT NULL';
// On a standby a message is an error, and in a transaction that may only read it needs a transaction number for nothing.
const IF_WRITABLE = `pg_catalog.current_setting('transaction_read_only')='off'`;

const ALLOWED = `(SELECT pg_catalog.bool_and(pg_catalog.has_function_privilege(p.oid,'EXECUTE')) FROM pg_catalog.pg_proc p WHERE p.proname='pg_logical_emit_message' AND p.pronamespace='pg_catalog'::pg_catalog.regnamespace AND p.proargtypes[2]=25)`;

interface Emission {
  /** For the extended protocol: $1 is the message, declared as text. A cast would have to be parsed each time. */
  readonly parameter: string;
  /** Around the message as a literal in a simple query. */
  readonly before: string;
  readonly after: string;
}

function around(before: string, after: string): Emission {
  return { parameter: `${before}$1${after}`, before, after };
}

/** Without asking: what is known of the connection suffices. */
const PLAIN: { readonly [kind in EmissionKind]: Emission } = {
  now: around(
    `SELECT pg_catalog.pg_logical_emit_message(true,'${MESSAGE_PREFIX}',pg_catalog.set_config('${CONTEXT_SETTING}',`,
    `,true)) AS ${ANSWER_COLUMN}`,
  ),
  if_written: around(
    `SELECT CASE WHEN ${IF_WRITTEN} THEN pg_catalog.pg_logical_emit_message(true,'${MESSAGE_PREFIX}',`,
    `) END AS ${ANSWER_COLUMN}`,
  ),
};

const CAUTIOUS: { readonly [kind in EmissionKind]: Emission } = {
  now: cautious(IF_WRITABLE, `pg_catalog.set_config('${CONTEXT_SETTING}',`, ',true)'),
  if_written: cautious(IF_WRITTEN, '', ''),
};

/**
 * The right to call a function is checked for a whole statement before it runs, whatever its CASE says. ts_stat runs a
 * statement given as text, and only when it is reached. It counts no words, and so answers with the process.
 */
function cautious(condition: string, before: string, after: string): Emission {
  const call = `SELECT NULL::tsvector FROM pg_catalog.pg_logical_emit_message(true,%L,%L)`;
  return around(
    `SELECT CASE WHEN ${ALLOWED} IS NOT TRUE THEN ${REFUSED} WHEN ${condition} THEN (SELECT GREATEST(pg_catalog.count(*),pg_catalog.pg_backend_pid()) FROM pg_catalog.ts_stat(pg_catalog.format('${call}','${MESSAGE_PREFIX}',${before}`,
    `${after}))) ELSE ${ABLE} END AS ${ANSWER_COLUMN}`,
  );
}

function emission(kind: EmissionKind, trust: Trust): Emission {
  const known = trust === 'allowed' || (trust === 'able' && kind === 'if_written');
  return (known ? PLAIN : CAUTIOUS)[kind];
}

/** The statement with a parameter $1 for the message, of the type text. */
export function parameterSql(kind: EmissionKind, trust: Trust): string {
  return emission(kind, trust).parameter;
}

/** The statement with the message written into it, and a semicolon, to be put ahead of a simple query. */
export function literalSql(kind: EmissionKind, trust: Trust, message: string): string {
  const { before, after } = emission(kind, trust);
  // E'' reads the same whatever standard_conforming_strings says.
  const literal = `E'${message.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
  return `${before}${literal}::text${after};`;
}

const SILENT: Answer = { outcome: 'silent' };
const SENT: Answer = { outcome: 'sent' };

/** Reads the one row that a statement of ours answers with; none, when there is none. */
export function answerOf(row: unknown): Answer {
  const fields: unknown = typeof row === 'object' && row !== null ? Reflect.get(row, 'fields') : undefined;
  const value: unknown = Array.isArray(fields) ? fields[0] : undefined;
  if (value === null || value === undefined) return SILENT;
  if (value === ABLE) return { outcome: 'able' };
  if (value === REFUSED) return { outcome: 'refused' };
  // The shorter statement answers with the place of the message in the WAL.
  const processId = Number(value);
  return Number.isInteger(processId) ? { outcome: 'sent', processId } : SENT;
}
