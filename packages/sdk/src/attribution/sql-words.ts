// Splits SQL into statements and those into their bare words and the functions they call, skipping comments and literals.
// Lexical rules: PostgreSQL manual, chapter 4.1 (nested comments, E'' escapes, dollar quotes).

/** One statement of a text: its words in lower case without quoted names, what stands before a parenthesis, and where it ends (behind its semicolon). */
export interface StatementWords {
  readonly words: readonly string[];
  /** Names in front of an opening parenthesis, with their schema if one was given: functions, and some words of SQL. */
  readonly calls: readonly string[];
  /** It has a place for a value: $1. */
  readonly open: boolean;
  readonly end: number;
}

// In order: space, line comment, beginning of an E'' literal, plain literal, quoted name, dollar quote, word, number,
// anything else. No part can match a text in two ways, and none repeats a repetition: the text may come from anywhere.
// A doubled quote needs no rule: 'it''s' is two literals side by side.
const TOKEN =
  /\s+|--[^\n]*|[eE]'|'[^']*'|"[^"]*"|\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|[^]/y;
const WORD = /^[A-Za-z_\u0080-\uffff]/;
const SKIPPED = /^(?:\s|--)/;

/** The statements of a text; empty ones are left out. */
export function statementsOf(text: string): StatementWords[] {
  const token = new RegExp(TOKEN);
  const statements: StatementWords[] = [];
  let words: string[] = [];
  let open = false;
  let names = new Names();
  const finish = (end: number): void => {
    if (words.length > 0) statements.push({ words, calls: names.calls, open, end });
    words = [];
    open = false;
    names = new Names();
  };
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    if (text.startsWith('/*', at)) {
      token.lastIndex = endOfComment(text, at);
      continue;
    }
    const found = token.exec(text)?.[0];
    if (found === undefined) break;
    if (found === ';') {
      finish(token.lastIndex);
    } else if (found.length === 2 && found.endsWith("'") && found !== "''") {
      token.lastIndex = endOfEscaped(text, token.lastIndex);
      names.other(found);
    } else if (found.length > 1 && found.startsWith('$')) {
      const close = text.indexOf(found, token.lastIndex);
      token.lastIndex = close === -1 ? text.length : close + found.length;
      names.other(found);
    } else if (WORD.test(found)) {
      const word = found.toLowerCase();
      words.push(word);
      names.name(word);
    } else if (found.length > 1 && found.startsWith('"')) {
      names.name(found.slice(1, -1));
    } else if (!SKIPPED.test(found)) {
      if (found === '$') open = true;
      names.other(found);
    }
  }
  finish(text.length);
  return statements;
}

/** Follows the names of one statement, to see which stand in front of a parenthesis. */
class Names {
  readonly calls: string[] = [];
  #last: string | undefined;
  #schema: string | undefined;
  #before: string | undefined;

  name(name: string): void {
    this.#before = this.#last;
    this.#last = this.#schema === undefined ? name : `${this.#schema}.${name}`;
    this.#schema = undefined;
  }

  other(token: string): void {
    // "as t(a, b)" names columns.
    if (token === '(' && this.#last !== undefined && this.#before !== 'as') this.calls.push(this.#last);
    this.#schema = token === '.' ? this.#last : undefined;
    this.#last = undefined;
  }
}

/** Behind the quote that ends an E'' literal: neither doubled nor behind a backslash. An open one reaches to the end. */
function endOfEscaped(text: string, start: number): number {
  const mark = /\\[^]|'{1,2}/g;
  mark.lastIndex = start;
  for (let found = mark.exec(text); found !== null; found = mark.exec(text)) if (found[0] === "'") return mark.lastIndex;
  return text.length;
}

/** Comments nest. An open one reaches to the end. */
function endOfComment(text: string, start: number): number {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = start + 2;
  let depth = 1;
  for (let found = mark.exec(text); found !== null; found = mark.exec(text)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return mark.lastIndex;
  }
  return text.length;
}
