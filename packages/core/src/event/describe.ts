// One human sentence per event, with its parts, so that web, CLI, CSV, alerts and e-mail all say the same.

import { SENTENCE_VALUE_CHARS_MAX } from '../limits.ts';
import { classify } from './catalogue.ts';
import { deltasOf, type FieldDelta } from './diff.ts';
import { INFINITIVES, PHRASES, PREPOSITIONS, RESULTS } from './phrases.ts';
import type { AuditEvent, Json, Outcome, Party, Resource } from './types.ts';

export type PartRole = 'actor' | 'verb' | 'field' | 'resource' | 'value' | 'plain';

export interface Part {
  readonly text: string;
  readonly role: PartRole;
}

export interface Description {
  /** The sentence, without a full stop: the texts of the parts, one after the other. */
  readonly text: string;
  readonly parts: readonly Part[];
}

/** What a sentence needs of an event. Anything else may be absent, as it is after erasure or pruning. */
export type Describable = Pick<AuditEvent, 'action'> & Partial<AuditEvent>;

const FIELDS_NAMED_MAX = 3;
// Control characters could drive a terminal, and direction marks could reorder a line.
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;
const UNTELLING: ReadonlySet<string> = new Set([
  'updated_at',
  'updatedAt',
  'modified_at',
  'modifiedAt',
  'last_modified_at',
  'lastModifiedAt',
]);
const ACRONYM = /\b(?:api|id|ip|mfa|saml|sso|url)\b/g;
const NAMELESS: Readonly<Record<string, string>> = {
  user: 'A user',
  agent: 'An agent',
  service: 'A service',
  api_key: 'An API key',
  system: 'The system',
  anonymous: 'Somebody anonymous',
  unknown: 'Somebody unknown',
};

/**
 * An event as a sentence.
 *
 * @example describe(event).text // "Maria changed model of bot Support bot from small-1 to large-2"
 * @example describe(event).parts[0] // { text: "Maria", role: "actor" }
 */
export function describe(event: Describable): Description {
  const parts = [...subject(event.actor), plain(' '), ...predicate(event), ...ending(event)].filter((part) => part.text !== '');
  return { text: parts.map((part) => part.text).join(''), parts };
}

function plain(text: string): Part {
  return { text, role: 'plain' };
}

function subject(actor: Party | undefined): Part[] {
  const parts: Part[] = [{ text: partyName(actor, true), role: 'actor' }];
  for (let party = actor?.onBehalfOf; party !== undefined; party = party.onBehalfOf) {
    parts.push(plain(' on behalf of '), { text: partyName(party, false), role: 'actor' });
  }
  return parts;
}

function partyName(party: Party | undefined, first: boolean): string {
  const name = firstShown(party?.name, party?.email, party?.id);
  if (name !== '') return name;
  const words = NAMELESS[party?.type ?? 'unknown'] ?? 'Somebody unknown';
  return first ? words : words.replace(/^[ATS](?=n? |he |omebody )/, (letter) => letter.toLowerCase());
}

/** A failed login stays a failed login in the sentence, whatever outcome its sender gave. */
function outcomeOf(event: Describable): Outcome {
  return event.outcome === undefined || event.outcome === 'success' ? classify(event.action).outcome : event.outcome;
}

function predicate(event: Describable): Part[] {
  const outcome = outcomeOf(event);
  const auxiliary = outcome === 'denied' ? 'was not allowed to ' : outcome === 'failure' ? 'failed to ' : '';
  const done = auxiliary === '';
  const phrase = Object.hasOwn(PHRASES, event.action) ? PHRASES[event.action] : undefined;
  if (phrase !== undefined) {
    const verb: Part = { text: auxiliary + (done ? phrase.past : phrase.infinitive), role: 'verb' };
    return phrase.before === undefined || event.resource === undefined
      ? [verb]
      : [verb, plain(phrase.before === '' ? ' ' : ` ${phrase.before} `), resourcePart(event.resource)];
  }
  const words = event.action.split('.');
  const past = words.pop() as string;
  const deltas = event.operation === 'update' && event.change !== undefined ? telling(deltasOf(event.change)) : [];
  if (deltas.length > 0 && (past === 'updated' || past === 'changed')) return fieldChanges(event, deltas, auxiliary);
  return generic(event, words, past, auxiliary);
}

/** A time of the last change goes without saying, unless it is all there is. */
function telling(deltas: readonly FieldDelta[]): readonly FieldDelta[] {
  const others = deltas.filter(({ field }) => !UNTELLING.has(field));
  return others.length === 0 ? deltas : others;
}

