// From text to a query. Whatever it cannot read is an error with its place; nothing is ignored.

import { QUERY_CHARS_MAX, QUERY_TERMS_MAX } from '../limits.ts';
import type { Failure } from '../errors.ts';
import type { Query, Term } from './ast.ts';
import { FIELDS, findField, KINDS } from './fields.ts';
import { invalid, shown } from './invalid.ts';
import { nearest } from './nearest.ts';
import { printText } from './print.ts';
import { readMatch } from './read-match.ts';
import { joinPieces, toTextMatch } from './text-match.ts';
import { readTokens, type Piece, type Token } from './tokens.ts';

/** Parts of the language that are designed and not built: their names must not be taken for misspelt fields. */
const PLANNED = /^(?:has|changed|(?:before|after|meta)\..*)$/s;

const EXAMPLE_CHARS_MAX = 40;
const TERM_EXPECTED = 'field:value, such as actor:maria';

/**
 * Reads a query. Terms are joined by AND; an empty text asks for every event. Takes time linear in the length.
 *
 * @throws Failure('query_invalid') with `position`, an offset inside the text in UTF-16 units, and `expected`
 * @example parse('actor:maria action:bot.* -outcome:success at:-24h')
 */
export function parse(text: string): Query {
  if (text.length > QUERY_CHARS_MAX) {
    throw invalid(`The query has ${text.length} characters; ${QUERY_CHARS_MAX} are allowed.`, QUERY_CHARS_MAX, 'a shorter query');
  }
  const { tokens, fault } = readTokens(text);
  if (fault !== undefined) throw fault;
  const terms: Term[] = [];
  for (let index = 0; index < tokens.length;) {
    const { term, next, start } = readTerm(tokens, index);
    if (terms.length === QUERY_TERMS_MAX) throw invalid(`The query has more than ${QUERY_TERMS_MAX} terms.`, start, 'fewer terms');
    terms.push(term);
    index = next;
  }
  return { terms };
}

function readTerm(tokens: readonly Token[], index: number): { term: Term; next: number; start: number } {
  const first = tokens[index] as Token;
  const negated = first.kind === 'minus';
  const token = negated ? tokens[index + 1] : first;
  if (token === undefined || token.kind === 'minus' || (negated && token.start !== first.end)) {
    throw invalid('A minus excludes the term that follows it at once, and there is none.', first.start, `-${TERM_EXPECTED}`);
  }
  switch (token.kind) {
    case 'open':
    case 'close':
      throw groupsUnsupported(token.start);
    case 'value':
      throw bareWord(token.pieces, token.start);
    case 'field': {
      const value = tokens[index + (negated ? 2 : 1)];
      const term = readFieldTerm(token, value, negated);
      return { term, next: index + (negated ? 3 : 2), start: first.start };
    }
  }
}

function readFieldTerm(token: Token & { kind: 'field' }, value: Token | undefined, negated: boolean): Term {
  const field = findField(token.name);
  if (field === undefined) throw unknownField(token.name, token.start);
  if (value === undefined || value.start !== token.end || value.kind === 'close') {
    throw invalid(`A value is missing after ${field.name}:`, token.end - 1, KINDS[field.kind].expected);
  }
  if (value.kind !== 'value') throw groupsUnsupported(value.start);
  return { kind: 'field', field: field.name, negated, match: readMatch(field, value.pieces, value.start) };
}

function groupsUnsupported(position: number): Failure {
  return invalid(
    'Groups in parentheses are not supported yet. Put a parenthesis that belongs to a value in quotes.',
    position,
    TERM_EXPECTED,
  );
}

function bareWord(pieces: readonly Piece[], position: number): Failure {
  const word = joinPieces(pieces);
  if (pieces.length === 1 && pieces[0]?.quoted === false) {
    if (word === 'OR') return invalid('OR is not supported yet. Terms are joined by AND.', position, TERM_EXPECTED, word);
    if (word === 'AND') return invalid('Terms are joined by AND as they stand; leave the word out.', position, TERM_EXPECTED, word);
    if (word === 'NOT') return invalid('Write a minus before a term to exclude it.', position, `-${TERM_EXPECTED}`, word);
  }
  const example = word.length > EXAMPLE_CHARS_MAX ? TERM_EXPECTED : `field:value, such as actor:${printText(toTextMatch(pieces))}`;
  return invalid(`Text search is not there yet, and ${shown(word)} names no field. Write ${example}.`, position, TERM_EXPECTED, word);
}

function unknownField(name: string, position: number): Failure {
  const names = FIELDS.map((field) => field.name);
  const expected = `one of ${names.join(', ')}`;
  if (name === '') return invalid("A field's name is missing before the colon.", position, expected);
  if (PLANNED.test(name)) return invalid(`The field ${shown(name)} is not supported yet.`, position, expected, name);
  return invalid(`There is no field ${shown(name)}. The nearest is ${nearest(name, names)}.`, position, expected, name);
}
