// What a statement means for attribution: does it write, does it commit, or is it none of our business?
// When in doubt a read counts as a write: that costs one small message, while the reverse would lose the actor.

import { REMEMBERED_SQL_CHARS_MAX, REMEMBERED_STATEMENTS_MAX } from './limits.ts';
import { statementsOf } from './sql-words.ts';

export type Statement =
  | { readonly kind: 'none' }
  | { readonly kind: 'commit' }
  /** `at`: where in the text a message may be put. `after`: how many statements come before that place. */
  | { readonly kind: 'write'; readonly at: number; readonly after: 0 | 1 };

const NONE: Statement = { kind: 'none' };
const COMMIT: Statement = { kind: 'commit' };
const WRITE: Statement = { kind: 'write', at: 0, after: 0 };

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
// These may refuse to run behind another statement of the same transaction (VACUUM, a procedure that commits).
const RUNS_ALONE: ReadonlySet<string> = new Set(['call', 'do', 'vacuum', 'analyze', 'cluster', 'reindex', 'checkpoint', 'discard', 'load']);
const ALONE_OBJECTS: ReadonlySet<string> = new Set(['database', 'tablespace', 'subscription', 'system']);
// A cheap look before the text is taken apart: no reading statement without one of these words can write.
const WRITE_HINT = /\b(?:insert|update|delete|merge|into|truncate|create|alter|drop|copy|execute|commit|grant|revoke)\b/i;
const FIRST_WORD = /^\s*([a-z]+)\b/i;

const remembered = new Map<string, Statement>();

/** Classifies the text of one query, which may hold several statements. Never throws for broken SQL. */
export function classify(text: string): Statement {
  const known = remembered.get(text);
  if (known !== undefined) return known;
  const statement = judge(text);
  if (text.length <= REMEMBERED_SQL_CHARS_MAX && remembered.size < REMEMBERED_STATEMENTS_MAX) remembered.set(text, statement);
  return statement;
}

function judge(text: string): Statement {
  const first = FIRST_WORD.exec(text)?.[1]?.toLowerCase();
  // The two most frequent cases are settled without taking the text apart.
  if (first !== undefined && ALWAYS_WRITES.has(first)) return WRITE;
  if (first === 'select' && !WRITE_HINT.test(text)) return NONE;
  const statements = statementsOf(text);
  const head = statements[0];
  if (head === undefined) return NONE;
  const verb = head.words[0];
  if (verb === 'commit' || verb === 'end') return head.words[1] === 'prepared' ? NONE : COMMIT;
  if (runsAlone(head.words)) return NONE;
  if (!statements.some(({ words }) => writes(words))) return NONE;
  // BEGIN may set the isolation level, which no query may precede: the message goes behind it.
  return verb === 'begin' || verb === 'start' ? { kind: 'write', at: head.end, after: 1 } : WRITE;
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
