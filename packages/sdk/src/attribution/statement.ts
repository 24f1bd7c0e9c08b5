// What a statement means for attribution: does it write, may it, does it commit, or is it none of our business?
// When in doubt a read counts as a write: that costs one small message, while the reverse would lose the actor.

import { isHarmless } from './known-functions.ts';
import { REMEMBERED_SQL_CHARS_MAX, REMEMBERED_STATEMENTS_MAX } from './limits.ts';
import { type StatementWords, statementsOf } from './sql-words.ts';

export type Statement = ({ readonly kind: 'none' } | { readonly kind: 'commit' } | Maybe | Write) & {
  /** Whoever the connection acts for may be another behind it. */
  readonly changesRole?: true;
};

/** One statement whose text does not show whether it writes. */
export interface Maybe {
  readonly kind: 'maybe';
  /** Without values it may travel by the extended protocol just as well: it waits for none, and is one to every server. */
  readonly extensible: boolean;
}

/** Where in the text a message may be put. */
export interface Write {
  readonly kind: 'write';
  /** Counted as JavaScript counts, from 0. */
  readonly at: number;
  /** How many statements come before that place. */
  readonly after: number;
  /** One of those begins or ends a transaction or a part of it: a message that was sent before is no longer in force. */
  readonly anew: boolean;
}

const NONE: Statement = { kind: 'none' };
const COMMIT: Statement = { kind: 'commit' };
const WRITE: Write = { kind: 'write', at: 0, after: 0, anew: false };

