// Splits SQL into statements and those into their bare words, skipping comments, literals and quoted names.
// Lexical rules: PostgreSQL manual, chapter 4.1 (nested comments, E'' escapes, dollar quotes).

/** One statement of a text: its words in lower case, and where it ends (behind its semicolon). */
export interface StatementWords {
  readonly words: readonly string[];
  readonly end: number;
}

// In order: space, line comment, E'' literal, plain literal, quoted name, dollar quote, word, number, anything else.
// A doubled quote needs no rule: 'it''s' is two literals side by side.
const TOKEN =
  /\s+|--[^\n]*|[eE]'(?:[^'\\]+|\\[^])*'|'[^']*'|"[^"]*"|\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|[^]/y;
const WORD = /^[A-Za-z_\u0080-\uffff]/;

/** The statements of a text; empty ones are left out. */
export function statementsOf(text: string): StatementWords[] {
  const token = new RegExp(TOKEN);
  const statements: StatementWords[] = [];
  let words: string[] = [];
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    if (text.startsWith('/*', at)) {
      token.lastIndex = endOfComment(text, at);
      continue;
    }
    const found = token.exec(text)?.[0];
    if (found === undefined) break;
    if (found === ';') {
      if (words.length > 0) statements.push({ words, end: token.lastIndex });
      words = [];
    } else if (found.length > 1 && found.startsWith('$')) {
      const close = text.indexOf(found, token.lastIndex);
      token.lastIndex = close === -1 ? text.length : close + found.length;
    } else if (WORD.test(found) && !found.endsWith("'")) {
      words.push(found.toLowerCase());
    }
  }
  if (words.length > 0) statements.push({ words, end: text.length });
  return statements;
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
