// What a query asks, in words: for people who did not write it, and for those who want to be sure.

import type { Bounds, HasMatch, Match, Node, Query, ResourceMatch, Term, TextMatch, TimePoint } from './ast.ts';
import { fieldText, printText } from './print.ts';
import { printTime } from './time.ts';

const UNITS = { s: 'seconds', m: 'minutes', h: 'hours', d: 'days', w: 'weeks' } as const;

/** Fields as they are called in a sentence; those that are not here are called by their name. */
const CALLED: Readonly<Record<string, string>> = {
  id: 'the id',
  actor: 'the actor (id, name or e-mail)',
  'actor.id': "the actor's id",
  'actor.type': "the actor's type",
  onbehalfof: 'who it was done for',
  resource: 'the resource',
  'resource.id': "the resource's id",
  related: 'a related resource',
  ip: 'the address',
  seq: 'the place in the log',
  tag: 'a tag',
};

/**
 * One sentence.
 *
 * @param zone printed with dates that have no zone of their own
 * @example explain(parse('actor:maria -outcome:success at:-24h'))
 * // 'Events where the actor (id, name or e-mail) is maria, and not where outcome is success, and that happened in the last 24 hours.'
 */
export function explain(query: Query, zone = 'UTC'): string {
  if (query.terms.length === 0) return 'Every event.';
  return `Events ${query.terms.map((node) => phrase(node, zone)).join(', and ')}.`;
}

function phrase(node: Node, zone: string): string {
  const text = positive(node, zone);
  return node.negated ? `not ${text}` : text;
}

function positive(node: Node, zone: string): string {
  switch (node.kind) {
    case 'field':
      return fieldPhrase(node, zone);
    case 'text': {
      const words = `"${node.words.join(' ')}${node.prefix ? '...' : ''}"`;
      return `with the ${node.words.length === 1 ? (node.prefix ? 'beginning of a word' : 'word') : 'words'} ${words} in a value, name, reason or metadata`;
    }
    case 'any':
      return `(${node.terms.map((term) => phrase(term, zone)).join(', or ')})`;
    case 'all':
      return `(${node.terms.map((term) => phrase(term, zone)).join(', and ')})`;
  }
}

function fieldPhrase(term: Term, zone: string): string {
  const { field, match } = term;
  if (match.kind === 'has') return `that have ${hasPhrase(match)}`;
  if (match.kind === 'time') return `that happened ${timePhrase(match, zone)}`;
  if (field === 'changed') return `that changed ${named(match)}, or a field below it`;
  if (field === 'before' || field === 'after' || field === 'meta') {
    const path = fieldText(term).slice(field.length + 1);
    const what = field === 'meta' ? `${path} of the metadata` : path;
    const verb = field === 'before' ? 'was' : field === 'after' ? 'became' : 'is';
    return `where ${what} ${verb} ${comparison(match)}`;
  }
  return `where ${CALLED[field] ?? field} ${isPhrase(match)}`;
}

function hasPhrase(match: HasMatch): string {
  return match.path === undefined ? (CALLED[match.field] ?? match.field) : fieldText(match);
}

function isPhrase(match: Match): string {
  if (match.kind === 'address') return match.prefix === undefined ? `is ${match.address}` : `lies in ${match.address}/${match.prefix}`;
  return `is ${comparison(match)}`;
}

function comparison(match: Match): string {
  switch (match.kind) {
    case 'equals':
    case 'glob':
      return named(match);
    case 'resource':
      return resourceName(match);
    case 'range':
      return numberPhrase(match);
    case 'address':
    case 'time':
    case 'has':
      throw new TypeError(`a ${match.kind} is no comparison`);
  }
}

function named(match: Match): string {
  if (match.kind === 'equals') return match.value === '' ? 'empty' : match.value;
  if (match.kind === 'glob') return `like ${printText(match)}`;
  throw new TypeError(`a ${match.kind} has no name`);
}

function resourceName({ type, id }: ResourceMatch): string {
  return id === undefined ? `any ${textOf(type)}` : `${textOf(type)} ${textOf(id)}`;
}

function textOf(match: TextMatch): string {
  return match.kind === 'equals' ? match.value : printText(match);
}

function numberPhrase({ from, to }: Bounds<number>): string {
  if (from !== undefined && to !== undefined) return from.value === to.value ? `${from.value}` : `from ${from.value} to ${to.value}`;
  if (from !== undefined) return `${from.inclusive ? 'at least' : 'more than'} ${from.value}`;
  return `${to?.inclusive ? 'at most' : 'less than'} ${to?.value}`;
}

function timePhrase({ from, to }: Bounds<TimePoint>, zone: string): string {
  if (from !== undefined && to === undefined && from.value.kind === 'ago') {
    return from.inclusive ? `in the last ${from.value.amount} ${UNITS[from.value.unit]}` : `after ${timeName(from.value, zone)}`;
  }
  if (from !== undefined && to !== undefined) {
    const [first, last] = [timeName(from.value, zone), timeName(to.value, zone)];
    return first === last ? `in ${first}` : `from ${first} to ${last}`;
  }
  if (from !== undefined) return `${from.inclusive ? 'since' : 'after'} ${timeName(from.value, zone)}`;
  if (to !== undefined) return `${to.inclusive ? 'up to' : 'before'} ${timeName(to.value, zone)}`;
  throw new TypeError('a range of times has an end at least');
}

function timeName(point: TimePoint, zone: string): string {
  switch (point.kind) {
    case 'ago':
      return `${point.amount} ${UNITS[point.unit]} ago`;
    case 'instant':
    case 'now':
      return printTime(point);
    case 'today':
    case 'yesterday':
    case 'year':
    case 'month':
    case 'day':
    case 'clock':
      return `${printTime(point)} (${zone})`;
  }
}
