// From text to tokens: signs, fields and values with their places in the text. It knows quotes and balance, not meaning.

import type { Failure } from '../errors.ts';
import { QUERY_DEPTH_MAX } from '../limits.ts';
import { invalid } from './invalid.ts';

/** A stretch of a value: bare, or within quotes with its escapes resolved. `*`, `..` and `>` mean something only when bare. */
export interface Piece {
  readonly text: string;
  readonly quoted: boolean;
  /** Where it begins in the text; of a quoted piece, its opening quote. */
  readonly position: number;
}

/** `start` and `end` are offsets in UTF-16 units; `end` is exclusive. */
export type Token = { readonly start: number; readonly end: number } & (
  | { readonly kind: 'minus' | 'open' | 'close' }
  /** A name and its colon. A value or group belongs to it when that starts where this ends. */
  | { readonly kind: 'field'; readonly name: string }
  /** The value of a field, or a word that stands alone. */
  | { readonly kind: 'value'; readonly pieces: readonly Piece[] }
);

export interface Tokens {
  readonly tokens: readonly Token[];
  /** What is wrong with the text itself; the tokens are those before it. Returned, because completion reads unfinished text. */
  readonly fault?: Failure;
  /** The fault is a quote that is never closed: the last token is the value with it, up to the end of the text. */
  readonly isOpen?: true;
}

const SPACE = /\s/;
const BARE = /[^\s"()]+/y;
const FIELD = /[^\s"():]*:/y;

interface Reader {
  readonly text: string;
  readonly tokens: Token[];
  /** The parentheses that are open; within field:( ... ) words are values, colons and all. */
  readonly groups: { readonly start: number; readonly ofValues: boolean }[];
  at: number;
  isOpen: boolean;
}

/** Reads the tokens of a text, in time linear in its length. */
export function readTokens(text: string): Tokens {
  const tokens: Token[] = [];
  const unstorable = text.search(/\p{Cs}/u);
  const nul = text.indexOf('\0');
  if (nul >= 0) return { tokens, fault: invalid('A query cannot hold the character U+0000; no event does.', nul, 'text') };
  if (unstorable >= 0)
    return { tokens, fault: invalid('A query cannot hold half of a surrogate pair; no event does.', unstorable, 'well-formed Unicode') };
  const reader: Reader = { text, tokens, groups: [], at: 0, isOpen: false };
  while (reader.at < text.length) {
    const fault = readNext(reader);
    if (fault !== undefined) return { tokens, fault, ...(reader.isOpen && { isOpen: true }) };
  }
  const open = reader.groups[0];
  if (open !== undefined)
    return { tokens, fault: invalid('This parenthesis is never closed.', open.start, 'a closing parenthesis for this one') };
  return { tokens };
}

function readNext(reader: Reader): Failure | undefined {
  const { text, tokens, groups, at } = reader;
  const char = text.charAt(at);
  const last = tokens.at(-1);
  if (SPACE.test(char)) {
    reader.at++;
  } else if (char === '(') {
    if (groups.length === QUERY_DEPTH_MAX)
      return invalid(`Parentheses are nested deeper than ${QUERY_DEPTH_MAX} levels.`, at, 'fewer parentheses');
    groups.push({ start: at, ofValues: groups.at(-1)?.ofValues === true || (last?.kind === 'field' && last.end === at) });
    sign(reader, 'open');
  } else if (char === ')') {
    if (groups.pop() === undefined) return invalid('This parenthesis closes nothing.', at, 'an opening parenthesis before it');
    sign(reader, 'close');
  } else if ((last?.kind === 'field' && last.end === at) || groups.at(-1)?.ofValues === true) {
    return readValue(reader);
  } else if (char === '-') {
    sign(reader, 'minus');
  } else {
    const field = sticky(FIELD, text, at);
    if (field === undefined) return readValue(reader);
    reader.at = at + field.length;
    tokens.push({ kind: 'field', name: field.slice(0, -1), start: at, end: reader.at });
  }
  return undefined;
}

function sign(reader: Reader, kind: 'minus' | 'open' | 'close'): void {
  reader.tokens.push({ kind, start: reader.at, end: reader.at + 1 });
  reader.at++;
}

function sticky(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function readValue(reader: Reader): Failure | undefined {
  const { text } = reader;
  const start = reader.at;
  const pieces: Piece[] = [];
  while (reader.at < text.length) {
    if (text.charAt(reader.at) === '"') {
      const { piece, fault } = readQuoted(reader);
      if (piece !== undefined) pieces.push(piece);
      if (fault === undefined) continue;
      if (piece !== undefined) reader.tokens.push({ kind: 'value', pieces, start, end: text.length });
      reader.isOpen = piece !== undefined;
      return fault;
    }
    const bare = sticky(BARE, text, reader.at);
    if (bare === undefined) break;
    pieces.push({ text: bare, quoted: false, position: reader.at });
    reader.at += bare.length;
  }
  reader.tokens.push({ kind: 'value', pieces, start, end: reader.at });
  return undefined;
}

/** @returns both for a quote that is never closed: what stands in it so far, and the fault */
function readQuoted(reader: Reader): { readonly piece?: Piece; readonly fault?: Failure } {
  const { text } = reader;
  const position = reader.at;
  let value = '';
  for (let at = position + 1; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '"') {
      reader.at = at + 1;
      return { piece: { text: value, quoted: true, position } };
    }
    if (char !== '\\') {
      value += char;
      continue;
    }
    const escaped = text.charAt(++at);
    if (escaped !== '"' && escaped !== '\\' && escaped !== '') {
      return {
        fault: invalid(
          'Within quotes a backslash stands before a quote or a backslash; write \\\\ for a backslash.',
          at - 1,
          '\\" or \\\\',
        ),
      };
    }
    value += escaped;
  }
  const fault = invalid('This quote is never closed.', position, 'a closing quote for this one');
  return { piece: { text: value, quoted: true, position }, fault };
}
