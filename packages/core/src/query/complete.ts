// What could stand where the cursor is: fields, then the signs that a field takes, then its values. Values that only the
// trail knows are asked for by the caller, who merges them in.

import { type Field, FIELDS, findField, KINDS } from './fields.ts';
import { joinPieces } from './text-match.ts';
import { printText } from './print.ts';
import { readTokens, type Token } from './tokens.ts';

export interface Suggestion {
  /** What takes the place of [from, to). */
  readonly text: string;
  readonly help: string;
  /** How many events have it, where that is known. */
  readonly count?: number;
}

export interface Completion {
  /** The stretch of the text that a suggestion takes the place of, in UTF-16 units. */
  readonly from: number;
  readonly to: number;
  readonly kind: 'field' | 'value';
  /** For values: the field they are of, and what was typed so far; the trail may know more than `suggestions`. */
  readonly field?: string;
  readonly typed: string;
  readonly suggestions: readonly Suggestion[];
}

const SIGNS: readonly Suggestion[] = [
  { text: '>', help: 'more than' },
  { text: '>=', help: 'at least' },
  { text: '<', help: 'less than' },
  { text: '<=', help: 'at most' },
];
const TIMES: readonly Suggestion[] = [
  { text: '-1h', help: 'the last hour' },
  { text: '-24h', help: 'the last 24 hours' },
  { text: '-7d', help: 'the last 7 days' },
  { text: '-30d', help: 'the last 30 days' },
  { text: 'now', help: 'this moment' },
  { text: 'today', help: 'since midnight' },
  { text: 'yesterday', help: 'the day before' },
];

/**
 * @param position where the cursor is, in UTF-16 units
 * @example complete('out', 3).suggestions[0]?.text // 'outcome:'
 */
export function complete(text: string, position: number): Completion {
  const at = Math.max(0, Math.min(position, text.length));
  // Only what stands before the cursor decides what fits; an open quote or parenthesis is no fault here.
  const { tokens } = readTokens(text.slice(0, at));
  const last = tokens.at(-1);
  const before = tokens.at(-2);
  if (last?.kind === 'field' && last.end === at) return valuesOf(last.name, '', stretchOf(text, at, at));
  if (last?.kind === 'value' && last.end === at) {
    const typed = joinPieces(last.pieces);
    const stretch = stretchOf(text, last.start, at);
    if (before?.kind === 'field' && before.end === last.start) return valuesOf(before.name, typed, stretch);
    const group = groupField(tokens);
    if (group !== undefined) return valuesOf(group, typed, stretch);
    return last.pieces.some(({ quoted }) => quoted) ? freeText(typed, stretch) : fieldsFor(typed, stretch);
  }
  const group = last === undefined ? undefined : groupField(tokens);
  const stretch = stretchOf(text, at, at);
  return group === undefined ? fieldsFor('', stretch) : valuesOf(group, '', stretch);
}

/** What a suggestion takes the place of. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  /** Of a name with a path, the path and its colon, if they are there already. */
  readonly path: string;
}

/** From where typing began to the end of the token that the cursor is in, so that nothing is left of the old word. */
function stretchOf(text: string, from: number, at: number): Stretch {
  const { tokens, isOpen } = readTokens(text);
  const token = tokens.find(({ kind, start, end }) => (kind === 'value' || kind === 'field') && start === from && end >= at);
  if (token === undefined) return { from, to: at, path: '' };
  // A quote that nobody has closed yet takes in all that follows, where most likely the word alone is meant.
  if (isOpen === true && (token === tokens.at(-1) || text.charAt(from) === '"'))
    return { from, to: at + (/^[^\s"()]*/.exec(text.slice(at))?.[0].length ?? 0), path: '' };
  const dot = token.kind === 'field' ? token.name.indexOf('.') : -1;
  return { from, to: token.end, path: dot < 0 ? '' : text.slice(token.start + dot + 1, token.end) };
}

/** The field whose values stand in the innermost parenthesis that is open. */
function groupField(tokens: readonly Token[]): string | undefined {
  let depth = 0;
  for (let index = tokens.length - 1; index >= 0; index--) {
    const token = tokens[index] as Token;
    if (token.kind === 'close') depth++;
    if (token.kind !== 'open') continue;
    if (depth-- > 0) continue;
    depth = 0;
    const field = tokens[index - 1];
    if (field?.kind === 'field' && field.end === token.start) return field.name;
  }
  return undefined;
}

/** Within quotes no field is named. */
function freeText(typed: string, { from, to }: Stretch): Completion {
  return { from, to, kind: 'field', typed, suggestions: [] };
}

function fieldsFor(typed: string, { from, to, path }: Stretch): Completion {
  const names = FIELDS.filter(({ name }) => name.startsWith(typed.toLowerCase()));
  return {
    from,
    to,
    kind: 'field',
    typed,
    suggestions: names.map(({ name, help, paths }) => ({ text: paths === true ? `${name}.${path}` : `${name}:`, help })),
  };
}

function valuesOf(name: string, typed: string, { from, to }: Stretch): Completion {
  const field = findField(name) ?? findField(name.split('.', 1)[0] ?? '');
  const known = field === undefined ? [] : knownValues(field);
  const suggestions = known.filter(({ text }) => beginsAs(text, typed));
  return { from, to, kind: 'value', field: name, typed, suggestions };
}

function knownValues(field: Field): readonly Suggestion[] {
  if (field.kind === 'time') return [...TIMES, ...SIGNS];
  if (field.kind === 'has') {
    return FIELDS.filter(({ name }) => name !== 'has').map(({ name, help, paths }) => ({ text: paths === true ? `${name}.` : name, help }));
  }
  const values = (field.values ?? []).map((value) => ({ text: value, help: field.help }));
  return KINDS[field.kind].ranges ? [...values, ...SIGNS] : values;
}

/** Whether a value begins as what was typed. Comparison is exact, but who types need not know the case. */
export function beginsAs(value: string, typed: string): boolean {
  return value.toLowerCase().startsWith(typed.toLowerCase());
}

/** A value as it can be put into a query: in quotes where it needs them. */
export function quotedValue(value: string): string {
  return printText({ kind: 'equals', value });
}
