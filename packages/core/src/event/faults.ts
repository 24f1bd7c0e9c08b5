// Turns what the schema found into sentences for the sender: the path, what was expected there, and what came.

import type { z } from 'zod';
import { Failure } from '../errors.ts';
import { BEHALF_DEPTH_MAX, ECHO_CHARS_MAX, FAULTS_MAX } from '../limits.ts';
import { pointerOf, type Path } from './pointer.ts';

export interface Fault {
  readonly path: Path;
  readonly expected: string;
  readonly received: string;
}

/** Keys that a sender may not set, and why; the path of array places is written as `*`. */
const REFUSED: Readonly<Record<string, string>> = {
  recordedAt: 'no recordedAt: the server sets it when the event is recorded',
  'actor/attribution': 'no attribution: the server sets it from how it knows the actor',
  'source/kind': 'no kind: the server sets it from the way the event came in',
  'change/fields': 'no fields: the server derives them from before and after',
};

/** What zod found wrong with `root`, as faults; no more than an answer lists, for a sender can make very many. */
export function faultsOf(issues: readonly z.core.$ZodIssue[], root: unknown): Fault[] {
  const faults: Fault[] = [];
  for (const issue of issues) {
    const path = issue.path as Path;
    if (issue.code === 'unrecognized_keys') faults.push(...issue.keys.slice(0, FAULTS_MAX).map((key) => unknownKey([...path, key])));
    else faults.push({ path, expected: expectedBy(issue), received: receivedAt(root, path) });
    if (faults.length >= FAULTS_MAX) return faults.slice(0, FAULTS_MAX);
  }
  return faults;
}

function unknownKey(path: Path): Fault {
  const key = String(path.at(-1));
  const refused = Object.hasOwn(REFUSED, path.join('/')) ? REFUSED[path.join('/')] : undefined;
  const tooDeep =
    key === 'onBehalfOf' && path[0] === 'actor' ? `at most ${BEHALF_DEPTH_MAX} parties one on behalf of the other` : undefined;
  return { path, expected: refused ?? tooDeep ?? 'only known keys', received: `the key ${quote(key)}` };
}

function expectedBy(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return withArticle(issue.expected);
    case 'invalid_value':
      return issue.values.length === 1 ? String(issue.values[0]) : `one of ${issue.values.join(', ')}`;
    case 'too_big':
      return `at most ${issue.maximum} ${issue.origin === 'string' ? 'characters' : 'items'}`;
    case 'too_small':
      return `at least ${issue.minimum} ${issue.origin === 'string' ? 'character' : 'item'}`;
    default:
      return issue.message;
  }
}

function withArticle(type: string): string {
  return type === 'string' ? 'a text' : `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}

function receivedAt(root: unknown, path: Path): string {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return 'nothing';
    value = (value as Record<string | number, unknown>)[step];
  }
  return received(value);
}

/** What came, in a few words: short values as they are, containers by their kind alone. */
export function received(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 1 ? 'an array of 1 item' : `an array of ${value.length} items`;
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value !== 'string') return JSON.stringify(value);
  return value.length > ECHO_CHARS_MAX ? `${quote(value)} (${value.length} characters)` : quote(value);
}

function quote(value: string): string {
  return JSON.stringify(value.length > ECHO_CHARS_MAX ? `${value.slice(0, ECHO_CHARS_MAX).toWellFormed()}...` : value);
}

function sentence(fault: Fault): string {
  return `expected ${fault.expected}, got ${fault.received}`;
}

/** The Failure `event_invalid` for one or more faults. The message is about the first; `faults` lists all of several. */
export function invalidEvent(faults: readonly [Fault, ...Fault[]]): Failure {
  const [first] = faults;
  const where = first.path.length === 0 ? 'the event' : first.path.map((step) => quote(String(step)).slice(1, -1)).join('.');
  const more = faults.length > 1 ? ` (and ${faults.length - 1}${faults.length === FAULTS_MAX ? ' or' : ''} more)` : '';
  const listed = faults.map((fault) => ({ pointer: pointerOf(fault.path), message: sentence(fault) }));
  return new Failure('event_invalid', `${where}: ${sentence(first)}${more}`, {
    pointer: pointerOf(first.path),
    expected: first.expected,
    received: first.received,
    ...(faults.length > 1 ? { faults: listed } : {}),
  });
}