const ALWAYS_WRITES: ReadonlySet<string> = new Set([
  'insert',
  'update',
  'delete',
  'merge',
  'truncate',
  'execute',
  'grant',
  'revoke',
  'comment',
  'security',
  'reassign',
  'import',
]);
// A procedure that commits refuses to run behind another statement of the same transaction; in front of one it may.
const PROCEDURES: ReadonlySet<string> = new Set(['call', 'do']);
// These refuse to share a transaction at all, or are better left alone.
const RUNS_ALONE: ReadonlySet<string> = new Set(['vacuum', 'analyze', 'cluster', 'reindex', 'checkpoint', 'discard', 'load']);
const ALONE_OBJECTS: ReadonlySet<string> = new Set(['database', 'tablespace', 'subscription', 'system']);
// PostgreSQL runs these without a snapshot (PlannedStmtRequiresSnapshot in pquery.c), and nothing else.
const WITHOUT_SNAPSHOT: ReadonlySet<string> = new Set(['set', 'reset', 'show', 'lock', 'fetch', 'move', 'listen', 'notify', 'unlisten']);
const TRANSACTION_CONTROL: ReadonlySet<string> = new Set(['begin', 'start', 'commit', 'end', 'rollback', 'abort', 'savepoint', 'release']);
const KEEPS_MESSAGES: ReadonlySet<string> = new Set(['savepoint', 'release']);
// A cheap look before the text is taken apart: no reading statement without one of these words can write.
const WRITE_HINT = /\b(?:insert|update|delete|merge|into|truncate|create|alter|drop|copy|execute|commit|grant|revoke)\b/i;
const FIRST_WORD = /^\s*([a-z]+)\b/i;
// The last of the white characters.
const SPACE = 32;
const NAME_PART = /[\w$."\u0080-\uffff]/;
const ROLE_HINT = /role|authorization|discard|set_config/i;
const ROLE_SETTING = /role|authorization/i;
/** set_config of a setting that the text does not name. */
const SETS_ANYTHING = /set_config\s*\(\s*[^'\s]/i;
const CALLING: ReadonlySet<string> = new Set(['select', 'with', 'values', 'explain']);

const remembered = new Map<string, Statement>();

/** Classifies the text of one query, which may hold several statements. Never throws for broken SQL. */
export function classify(text: string): Statement {
  const known = remembered.get(text);
  if (known !== undefined) return known;
  const kind = judge(text);
  const statement: Statement = changesRole(text) ? { ...kind, changesRole: true } : kind;
  if (text.length > REMEMBERED_SQL_CHARS_MAX) return statement;
  // Texts that hold their values never come back; those that do are soon here again.
  if (remembered.size >= REMEMBERED_STATEMENTS_MAX) remembered.clear();
  remembered.set(text, statement);
  return statement;
}

function judge(text: string): Statement {
  const first = FIRST_WORD.exec(text)?.[1]?.toLowerCase();
  // The two most frequent cases are settled without taking the text apart.
  if (first !== undefined && ALWAYS_WRITES.has(first)) return WRITE;
  if (first === 'select' && !WRITE_HINT.test(text) && callsNothing(text)) return NONE;
  const statements = statementsOf(text);
  const head = statements[0];
  if (head === undefined) return NONE;
  const verb = head.words[0];
  if (verb === 'commit' || verb === 'end') return head.words[1] === 'prepared' ? NONE : COMMIT;
  if (verb === 'prepare' && head.words[1] === 'transaction') return COMMIT;
  if (runsAlone(head.words)) return NONE;
  if (PROCEDURES.has(verb ?? '')) return statements.length === 1 ? maybe(text, head) : NONE;
  if (statements.some(({ words }) => writes(words))) return placeIn(text, statements);
  if (!statements.some(mayWrite)) return NONE;
  return statements.length === 1 && verb !== 'declare' ? maybe(text, head) : placeIn(text, statements);
}

/**
 * SET and RESET of the role or of the session's user, DISCARD ALL, and set_config of such a setting or of one that the
 * text does not tell. Names may be quoted, so the text is asked and not its words. In doubt it does: that costs little.
 */
function changesRole(text: string): boolean {
  if (!ROLE_HINT.test(text)) return false;
  let start = 0;
  return statementsOf(text).some(({ words: [verb = ''], calls, end }) => {
    const own = text.slice(start, end);
    start = end;
    if (verb === 'discard') return true;
    if (verb === 'set' || verb === 'reset') return ROLE_SETTING.test(own);
    const sets = calls.some((name) => name === 'set_config' || name.endsWith('.set_config'));
    return sets && (ROLE_SETTING.test(own) || SETS_ANYTHING.test(own));
  });
}

/** A quote behind a backslash ends its literal or does not, by the setting standard_conforming_strings. */
function maybe(text: string, { open }: StatementWords): Maybe {
  return { kind: 'maybe', extensible: !open && !text.includes("\\'") };
}

/** At a glance: no name before a parenthesis but known ones. In doubt the text is taken apart. */
function callsNothing(text: string): boolean {
  if (text.includes('--') || text.includes('/*')) return false;
  for (let at = text.indexOf('('); at !== -1; at = text.indexOf('(', at + 1)) {
    let end = at;
    while (end > 0 && text.charCodeAt(end - 1) <= SPACE) end -= 1;
    let start = end;
    while (start > 0 && NAME_PART.test(text.charAt(start - 1))) start -= 1;
    if (start < end && !isHarmless(text.slice(start, end).toLowerCase())) return false;
  }
  return true;
}

/** A function that is not known may write; so may one in the query of a cursor that is carried out at the end of its transaction. */
function mayWrite({ words, calls }: StatementWords): boolean {
  const [verb = ''] = words;
  const runs = CALLING.has(verb) ? verb !== 'explain' || words.includes('analyze') : verb === 'declare' && words.includes('hold');
  return runs && calls.some((name) => !isHarmless(name));
}

/**
 * The message is a query, and takes the snapshot of its transaction. No query may precede SET TRANSACTION, and a LOCK
 * must have its lock before there is a snapshot to read from; so the message goes behind both, and into a transaction
 * that begins here. Other settings stay behind it: refused ahead of everything, it can still be left out unnoticed.
 */
function placeIn(text: string, statements: readonly StatementWords[]): Write {
  let place = WRITE;
  let start = 0;
  for (const [index, { words, end }] of statements.entries()) {
    const verb = words[0] ?? '';
    const anew = TRANSACTION_CONTROL.has(verb) && !KEEPS_MESSAGES.has(verb);
    if (!TRANSACTION_CONTROL.has(verb) && !WITHOUT_SNAPSHOT.has(verb)) break;
    // The name of the setting may be quoted, so the text is asked and not its words.
    const ofTransaction = (verb === 'set' || verb === 'reset') && /transaction/i.test(text.slice(start, end));
    if (anew || ofTransaction || verb === 'lock') place = { kind: 'write', at: end, after: index + 1, anew: anew || place.anew };
    start = end;
  }
  return place;
}

function runsAlone(words: readonly string[]): boolean {
  const [verb = '', object = ''] = words;
  if (RUNS_ALONE.has(verb)) return true;
  if (verb !== 'create' && verb !== 'drop' && verb !== 'alter') return false;
  return ALONE_OBJECTS.has(object) || words.includes('concurrently');
}

function writes(words: readonly string[]): boolean {
  const [verb = ''] = words;
  if (ALWAYS_WRITES.has(verb)) return true;
  if (verb === 'create' || verb === 'drop' || verb === 'alter') return !runsAlone(words);
  if (verb === 'copy') return !words.includes('to');
  if (verb === 'explain') return words.includes('analyze') && holdsWrite(words);
  return (verb === 'select' || verb === 'with') && holdsWrite(words);
}

/** INSERT, UPDATE, DELETE, MERGE inside a WITH, or SELECT INTO; not FOR UPDATE. */
function holdsWrite(words: readonly string[]): boolean {
  return words.some((word, at) => {
    const before = words[at - 1];
    const next = words[at + 1];
    if (word === 'update') return before !== 'for' && before !== 'key';
    if (word === 'delete') return next === 'from';
    return word === 'into';
  });
}
