// From text to a query. Whatever it cannot read is an error with its place; nothing is ignored.
//
//   query   = alternatives
//   alternatives = terms ("OR" terms)*        AND binds tighter than OR
//   terms   = term+
//   term    = "-"? (field ":" (value | "(" values ")") | text | "(" alternatives ")")

import { QUERY_CHARS_MAX, QUERY_TERMS_MAX, QUERY_WORDS_MAX } from '../limits.ts';
import type { Failure } from '../errors.ts';
import type { Node, Query, TextTerm } from './ast.ts';
import { fieldNamed, type NamedField } from './field-named.ts';
import { expectedOf } from './fields.ts';
import { allOf, anyOf, listOf, negate } from './group.ts';
import { invalid, shown } from './invalid.ts';
import { readMatch } from './read-match.ts';
import { joinPieces } from './text-match.ts';
import { readTokens, type Piece, type Token } from './tokens.ts';
import { searchWords } from './words.ts';

const TERM_EXPECTED = 'a term, such as actor:maria or "free text"';

interface Reader {
  readonly tokens: readonly Token[];
  at: number;
  /** How many conditions were read. */
  count: number;
  /** How many words of free text they have. */
  words: number;
}

/**
 * Reads a query. Terms are joined by AND, or by OR between them, which binds less; an empty text asks for every event.
 * Takes time linear in the length.
 *
 * @throws Failure('query_invalid') with `position`, an offset inside the text in UTF-16 units, and `expected`
 * @example parse('actor:maria action:(bot.* OR dataset.*) -outcome:success at:-24h')
 */
export function parse(text: string): Query {
  if (text.length > QUERY_CHARS_MAX) {
    throw invalid(`The query has ${text.length} characters; ${QUERY_CHARS_MAX} are allowed.`, QUERY_CHARS_MAX, 'a shorter query');
  }
  const { tokens, fault } = readTokens(text);
  if (fault !== undefined) throw fault;
  if (tokens.length === 0) return { terms: [] };
  const reader: Reader = { tokens, at: 0, count: 0, words: 0 };
  return { terms: listOf([readAlternatives(reader, undefined)]) };
}

/** @param field the field whose values these are, within field:( ... ) */
function readAlternatives(reader: Reader, field: NamedField | undefined): Node {
  const alternatives: Node[] = [];
  let terms: Node[] = [];
  for (;;) {
    const token = reader.tokens[reader.at];
    const ends = token === undefined || token.kind === 'close';
    if (ends || isOr(token)) {
      if (terms.length === 0) throw termMissing(reader, alternatives.length > 0 || token === undefined || !ends);
      alternatives.push(allOf(terms));
      terms = [];
      if (ends) return anyOf(alternatives);
      reader.at++;
      continue;
    }
    terms.push(readTerm(reader, field));
  }
}

function termMissing({ tokens, at }: Reader, besideOr: boolean): Failure {
  const position = tokens[at]?.start ?? tokens.at(-1)?.start ?? 0;
  return besideOr
    ? invalid('OR stands between two terms, and one of them is missing.', position, TERM_EXPECTED)
    : invalid('There is nothing between these parentheses.', position, TERM_EXPECTED);
}

function readTerm(reader: Reader, field: NamedField | undefined): Node {
  const first = reader.tokens[reader.at] as Token;
  if (first.kind !== 'minus') return readPositive(reader, field);
  reader.at++;
  const token = reader.tokens[reader.at];
  if (token === undefined || token.kind === 'minus' || token.kind === 'close' || token.start !== first.end || isOr(token)) {
    throw invalid('A minus excludes the term that follows it at once, and there is none.', first.start, `-${TERM_EXPECTED}`);
  }
  return negate(readPositive(reader, field));
}

