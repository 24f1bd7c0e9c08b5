// From a query to its canonical text: parse(print(query)) is the query again.

import type { Bounds, Group, Node, Query, Term, TextMatch, TextTerm, TimePoint } from './ast.ts';
import { printPath } from './paths.ts';
import { printTime } from './time.ts';

/** What has a meaning of its own when it is bare. */
const NEEDS_QUOTES = /[\s"()*]|\.\.|^[<>=]/;
/** Words that join terms, in capitals or not, mean something other than themselves, or are refused. */
const JOINS = /^(?:or|and|not)$/i;

/**
 * The canonical text of a query: one space between terms, quotes only where they are needed.
 *
 * @example print(parse('actor:"maria"   seq:5..')) // 'actor:maria seq:>=5'
 * @example print(parse('action:(bot.* OR dataset.*)')) // 'action:(bot.* OR dataset.*)'
 */
export function print(query: Query): string {
  return query.terms.map(printNode).join(' ');
}

/** One term or group, with its minus when it is excluded. */
export function printNode(node: Node): string {
  const minus = node.negated ? '-' : '';
  switch (node.kind) {
    case 'field':
      return `${minus}${fieldText(node)}:${printMatch(node)}`;
    case 'text':
      return minus + printWords(node);
    case 'any':
    case 'all': {
      const field = commonField(node);
      return field === undefined ? `${minus}(${printGroup(node, printNode)})` : `${minus}${field}:(${printGroup(node, printValue)})`;
    }
  }
}

/** AND binds tighter than OR, so that a list needs no parentheses of its own between two OR. */
function printGroup({ kind, terms }: Group, one: (node: Node) => string): string {
  if (kind === 'all') return terms.map(one).join(' ');
  return terms.map((node) => (node.kind === 'all' && !node.negated ? printGroup(node, one) : one(node))).join(' OR ');
}

/** A term of a group whose terms are all of one field: only its value. */
function printValue(node: Node): string {
  if (node.kind === 'text') throw new TypeError('free text is of no field');
  return node.kind === 'field' ? printMatch(node) : `(${printGroup(node, printValue)})`;
}

/** The one field that all terms of a group are of, so that it is written once; none where a term in it is excluded. */
function commonField(group: Group): string | undefined {
  let common: string | undefined;
  for (const node of group.terms) {
    if (node.negated || node.kind === 'text') return undefined;
    const field = node.kind === 'field' ? (mayStandAlone(node) ? fieldText(node) : undefined) : commonField(node);
    if (field === undefined || (common ?? field) !== field) return undefined;
    common = field;
  }
  return common;
}

/** Between parentheses a value that joins terms would be that word. */
function mayStandAlone({ match }: Term): boolean {
  return match.kind !== 'equals' || !JOINS.test(match.value);
}

/** The field of a term with its path, as it stands before the colon. */
export function fieldText({ field, path }: Pick<Term, 'field' | 'path'>): string {
  return path === undefined ? field : `${field}.${printPath(path)}`;
}

function printWords({ words, prefix }: TextTerm): string {
  const [only = ''] = words;
  const text = words.length === 1 && !JOINS.test(only) ? only : `"${words.join(' ')}"`;
  return prefix ? `${text}*` : text;
}

function printMatch({ field, match }: Pick<Term, 'field' | 'match'>): string {
  switch (match.kind) {
    case 'equals':
    case 'glob':
      return field === 'changed' ? printChanged(match) : printText(match);
    case 'resource':
      return match.id === undefined ? printText(match.type) : `${printText(match.type)}/${printText(match.id)}`;
    case 'address':
      return match.prefix === undefined ? match.address : `${match.address}/${match.prefix}`;
    case 'time':
      return printTimes(match);
    case 'range':
      // Of a value, one number alone asks for a text.
      return field === 'seq' ? printBounds(match, String) : printRange(match);
    case 'has':
      return printText({ kind: 'equals', value: fieldText(match) });
  }
}

/** Without any slash, dots would part its steps. */
function printChanged(match: TextMatch): string {
  const parts = match.kind === 'equals' ? [match.value] : match.parts;
  const isPointer = parts.some((part) => part.includes('.')) && !parts.some((part) => part.includes('/'));
  return isPointer ? `/${printText(match)}` : printText(match);
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

function printRange(range: Bounds<number>): string {
  const { from, to } = range;
  return from !== undefined && to !== undefined ? `${from.value}..${to.value}` : printBounds(range, String);
}

function printBounds<Value>({ from, to }: Bounds<Value>, show: (value: Value) => string): string {
  if (to === undefined) return `${from.inclusive ? '>=' : '>'}${show(from.value)}`;
  const end = show(to.value);
  if (from === undefined) return `${to.inclusive ? '<=' : '<'}${end}`;
  const begin = show(from.value);
  return begin === end ? end : `${begin}..${end}`;
}
