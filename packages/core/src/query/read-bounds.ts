// Values of orderable fields: one value, a comparison, or a range `a..b` with one end or two.

import type { Bounds, TimePoint } from './ast.ts';
import { KINDS } from './fields.ts';
import { invalid, shown } from './invalid.ts';
import { joinPieces } from './text-match.ts';
import { mannerOf, readTime, resolveTime } from './time.ts';
import type { Piece } from './tokens.ts';

const RANGE_EXPECTED = 'one value, a comparison such as >=a, or a range such as a..b';

/** A value as text: its kind of field reads it. */
interface Written {
  readonly text: string;
  readonly position: number;
}

interface WrittenRange {
  readonly operator?: string;
  readonly from?: Written;
  readonly to?: Written;
}

/** Times. A relative time alone means since then; a date or an instant alone means the whole of it. */
export function readTimes(pieces: readonly Piece[], position: number): Bounds<TimePoint> {
  const bounds = toBounds(readRange(pieces, position), readTime, (point) => point.kind === 'ago');
  const { from, to } = bounds;
  // Two times of one manner can be compared without a clock and without a zone.
  if (from !== undefined && to !== undefined && mannerOf(from.value) === mannerOf(to.value)) {
    const { fromMs = 0, toMs = 0 } = resolveTime(bounds, 0);
    if (fromMs >= toMs) throw endsBeforeItBegins(position);
  }
  return bounds;
}

/** Whole numbers. */
export function readNumbers(pieces: readonly Piece[], position: number): Bounds<number> {
  const bounds = toBounds(readRange(pieces, position), readNumber, () => false);
  if (bounds.from !== undefined && bounds.to !== undefined && bounds.from.value > bounds.to.value) throw endsBeforeItBegins(position);
  return bounds;
}

/** Numbers with or without decimals, as values of fields have them. */
export function readDecimals(pieces: readonly Piece[], position: number): Bounds<number> {
  const bounds = toBounds(readRange(pieces, position), readDecimal, () => false);
  if (bounds.from !== undefined && bounds.to !== undefined && bounds.from.value > bounds.to.value) throw endsBeforeItBegins(position);
  return bounds;
}

function readDecimal(text: string, position: number): number {
  const value = Number(text);
  // Zero has no sign in an answer.
  if (/^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text) && Number.isFinite(value)) return value === 0 ? 0 : value;
  const why = /^-?\d*(?:\.\d*)?$/.test(text) && /\d/.test(text) ? ' There is a digit on both sides of its point: 0.5.' : '';
  throw invalid(`${shown(text)} is not a number.${why}`, position, KINDS.value.expected, text);
}

function endsBeforeItBegins(position: number): Error {
  return invalid('The range ends before it begins; no event can match it.', position, 'the earlier end first');
}

function readNumber(text: string, position: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw invalid(`${shown(text)} is not a whole number.`, position, KINDS.integer.expected, text);
}

function toBounds<Value>(
  { operator, from, to }: WrittenRange,
  read: (text: string, position: number) => Value,
  isOpenEnded: (value: Value) => boolean,
): Bounds<Value> {
  const inclusive = operator === undefined || operator.endsWith('=');
  if (to === undefined && from !== undefined) {
    const value = read(from.text, from.position);
    return { from: { value, inclusive } };
  }
  if (from === undefined && to !== undefined) return { to: { value: read(to.text, to.position), inclusive } };
  if (from === undefined || to === undefined) throw new TypeError('a range was read without an end');
  const first = read(from.text, from.position);
  if (from === to && isOpenEnded(first)) return { from: { value: first, inclusive: true } };
  return { from: { value: first, inclusive: true }, to: { value: from === to ? first : read(to.text, to.position), inclusive: true } };
}

/** The ends as they are written; one value alone is both its ends (the very same object). */
function readRange(pieces: readonly Piece[], position: number): WrittenRange {
  const operator = pieces[0]?.quoted === false ? /^[<>]=?/.exec(pieces[0].text)?.[0] : undefined;
  const dots = pieces.findIndex((piece) => !piece.quoted && piece.text.includes('..'));
  const middle = pieces[dots];
  if (operator !== undefined) return readComparison(operator, pieces, position, middle);
  if (middle === undefined) {
    const whole = { text: joinPieces(pieces), position };
    return { from: whole, to: whole };
  }
  const offset = middle.text.indexOf('..');
  const left = [...pieces.slice(0, dots), { ...middle, text: middle.text.slice(0, offset) }];
  const right = [{ ...middle, text: middle.text.slice(offset + 2), position: middle.position + offset + 2 }, ...pieces.slice(dots + 1)];
  const again = right.find((piece) => !piece.quoted && piece.text.includes('..'));
  if (again !== undefined) throw invalid('A range has two ends, not three.', again.position + again.text.indexOf('..'), RANGE_EXPECTED);
  const from = { text: joinPieces(left), position };
  const to = { text: joinPieces(right), position: middle.position + offset + 2 };
  if (from.text === '' && to.text === '') throw invalid('A range needs one end at least.', position, RANGE_EXPECTED);
  return { ...(from.text === '' ? {} : { from }), ...(to.text === '' ? {} : { to }) };
}

function readComparison(operator: string, pieces: readonly Piece[], position: number, dots: Piece | undefined): WrittenRange {
  if (dots !== undefined)
    throw invalid('A comparison and a range exclude each other.', dots.position + dots.text.indexOf('..'), RANGE_EXPECTED);
  const text = joinPieces(pieces).slice(operator.length);
  if (text === '') throw invalid(`A value is missing after ${operator}.`, position, RANGE_EXPECTED);
  const written = { text, position: position + operator.length };
  return operator.startsWith('>') ? { operator, from: written } : { operator, to: written };
}
