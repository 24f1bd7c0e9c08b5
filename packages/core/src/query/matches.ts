// Whether an event is what a query asks for, in memory: the model that the SQL is tested against, and the filter of live streams.

import type { AuditEvent, Party, Resource } from '../event/types.ts';
import { addressWithin, readAddress } from './address.ts';
import type { AddressMatch, Bounds, HasMatch, Node, Query, ResourceMatch, Term, TextMatch, TimePoint } from './ast.ts';
import { type EventReading, readingOf } from './event-reading.ts';
import type { FieldName } from './fields.ts';
import { textMatches } from './text-match.ts';
import { resolveTime } from './time.ts';

/** An event whose sections may have been pruned or erased: fields of those are absent. */
type Readable = Partial<AuditEvent>;

/** What the event itself does not hold. */
export interface MatchContext {
  /** The event's place in its log. */
  readonly seq: number;
  /** Milliseconds since 1970, against which relative times are resolved. */
  readonly nowMs: number;
  /** The zone of dates without one; UTC by default. */
  readonly zone?: string;
  /** Of this very event, for whoever holds several queries against it. */
  readonly reading?: EventReading;
}

type Context = MatchContext & Required<Pick<MatchContext, 'reading'>>;

/**
 * Whether all terms of the query hold for an event. Texts are compared exactly, case and all; addresses by value.
 * A field with several values (tag, related, the parties of onbehalfof, ...) matches when one of them does;
 * an excluded term holds when none does, so also when the field is absent.
 */
export function matches(query: Query, event: Readable, context: MatchContext): boolean {
  const whole = { ...context, reading: context.reading ?? readingOf(event) };
  return query.terms.every((node) => nodeHolds(node, event, whole));
}

function nodeHolds(node: Node, event: Readable, context: Context): boolean {
  switch (node.kind) {
    case 'field':
      return holds(node, event, context) !== node.negated;
    case 'text':
      return context.reading.words.hold(node) !== node.negated;
    case 'any':
      return node.terms.some((term) => nodeHolds(term, event, context)) !== node.negated;
    case 'all':
      return node.terms.every((term) => nodeHolds(term, event, context)) !== node.negated;
  }
}

function holds({ field, path, match }: Term, event: Readable, { seq, nowMs, zone, reading }: Context): boolean {
  if (path !== undefined) return valueMatches(match, field, path, reading);
  switch (match.kind) {
    case 'has':
      return hasField(match, event, reading);
    case 'equals':
    case 'glob':
      if (field === 'changed') return matchesOneOf(match, reading.changed());
      return texts(field, event).some((text) => text !== undefined && textMatches(match, text));
    case 'resource':
      return resources(field, event).some((resource) => resourceMatches(match, resource));
    case 'address':
      return addressMatches(match, event.context?.ip);
    case 'time':
      return timeMatches(match, event.occurredAt, nowMs, zone);
    case 'range':
      return isWithin(match, seq);
  }
}

/** The value itself or any below it: paths match by prefix. */
function valueMatches(match: Term['match'], field: FieldName, path: readonly string[], reading: EventReading): boolean {
  if (match.kind === 'range') return reading.numbers(field, path).some((number) => isWithin(match, number));
  return (match.kind === 'equals' || match.kind === 'glob') && matchesOneOf(match, reading.texts(field, path));
}

function matchesOneOf(match: TextMatch, all: ReadonlySet<string>): boolean {
  if (match.kind === 'equals') return all.has(match.value);
  for (const text of all) if (textMatches(match, text)) return true;
  return false;
}

function hasField({ field, path }: HasMatch, event: Readable, reading: EventReading): boolean {
  if (path !== undefined) return reading.value(field, path) !== undefined;
  switch (field) {
    case 'changed':
      return (event.change?.fields ?? []).length > 0;
    case 'resource':
    case 'related':
      return resources(field, event).length > 0;
    case 'ip':
      return event.context?.ip !== undefined;
    case 'at':
      return event.occurredAt !== undefined;
    case 'seq':
      return true;
    default:
      return texts(field, event).some((text) => text !== undefined);
  }
}

function texts(field: FieldName, event: Readable): readonly (string | undefined)[] {
  switch (field) {
    case 'id':
    case 'action':
    case 'category':
    case 'operation':
    case 'outcome':
    case 'severity':
      return [event[field]];
    case 'actor':
      return names(event.actor);
    case 'actor.id':
      return [event.actor?.id];
    case 'actor.type':
      return [event.actor?.type];
    case 'attribution':
      return [event.actor?.attribution];
    case 'onbehalfof':
      return behalfOf(event.actor).flatMap(names);
    case 'resource.id':
      return [event.resource?.id];
    case 'country':
      return [event.context?.location?.country];
    case 'session':
      return [event.context?.sessionId];
    case 'request':
      return [event.context?.requestId];
    case 'trace':
      return [event.context?.traceId];
    case 'reason':
      return [event.context?.reason];
    case 'source':
      return [event.source?.kind, event.source?.name];
    case 'tag':
      return event.tags ?? [];
    // Their matches are of other kinds.
    case 'resource':
    case 'related':
    case 'ip':
    case 'at':
    case 'seq':
    case 'changed':
    case 'before':
    case 'after':
    case 'meta':
    case 'has':
      return [];
  }
}

function names(party: Party | undefined): readonly (string | undefined)[] {
  return party === undefined ? [] : [party.id, party.name, party.email];
}

function behalfOf(actor: Party | undefined): readonly Party[] {
  const chain: Party[] = [];
  for (let party = actor?.onBehalfOf; party !== undefined; party = party.onBehalfOf) chain.push(party);
  return chain;
}

function resources(field: FieldName, event: Readable): readonly Resource[] {
  if (field === 'related') return event.related ?? [];
  return event.resource === undefined ? [] : [event.resource];
}

function resourceMatches(match: ResourceMatch, resource: Resource): boolean {
  if (!textMatches(match.type, resource.type)) return false;
  return match.id === undefined || (resource.id !== undefined && textMatches(match.id, resource.id));
}

function addressMatches(match: AddressMatch, ip: string | undefined): boolean {
  const bytes = ip === undefined ? undefined : readAddress(ip);
  const network = readAddress(match.address);
  if (bytes === undefined || network === undefined) return false;
  return addressWithin(bytes, network, match.prefix ?? network.length * 8);
}

function timeMatches(match: Bounds<TimePoint>, occurredAt: string | undefined, nowMs: number, zone: string | undefined): boolean {
  if (occurredAt === undefined) return false;
  const { fromMs, toMs } = resolveTime(match, nowMs, zone);
  const ms = Date.parse(occurredAt);
  return (fromMs === undefined || ms >= fromMs) && (toMs === undefined || ms < toMs);
}

function isWithin({ from, to }: Bounds<number>, value: number): boolean {
  if (from !== undefined && (from.inclusive ? value < from.value : value <= from.value)) return false;
  return to === undefined || (to.inclusive ? value <= to.value : value < to.value);
}