/** "created bot Support bot", "added member to team Blue", "did invoice.payment on bot Support bot". */
function generic(event: Describable, nouns: readonly string[], past: string, auxiliary: string): Part[] {
  const resource = event.resource;
  const result = Object.hasOwn(RESULTS, past) ? RESULTS[past] : undefined;
  if (result !== undefined) {
    const said: Part[] = [{ text: result, role: 'verb' }, plain(` ${nouns.map(spaced).join(' ')}`)];
    return resource === undefined ? said : [...said, plain(' on '), resourcePart(resource)];
  }
  const infinitive = INFINITIVES.get(past);
  if (infinitive === undefined && (auxiliary !== '' || !past.endsWith('ed'))) {
    const verb: Part = { text: auxiliary === '' ? `did ${event.action}` : `${auxiliary}do ${event.action}`, role: 'verb' };
    return resource === undefined ? [verb] : [verb, plain(' on '), resourcePart(resource)];
  }
  const verb: Part = { text: auxiliary === '' ? spaced(past) : auxiliary + infinitive, role: 'verb' };
  if (resource === undefined) return [verb, plain(' '), plain(nouns.map(spaced).join(' '))];
  const others = nouns.filter((noun) => noun !== resource.type);
  if (others.length === 0 || nouns.at(-1) === resource.type) return [verb, plain(' '), resourcePart(resource)];
  const preposition = (Object.hasOwn(PREPOSITIONS, past) ? PREPOSITIONS[past] : undefined) ?? 'of';
  return [verb, plain(` ${others.map(spaced).join(' ')} ${preposition} `), resourcePart(resource)];
}

function fieldChanges(event: Describable, deltas: readonly FieldDelta[], auxiliary: string): Part[] {
  const noun = event.action.split('.').slice(0, -1).map(spaced).join(' ');
  const resource: Part = event.resource === undefined ? { text: noun, role: 'resource' } : resourcePart(event.resource);
  const single = deltas.length === 1 ? (deltas[0] as FieldDelta) : undefined;
  const kind = single?.kind ?? 'changed';
  const past = kind === 'added' ? 'set' : kind === 'removed' ? 'removed' : 'changed';
  const verb: Part = { text: auxiliary === '' ? past : `${auxiliary}${INFINITIVES.get(past) ?? past}`, role: 'verb' };
  return [
    verb,
    plain(' '),
    ...fieldNames(deltas),
    plain(kind === 'removed' ? ' from ' : ' of '),
    resource,
    ...(single === undefined ? [] : values(single)),
  ];
}

/** "model", "model and name", "model, name and size", "model, name and 3 more". */
function fieldNames(deltas: readonly FieldDelta[]): Part[] {
  const named = deltas.length > FIELDS_NAMED_MAX ? deltas.slice(0, FIELDS_NAMED_MAX - 1) : deltas;
  const rest = deltas.length - named.length;
  return named.flatMap((delta, index) => {
    const last = rest === 0 && index === named.length - 1;
    const joint = index === 0 ? '' : last ? ' and ' : ', ';
    const tail = rest > 0 && index === named.length - 1 ? [plain(` and ${rest} more`)] : [];
    return [plain(joint), { text: shown(delta.field) || '""', role: 'field' } as const, ...tail];
  });
}

function values(delta: FieldDelta): Part[] {
  const { before, after } = delta;
  if (isRedacted(before) || isRedacted(after)) return [];
  const from: Part[] = before === undefined ? [] : [plain(delta.kind === 'removed' ? ', which was ' : ' from '), valuePart(before)];
  return after === undefined ? from : [...from, plain(' to '), valuePart(after)];
}

function isRedacted(value: Json | undefined): boolean {
  return typeof value === 'object' && value !== null && 'redacted' in value && Object.keys(value).length === 1;
}

function ending(event: Describable): Part[] {
  const reason = event.error?.message ?? event.error?.code;
  return reason === undefined || outcomeOf(event) === 'success' ? [] : [plain(': '), { text: shown(reason), role: 'value' }];
}

function resourcePart(resource: Resource): Part {
  return { text: `${spaced(resource.type)} ${firstShown(resource.name, resource.id)}`.trimEnd(), role: 'resource' };
}

function valuePart(value: Json): Part {
  const text = shown(typeof value === 'string' ? value : JSON.stringify(value));
  return { text: text === '' ? '""' : text, role: 'value' };
}

/** The first that has anything to show: a name of spaces names nobody. */
function firstShown(...names: readonly (string | undefined)[]): string {
  for (const name of names) {
    const text = name === undefined ? '' : shown(name);
    if (text !== '') return text;
  }
  return '';
}

/** A name or value on one line, shortened, without characters that steer a terminal. */
function shown(text: string): string {
  const line = text
    .slice(0, SENTENCE_VALUE_CHARS_MAX * 4)
    .replace(UNPRINTABLE, ' ')
    .trim();
  const short = line.length <= SENTENCE_VALUE_CHARS_MAX && text.length <= SENTENCE_VALUE_CHARS_MAX * 4;
  return short ? line.toWellFormed() : `${cut(line)}…`;
}

/** Cuts between characters: half of a surrogate pair is dropped. */
function cut(line: string): string {
  return line.slice(0, SENTENCE_VALUE_CHARS_MAX - 1).replace(/[\ud800-\udbff]$/, '');
}

/** The words of a name: "api_key" is "API key". */
function spaced(name: string): string {
  return name.replaceAll('_', ' ').replace(ACRONYM, (word) => word.toUpperCase());
}