function readPositive(reader: Reader, field: NamedField | undefined): Node {
  const token = reader.tokens[reader.at] as Token;
  switch (token.kind) {
    case 'open':
      return readGroup(reader, field);
    case 'value':
      reader.at++;
      refuseJoins(token.pieces, token.start);
      return field === undefined
        ? count(reader, token, countWords(reader, token, readText(token)))
        : count(reader, token, readValueOf(field, token));
    case 'field':
      return readField(reader, token);
    case 'minus':
    case 'close':
      throw invalid('A term is missing here.', token.start, TERM_EXPECTED);
  }
}

function readGroup(reader: Reader, field: NamedField | undefined): Node {
  reader.at++;
  const node = readAlternatives(reader, field);
  // The tokens are balanced: what ended the alternatives is the parenthesis.
  reader.at++;
  return node;
}

function readField(reader: Reader, token: Token & { kind: 'field' }): Node {
  const named = fieldNamed(token.name, token.start);
  reader.at++;
  const value = reader.tokens[reader.at];
  if (value === undefined || value.start !== token.end || value.kind === 'close') {
    throw invalid(`A value is missing after ${token.name}:`, token.end - 1, expectedOf(named.field));
  }
  if (value.kind === 'open') return readGroup(reader, named);
  if (value.kind !== 'value') throw invalid(`A value is missing after ${token.name}:`, token.end - 1, expectedOf(named.field));
  reader.at++;
  return count(reader, token, readValueOf(named, value));
}

function readValueOf({ field, path }: NamedField, value: Token & { kind: 'value' }): Node {
  const match = readMatch(field, value.pieces, value.start);
  return { kind: 'field', field: field.name, ...(path === undefined ? {} : { path }), negated: false, match };
}

function readText(token: Token & { kind: 'value' }): TextTerm {
  const last = token.pieces.at(-1);
  const prefix = last !== undefined && !last.quoted && last.text.endsWith('*');
  const text = joinPieces(token.pieces);
  const searched = prefix ? text.slice(0, -1) : text;
  const star = token.pieces.find((piece) => !piece.quoted && piece.text.slice(0, piece === last && prefix ? -1 : undefined).includes('*'));
  if (star !== undefined) {
    throw invalid(
      'In free text a * stands only at the end: temp* finds what begins so.',
      star.position + star.text.indexOf('*'),
      'word*',
      text,
    );
  }
  const words = searchWords(searched);
  if (words.length === 0) throw invalid(`${shown(text)} holds no word to search for.`, token.start, TERM_EXPECTED, text);
  return { kind: 'text', words, prefix, negated: false };
}

function count<Of extends Node>(reader: Reader, token: Token, node: Of): Of {
  if (++reader.count > QUERY_TERMS_MAX) throw invalid(`The query has more than ${QUERY_TERMS_MAX} terms.`, token.start, 'fewer terms');
  return node;
}

function countWords(reader: Reader, token: Token, term: TextTerm): TextTerm {
  reader.words += term.words.length;
  if (reader.words > QUERY_WORDS_MAX)
    throw invalid(`The query has more than ${QUERY_WORDS_MAX} words of free text.`, token.start, 'fewer words');
  return term;
}

function isOr(token: Token): boolean {
  return token.kind === 'value' && bareWord(token.pieces) === 'OR';
}

/** Words that join terms elsewhere. Searched for, they would hide that the terms are joined otherwise. */
function refuseJoins(pieces: readonly Piece[], position: number): void {
  const word = bareWord(pieces) ?? '';
  const searched = `To search for the word, put it in quotes: "${word}".`;
  switch (word.toLowerCase()) {
    case 'and':
      throw invalid(`Terms are joined by AND as they stand; leave the word out. ${searched}`, position, TERM_EXPECTED, word);
    case 'or':
      throw invalid(`OR between terms is written in capitals. ${searched}`, position, `OR, or ${TERM_EXPECTED}`, word);
    case 'not':
      throw invalid(`Write a minus before a term to exclude it. ${searched}`, position, `-${TERM_EXPECTED}`, word);
  }
}

function bareWord(pieces: readonly Piece[]): string | undefined {
  const [only] = pieces;
  return pieces.length === 1 && only?.quoted === false ? only.text : undefined;
}
