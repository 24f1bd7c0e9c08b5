// From a query to its canonical text: parse(print(query)) is the query again.

import type { Bounds, Match, Query, Term, TextMatch, TimePoint } from './ast.ts';
import { printTime } from './time.ts';

/** What has a meaning of its own when it is bare. */
const NEEDS_QUOTES = /[\s"()*]|\.\.|^[<>]/;

/**
 * The canonical text of a query: one space between terms, quotes only where they are needed.
 *
 * @example print(parse('actor:"maria"   seq:5..')) // 'actor:maria seq:>=5'
 */
export function print(query: Query): string {
  return query.terms.map(printTerm).join(' ');
}

/** One term, with its minus when it is excluded. */
export function printTerm(term: Term): string {
  return `${term.negated ? '-' : ''}${term.field}:${printMatch(term.match)}`;
}

function printMatch(match: Match): string {
  switch (match.kind) {
    case 'equals':
    case 'glob':
      return printText(match);
    case 'resource':
      return match.id === undefined ? printText(match.type) : `${printText(match.type)}/${printText(match.id)}`;
    case 'address':
      return match.prefix === undefined ? match.address : `${match.address}/${match.prefix}`;
    case 'time':
      return printTimes(match);
    case 'range':
      return printBounds(match, String);
  }
}

/** A text or a glob as a value: the pieces in quotes where they need them, the stars always bare. */
export function printText(match: TextMatch): string {
  if (match.kind === 'equals') return match.value === '' ? '""' : printLiteral(match.value);
  return match.parts.map(printLiteral).join('*');
}

function printLiteral(text: string): string {
  return NEEDS_QUOTES.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : text;
}

/** A relative time alone means since then, so one that is both ends must say so. */
function printTimes(times: Bounds<TimePoint>): string {
  const { from, to } = times;
  if (from?.value.kind === 'ago') {
    if (to === undefined && from.inclusive) return printTime(from.value);
    if (to !== undefined) return `${printTime(from.value)}..${printTime(to.value)}`;
  }
  return printBounds(times, printTime);
}

function printBounds<Value>({ from, to }: Bounds<Value>, show: (value: Value) => string): string {
  if (to === undefined) return `${from.inclusive ? '>=' : '>'}${show(from.value)}`;
  const end = show(to.value);
  if (from === undefined) return `${to.inclusive ? '<=' : '<'}${end}`;
  const begin = show(from.value);
  return begin === end ? end : `${begin}..${end}`;
}
