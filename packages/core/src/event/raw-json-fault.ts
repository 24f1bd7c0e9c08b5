// The slow look at JSON text: a strict reader (RFC 8259) that keeps track of where it is, and throws at the first
// fault with its offset and pointer. It runs only on texts that are broken or look as if they might be.

import { Failure } from '../errors.ts';
import { ECHO_CHARS_MAX, EVENT_DEPTH_MAX } from '../limits.ts';
import { pointerOf } from './pointer.ts';

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
/** Everything from the space on but quote and backslash. */
const PLAIN = /[ !#-[\]-\uffff]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const WORD = /true|false|null/y;

interface Reader {
  readonly text: string;
  readonly depthMax: number;
  /** The way to the value that is being read. */
  readonly path: (string | number)[];
  at: number;
}

/** Throws a Failure `json_invalid` for the first fault of the text; returns when there is none. */
export function reportFault(text: string): void {
  const batch = text.charCodeAt(text.search(/[^ \t\n\r]|$/)) === 0x5b;
  const reader: Reader = { text, depthMax: EVENT_DEPTH_MAX + (batch ? 1 : 0), path: [], at: 0 };
  skipSpace(reader);
  readValue(reader, 1);
  skipSpace(reader);
  if (reader.at < text.length) fail(reader, reader.at, 'the end of the text');
}

function fail(reader: Reader, position: number, expected: string, received?: string): never {
  const pointer = pointerOf(reader.path);
  const came =
    received ??
    (position >= reader.text.length
      ? 'the end of the text'
      : JSON.stringify(String.fromCodePoint(reader.text.codePointAt(position) as number)));
  const where = pointer === '' ? `position ${position}` : `position ${position} (${echo(pointer)})`;
  throw new Failure('json_invalid', `${where}: expected ${expected}, got ${came}`, { position, pointer, expected, received: came });
}

function echo(text: string): string {
  return text.length <= ECHO_CHARS_MAX ? text : `${text.slice(0, ECHO_CHARS_MAX)}...`.toWellFormed();
}

function skipSpace(reader: Reader): void {
  reader.at = matchEnd(SPACE, reader);
}

/** The place after a match of a sticky pattern at the reader's place, or -1. */
function matchEnd(pattern: RegExp, reader: Reader): number {
  pattern.lastIndex = reader.at;
  return pattern.test(reader.text) ? pattern.lastIndex : -1;
}

function readValue(reader: Reader, depth: number): void {
  const first = reader.text[reader.at];
  if (first === '{' || first === '[') {
    if (depth > reader.depthMax) fail(reader, reader.at, `at most ${EVENT_DEPTH_MAX} levels of nesting`, 'one more');
    reader.at++;
    if (first === '{') readObject(reader, depth);
    else readArray(reader, depth);
  } else if (first === '"') {
    readString(reader);
  } else if (first !== undefined && /[-0-9]/.test(first)) {
    readNumber(reader);
  } else {
    const end = matchEnd(WORD, reader);
    if (end < 0) fail(reader, reader.at, 'a value');
    reader.at = end;
  }
}

function readObject(reader: Reader, depth: number): void {
  const seen = new Set<string>();
  skipSpace(reader);
  if (take(reader, '}')) return;
  for (;;) {
    const keyAt = reader.at;
    if (reader.text[keyAt] !== '"') fail(reader, keyAt, seen.size === 0 ? 'a key in double quotes or "}"' : 'a key in double quotes');
    const key = readString(reader);
    reader.path.push(key);
    if (seen.has(key)) fail(reader, keyAt, 'each key once in an object', `the key ${JSON.stringify(echo(key))} again`);
    seen.add(key);
    skipSpace(reader);
    if (!take(reader, ':')) fail(reader, reader.at, '":"');
    skipSpace(reader);
    readValue(reader, depth + 1);
    reader.path.pop();
    skipSpace(reader);
    if (take(reader, '}')) return;
    if (!take(reader, ',')) fail(reader, reader.at, '"," or "}"');
    skipSpace(reader);
  }
}

function readArray(reader: Reader, depth: number): void {
  skipSpace(reader);
  if (take(reader, ']')) return;
  for (let index = 0; ; index++) {
    reader.path.push(index);
    readValue(reader, depth + 1);
    reader.path.pop();
    skipSpace(reader);
    if (take(reader, ']')) return;
    if (!take(reader, ',')) fail(reader, reader.at, '"," or "]"');
    skipSpace(reader);
  }
}

function take(reader: Reader, character: string): boolean {
  if (reader.text[reader.at] !== character) return false;
  reader.at++;
  return true;
}

/** Reads the string at the reader's place and returns what it stands for. */
function readString(reader: Reader): string {
  const { text } = reader;
  const start = reader.at++;
  for (;;) {
    reader.at = matchEnd(PLAIN, reader);
    const character = text[reader.at];
    if (character === '"') break;
    if (character !== '\\') fail(reader, reader.at, character === undefined ? 'a closing quote' : 'control characters to be escaped');
    const escapeAt = reader.at;
    const end = matchEnd(ESCAPE, reader);
    if (end < 0)
      fail(reader, escapeAt, 'a known escape after the backslash', JSON.stringify(text.slice(escapeAt, escapeAt + 6).toWellFormed()));
    if (text.startsWith('\\u0000', escapeAt)) fail(reader, escapeAt, 'text without U+0000, which PostgreSQL cannot store', 'U+0000');
    reader.at = end;
  }
  reader.at++;
  const value = JSON.parse(text.slice(start, reader.at)) as string;
  if (!value.isWellFormed()) failAtSurrogate(reader, start);
  return value;
}

/** The string from `start` to the reader's place holds half of a surrogate pair: finds which, in units of the text. */
function failAtSurrogate(reader: Reader, start: number): never {
  const units = /\\u([0-9a-fA-F]{4})|\\.|[^]/g;
  units.lastIndex = start + 1;
  let high = -1;
  for (let match = units.exec(reader.text); match !== null; match = units.exec(reader.text)) {
    const code = match[1] === undefined ? match[0].charCodeAt(0) : Number.parseInt(match[1], 16);
    const isHigh = code >= 0xd800 && code <= 0xdbff;
    const isLow = code >= 0xdc00 && code <= 0xdfff;
    const lone = high >= 0 && !isLow ? high : isLow && high < 0 ? match.index : -1;
    if (lone >= 0) fail(reader, lone, 'whole characters', 'half of a surrogate pair');
    high = isHigh ? match.index : -1;
  }
  return fail(reader, start, 'whole characters', 'half of a surrogate pair');
}

function readNumber(reader: Reader): void {
  NUMBER.lastIndex = reader.at;
  const match = NUMBER.exec(reader.text);
  if (match === null) fail(reader, reader.at + 1, 'a digit');
  const literal = match[0];
  const value = Number(literal);
  const integer = match[1] === undefined && match[2] === undefined;
  if (integer && !Number.isSafeInteger(value))
    fail(reader, reader.at, 'an integer up to 2^53-1 (send larger ones as strings)', echo(literal));
  if (!Number.isFinite(value)) fail(reader, reader.at, 'a number that a double can hold', echo(literal));
  if (value === 0 && /^[^eE]*[1-9]/.test(literal)) fail(reader, reader.at, 'a number that a double can hold', echo(literal));
  reader.at += literal.length;
}
