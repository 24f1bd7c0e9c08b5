// What one event says about its resource: that it was made, seen, changed or removed, or nothing at all.

import type { JsonObject } from '../event/types.ts';
import type { HistoryEvent } from './types.ts';

/** `observed`: it was so then or earlier, and the event changed nothing. */
export type Telling = 'made' | 'observed' | 'changed' | 'removed';

/** Verbs that make or remove a relation of the resource and not the resource, or leave open which of two they made. */
const OF_OTHERS = new Set('granted assigned unassigned shared unshared opened invited duplicated copied cloned'.split(' '));

/**
 * What an event tells of the resource that it names. What failed or was denied tells nothing: it changed nothing.
 *
 * @example tellingOf({ action: 'bot.deleted', operation: 'delete', outcome: 'denied', ... }) // undefined
 */
export function tellingOf(event: HistoryEvent): Telling | undefined {
  const { operation, change, outcome = 'success', action } = event;
  if (outcome !== 'success') return undefined;
  if (isTruncation(event)) return 'removed';
  if (action.endsWith('.observed') && change !== undefined) return 'observed';
  if (operation === 'update') return 'changed';
  if (operation === 'create' || operation === 'delete') {
    const other = operation === 'create' ? change?.before : change?.after;
    if (isEmpty(other) && isAboutItself(event)) return operation === 'create' ? 'made' : 'removed';
  }
  return change === undefined ? undefined : 'changed';
}

/** Whether nothing before an event matters to the state after it. */
export function startsAnew(event: HistoryEvent): boolean {
  const telling = tellingOf(event);
  return telling === 'made' || telling === 'removed';
}

/** TRUNCATE names a type and no id: it removes every resource of the type that is there. */
export function isTruncation({ action, change }: HistoryEvent): boolean {
  return action.endsWith('.truncated') && change === undefined;
}

/**
 * Whether the values of an event are all that the resource has: then what is not among them is not there. Columns that were
 * left out because the row is too large are named by an entry without a field.
 */
export function isWhole(event: HistoryEvent): boolean {
  const telling = tellingOf(event);
  const all = telling === 'made' || telling === 'observed' || event.source?.kind === 'postgres';
  return all && !(event.change?.unavailable ?? []).some(({ field }) => field === '');
}

/** "member.removed" of a team removes a member, and "bot.shared" makes no bot; a captured row is always meant itself. */
function isAboutItself({ action, resource, source }: HistoryEvent): boolean {
  if (source?.kind === 'postgres') return true;
  const parts = action.split('.');
  if (OF_OTHERS.has(parts.at(-1) ?? '')) return false;
  if (resource === undefined) return true;
  const [noun = '', nouns] = [parts.at(-2), parts.slice(0, -1).join('_')];
  return nouns === resource.type || noun.endsWith(resource.type) || resource.type.endsWith(noun);
}

function isEmpty(values: JsonObject | undefined): boolean {
  return values === undefined || Object.keys(values).length === 0;
}
